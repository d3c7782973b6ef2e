//! What must hold after every action.

use twinroot_abi::{Amount, Round, Side};

use crate::{Action, Happened, Sim};

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The simulation does not begin.
    #[error("the simulation does not begin: {0}")]
    Start(String),
    /// Coins came from nothing, or went there.
    #[error("there were {before} coins, now there are {now}")]
    Coins {
        /// Before.
        before: Amount,
        /// Now.
        now: Amount,
    },
    /// A party signed two things of one round.
    #[error("the {0} signed round {1} twice, differently")]
    SignedTwice(Side, Round),
    /// Both have another state of one round.
    #[error("the parties have different states of round {0}")]
    Different(Round),
    /// A party and the ledger came to different results.
    #[error("the {0}: {1}")]
    Diverged(Side, String),
    /// A party cannot be restored from what it wrote down.
    #[error("the {0} does not come back: {1}")]
    Restore(Side, String),
    /// A party lacks a state although its disk was never old.
    #[error("the {0} lacks its newest state")]
    Behind(Side),
    /// The channel does not close in the time that it must.
    #[error("the channel does not close in {0} blocks")]
    NotClosed(u64),
    /// A party that kept to the protocol got less than it was sure of.
    #[error("the {side} was sure of {sure} coins and got {got}")]
    Robbed {
        /// Which party.
        side: Side,
        /// What it was sure of.
        sure: Amount,
        /// What it got.
        got: Amount,
    },
}

impl Sim<'_> {
    /// Holds what must always hold.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn check(&self) -> Result<(), Broken> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let now = self.chain.ledger().supply();
        if now != self.supply {
            return Err(Broken::Coins {
                before: self.supply.unwrap_or_default(),
                now: now.unwrap_or_default(),
            });
        }
        for side in Side::BOTH {
            let node = &self.nodes[side.index()];
            let behind = node
                .party
                .as_ref()
                .is_some_and(|party| matches!(party.status(), twinroot_party::Status::Behind(_)));
            if behind && self.config.honest == [true; 2] && !node.lost_records {
                return Err(Broken::Behind(side));
            }
        }
        Ok(())
    }

    /// Lets everything come to its end, without any more trouble, and holds what each party got
    /// against what it was sure of.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn finish(&mut self) -> Result<(), Broken> {
        for side in Side::BOTH {
            self.be_there(side);
        }
        self.act(Action::Connect)?;
        self.exchange()?;
        let sure = Side::BOTH.map(|side| self.sure(side));
        let honest = Side::BOTH
            .into_iter()
            .find(|side| self.config.honest[side.index()]);
        // Two closes by both sides, all forced steps, the holds, and some blocks for each transaction.
        let most = self.config.lock.saturating_mul(40).saturating_add(100);
        for block in 0..most {
            if self.chain.view(self.channel).is_none() {
                return Ok(());
            }
            if block.checked_rem(5) == Some(0)
                && let Some(side) = honest
                && self
                    .chain
                    .view(self.channel)
                    .is_some_and(|view| view.closing.is_none())
            {
                self.act(Action::CloseSolo(side))?;
            }
            let happened = self.act(Action::Mine(1))?;
            if let Some((payout, repaid)) = Self::closed_in(&happened) {
                return self.check_payout(sure, payout, repaid);
            }
            self.exchange()?;
        }
        Err(Broken::NotClosed(most))
    }

    /// All messages arrive.
    fn exchange(&mut self) -> Result<(), Broken> {
        for _ in 0..200 {
            let Some(side) = Side::BOTH
                .into_iter()
                .find(|side| self.network.on_the_way(*side) > 0)
            else {
                break;
            };
            self.act(Action::Deliver(side, 0))?;
        }
        Ok(())
    }

    /// What a party that keeps to the protocol is sure of: the least that any state leaves it which
    /// can still be the last.
    fn sure(&self, side: Side) -> Option<Amount> {
        let node = &self.nodes[side.index()];
        let party = node.party.as_ref()?;
        let knows = !matches!(
            party.status(),
            twinroot_party::Status::Behind(_) | twinroot_party::Status::Doubtful
        );
        (self.config.honest[side.index()] && knows).then(|| party.sure())
    }

    fn check_payout(
        &self,
        sure: [Option<Amount>; 2],
        payout: [Amount; 2],
        repaid: Amount,
    ) -> Result<(), Broken> {
        for side in Side::BOTH {
            let got = payout[side.index()].checked_add(repaid).unwrap_or_default();
            // What both agree on while everything comes to its end may be less, so both counts.
            let now = self.sure(side).unwrap_or(got);
            if let Some(sure) = sure[side.index()].map(|sure| sure.min(now))
                && got < sure
            {
                return Err(Broken::Robbed { side, sure, got });
            }
        }
        Ok(())
    }

    /// What an action led to that a tally counts.
    pub(crate) fn reports(happened: &[Happened]) -> impl Iterator<Item = &twinroot_party::Report> {
        happened.iter().filter_map(|event| match event {
            Happened::Report(_, report) => Some(&**report),
            _ => None,
        })
    }
}
