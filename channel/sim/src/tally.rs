//! How often what was reached: random bytes that reach nothing test nothing.

use std::fmt;

macro_rules! counts {
    ($($(#[doc = $doc:literal])+ $name:ident $words:literal,)+) => {
        /// Something that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Count {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Count {
            /// All that is counted.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)+
                }
            }
        }
    };
}

counts! {
    /// Actions.
    Actions "actions",
    /// Those of them that came to nothing.
    Nothing "came to nothing",
    /// Channels that were opened and closed.
    Lives "lives",
    /// States that both signed.
    Agreed "agreed",
    /// Contracts that came to be.
    Created "created",
    /// Deposits and withdrawals that the ledger carried out.
    Funded "funded",
    /// Those of them that a fork lost.
    Unfunded "unfunded",
    /// Closes that both agreed on.
    Mutual "closed together",
    /// Closes that one side asked for.
    Solo "closed alone",
    /// Those of them at a state that was not the newest.
    Disputes "disputes",
    /// Closes that a newer co-signed state beat.
    Slashed "slashed",
    /// Fees of such an answer that were repaid.
    Repaid "repaid",
    /// Newer states that the ledger was told of.
    Snapshots "snapshots",
    /// Steps that the ledger carried out.
    Forced "forced",
    /// Those of them while the channel was being closed.
    ForcedLate "forced while closing",
    /// Rows of forced steps that a newer co-signed state beat.
    Overridden "overridden",
    /// Those of them that were beaten in the midst of a close.
    OverriddenLate "overridden while closing",
    /// Answers to a close that a fork lost, but not the close.
    AnswerLost "answers lost by a fork",
    /// Rows of forced steps that a fork lost.
    Undone "undone by a fork",
    /// Steps that the ledger tried in vain.
    Refuted "refuted",
    /// Steps that a side had used up its number for.
    StepsUsedUp "steps used up",
    /// Settles that came before their time.
    TooEarly "too early",
    /// Transactions that the ledger rejected.
    Rejected "rejected",
    /// Transactions that never got to the ledger.
    LostPosts "lost posts",
    /// Forks that lost blocks.
    Forks "forks",
    /// Proposals that crossed.
    Collided "collided",
    /// Proposals that were taken back by a step that does nothing.
    TakenBack "taken back",
    /// States that the peer had signed without a word and posted.
    SecretlySigned "secretly signed",
    /// Crashes.
    Crashes "crashes",
    /// Writes that failed.
    FailedWrites "failed writes",
    /// Restarts from an old copy.
    Backups "backups",
    /// Lost states that came back from the peer.
    CaughtUp "caught up",
    /// Notes that came.
    Notes "notes",
    /// Times that coins were put behind a feed.
    Bonds "bonds",
    /// Bonds that went back to their owner.
    Released "released",
    /// Bonds that were lost.
    Forfeited "forfeited",
    /// Questions to an oracle of the ledger.
    Asked "asked",
    /// Those of them that it answered.
    Answered "answered",
    /// Those of them that came to nothing.
    Refunded "refunded",
    /// States of nonsense that two who are both bad had the ledger take.
    Nonsense "nonsense",
}

/// How often what was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    counts: [u64; Count::ALL.len()],
}

impl Default for Tally {
    fn default() -> Self {
        let counts = [0; Count::ALL.len()];
        Self { counts }
    }
}

impl Tally {
    /// How often.
    #[must_use]
    pub const fn of(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }

    pub(crate) const fn one(&mut self, count: Count) {
        let sum = &mut self.counts[count as usize];
        *sum = sum.saturating_add(1);
    }

    pub(crate) const fn one_if(&mut self, counts: bool, count: Count) {
        if counts {
            self.one(count);
        }
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.counts.iter_mut().zip(other.counts) {
            *sum = sum.saturating_add(more);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, count) in Count::ALL.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", self.of(*count), count.name())?;
        }
        Ok(())
    }
}
