//! What the ledger knows of a channel.

use twinroot_abi::{Amount, Height, PublicKey, Side};
use twinroot_rules::{FORCED_STEPS, Standing};
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
    /// Whether it is being closed.
    pub phase: Phase,
    pub(crate) keys: Keys,
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
        /// Steps that each side has forced on the present base since the close began.
        steps: [u8; 2],
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
        if new.round <= self.standing.round {
            return Err(Rejected::Stale {
                known: self.standing.round,
                posted: new.round,
            });
        }
        Ok(())
    }

    /// Takes a newer co-signed state over. If the channel is being closed, everyone has the full
    /// time to answer again, and the forced steps of the new base to take. That cannot go on for
    /// long against a party that is there: once it posts its newest state, there is no newer one.
    pub(crate) fn adopt(&mut self, state: &CoSigned, now: Height) {
        self.tip = state.commitment.clone();
        self.standing = Standing::co_signed(state.commitment.round);
        if self.phase != Phase::Open {
            self.begin_closing(now);
        }
    }

    /// Begins to close, or begins again on a newer base.
    pub(crate) fn begin_closing(&mut self, now: Height) {
        self.phase = Phase::Closing {
            until: self.window(now),
            steps: [0; 2],
        };
    }

    /// Checks that a side may force a step. Only while the channel is being closed are they counted:
    /// each gives the other side a full window, so that their number bounds the time to the end.
    pub(crate) fn check_steps_left(&self, side: Side) -> Result<(), Rejected> {
        match self.phase {
            Phase::Closing { steps, .. } if steps[side.index()] >= FORCED_STEPS => {
                Err(Rejected::NoStepsLeft {
                    limit: FORCED_STEPS,
                })
            }
            _ => Ok(()),
        }
    }

    /// Takes over what a forced step led to.
    pub(crate) fn advance(
        &mut self,
        poster: Side,
        next: Commitment,
        now: Height,
    ) -> Result<(), Rejected> {
        self.standing = self.standing.forced().ok_or(Rejected::Overflow)?;
        self.tip = next;
        if let Phase::Closing { mut steps, .. } = self.phase {
            steps[poster.index()] = steps[poster.index()].saturating_add(1);
            self.phase = Phase::Closing {
                until: self.window(now),
                steps,
            };
        }
        Ok(())
    }

    fn window(&self, now: Height) -> Height {
        Height(now.0.saturating_add(self.parameters.lock))
    }
}
