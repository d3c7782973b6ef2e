//! What the ledger knows of a channel.

use twinroot_abi::{Amount, Height, PublicKey, Side};
use twinroot_rules::Standing;
use twinroot_wire::{CoSigned, Commitment, Keys, Parameters};

use crate::Rejected;

/// A channel on the ledger.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its terms.
    pub parameters: Parameters,
    /// The newest state that the ledger knows.
    pub tip: Commitment,
    /// How that state stands among others.
    pub standing: Standing,
    /// Forced steps that each side has taken and not been given back.
    pub steps: [u8; 2],
    /// Whether it is being closed.
    pub phase: Phase,
    pub(crate) keys: Keys,
    /// Whose co-signed state the tip rests on: who posted it. Nobody posted the first.
    pub(crate) posted_by: Option<Side>,
    /// Whether each side has extended the time to answer by a slash.
    pub(crate) extended: [bool; 2],
}

/// Whether a channel is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is not.
    Open,
    /// One party asked for it; answers count until this height.
    Closing {
        /// First height at which it may settle, holds aside.
        until: Height,
    },
}

impl Channel {
    /// Coins locked in it.
    #[must_use]
    pub const fn locked(&self) -> Amount {
        self.tip.total
    }

    pub(crate) fn side_of(&self, account: PublicKey) -> Option<Side> {
        self.keys.side_of(account)
    }

    /// Checks that a posted state is one of this channel's, and newer than what the ledger knows
    /// (docs/spec/arbiter.md, 3).
    pub(crate) fn check_newer(&self, state: &CoSigned) -> Result<(), Rejected> {
        let new = &state.commitment;
        if new.chain != self.tip.chain {
            return Err(Rejected::StateChain);
        }
        if new.channel != self.tip.channel {
            return Err(Rejected::StateChannel);
        }
        if new.version != self.tip.version {
            return Err(Rejected::StateVersion);
        }
        if new.total != self.locked() || !new.pays_its_total() {
            return Err(Rejected::Payout {
                locked: self.locked(),
                payout: new.payout,
            });
        }
        self.keys.verify_both(state)?;
        if Standing::co_signed(new.round) <= self.standing || new.round <= self.standing.round {
            return Err(Rejected::Stale {
                known: self.standing.round,
                posted: new.round,
            });
        }
        Ok(())
    }

    /// Takes a newer co-signed state over. The other side gets its forced steps back; the poster's
    /// own count stays, or a drawer full of old states would be a budget without end.
    pub(crate) fn adopt(&mut self, state: &CoSigned, posted_by: Side) {
        self.tip = state.commitment.clone();
        self.standing = Standing::co_signed(state.commitment.round);
        self.steps[posted_by.other().index()] = 0;
        self.posted_by = Some(posted_by);
    }

    /// Gives the other party a full window to answer, if the channel is being closed.
    pub(crate) fn extend(&mut self, now: Height) {
        if let Phase::Closing { until } = self.phase {
            self.phase = Phase::Closing {
                until: until.max(self.window(now)),
            };
        }
    }

    pub(crate) fn window(&self, now: Height) -> Height {
        Height(now.0.saturating_add(self.parameters.lock))
    }
}
