//! What the ledger knows of a channel.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Height, PublicKey, Round, Side};
use twinroot_rules::FORCED_STEPS;
use twinroot_types::encode;
use twinroot_wire::{
    CoSigned, Commitment, Ground, Keys, Parameters, SignatureError, SignedFunding,
    SignedParameters, Standing,
};

use crate::Rejected;
use crate::receipt::Repaid;

/// A channel on the ledger.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its terms.
    pub parameters: Parameters,
    /// The newest state that the ledger knows.
    pub tip: Commitment,
    /// How that state stands among others.
    pub standing: Standing,
    /// What both signed last, as far as the ledger knows; steps forced since rest on it.
    pub ground: Ground,
    /// Whether it is being closed.
    pub phase: Phase,
    pub(crate) keys: Keys,
}

/// Whether a channel is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It is not.
    Open,
    /// One party asked for it; answers count until this height.
    Closing {
        /// Who asked for it.
        by: Side,
        /// First height at which it may settle, holds aside.
        until: Height,
        /// Steps that each side has forced on the present base since the close began.
        steps: [u8; 2],
        /// What that side owes for the answer to it.
        debt: Option<Debt>,
    },
}

/// The fee of the newest answer to a close, owed by the side that began the close
/// (docs/spec/arbiter.md, 6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The account that paid the fee.
    pub to: PublicKey,
    /// The fee.
    pub amount: Amount,
}

impl Channel {
    /// A channel whose terms were checked and whose first state is `tip`.
    pub(crate) fn open(signed: SignedParameters, keys: Keys, tip: Commitment) -> Self {
        Self {
            parameters: signed.parameters,
            tip,
            standing: Standing::default(),
            ground: Ground::Terms,
            phase: Phase::Open,
            keys,
        }
    }

    /// Coins locked in it.
    #[must_use]
    pub const fn locked(&self) -> Amount {
        self.tip.total
    }

    pub(crate) fn side_of(&self, account: PublicKey) -> Option<Side> {
        self.keys.side_of(account)
    }

    pub(crate) const fn account_of(&self, side: Side) -> PublicKey {
        let [initiator, responder] = self.parameters.parties;
        match side {
            Side::Initiator => initiator,
            Side::Responder => responder,
        }
    }

    pub(crate) fn check_open(&self) -> Result<(), Rejected> {
        match self.phase {
            Phase::Open => Ok(()),
            Phase::Closing { .. } => Err(Rejected::AlreadyClosing),
        }
    }

    /// Checks that a posted state is one of this channel's, and newer than what the ledger knows
    /// (docs/spec/arbiter.md, 3.1).
    pub(crate) fn check_newer(&self, state: &CoSigned) -> Result<(), Rejected> {
        let new = &state.commitment;
        self.check_place(new)?;
        if new.total != self.locked() || !new.pays_its_total() {
            return Err(self.not_what_is_locked(new.payout));
        }
        self.keys.verify_both(state)?;
        self.check_round(new.round)
    }

    /// Checks that a commitment is of this channel.
    pub(crate) fn check_place(&self, commitment: &Commitment) -> Result<(), Rejected> {
        if commitment.chain != self.tip.chain {
            return Err(Rejected::StateChain);
        }
        if commitment.channel != self.tip.channel {
            return Err(Rejected::StateChannel);
        }
        if commitment.version != self.tip.version {
            return Err(Rejected::StateVersion);
        }
        Ok(())
    }

    /// Checks that a round is above the known one, and so above every step forced on that
    /// (docs/spec/arbiter.md, 3.2).
    pub(crate) fn check_round(&self, posted: Round) -> Result<(), Rejected> {
        if posted > self.standing.round {
            Ok(())
        } else {
            Err(self.stale(posted))
        }
    }

    /// Checks that what was agreed was agreed about no older state than the ledger knows. A step
    /// that was forced since makes it stale: it would be undone without the poster's word.
    pub(crate) fn check_standing(&self, named: Standing) -> Result<(), Rejected> {
        if named >= self.standing {
            Ok(())
        } else {
            Err(self.stale(named.round))
        }
    }

    pub(crate) fn verify_funding(&self, signed: &SignedFunding) -> Result<(), SignatureError> {
        self.keys.verify_funding(signed)
    }

    pub(crate) const fn not_what_is_locked(&self, payout: [Amount; 2]) -> Rejected {
        Rejected::Payout {
            locked: self.locked(),
            payout,
        }
    }

    const fn stale(&self, posted: Round) -> Rejected {
        Rejected::Stale {
            known: self.standing.round,
            posted,
        }
    }

    /// Takes a newer co-signed state over (docs/spec/arbiter.md, 3.3 and 3.4). If the channel is
    /// being closed, everyone has the full time to answer again, and the forced steps of the new
    /// base to take. That cannot go on for long against a party that is there: once it posts its
    /// newest state, there is no newer one.
    pub(crate) fn adopt(&mut self, state: CoSigned, now: Height) {
        let window = self.window(now);
        if let Phase::Closing { until, steps, .. } = &mut self.phase {
            *until = window;
            *steps = [0; 2];
        }
        self.stand_on(Ground::CoSigned(state));
    }

    /// Takes the state over that a deposit or a withdrawal led to (docs/spec/arbiter.md, 4.6).
    pub(crate) fn fund(&mut self, signed: SignedFunding) {
        self.stand_on(Ground::Funding(signed));
    }

    fn stand_on(&mut self, ground: Ground) {
        if let Some(commitment) = ground.commitment() {
            self.tip = commitment.clone();
        }
        self.standing = Standing::co_signed(ground.round());
        self.ground = ground;
    }

    /// Begins to close.
    pub(crate) fn begin_closing(&mut self, by: Side, now: Height) {
        self.phase = Phase::Closing {
            by,
            until: self.window(now),
            steps: [0; 2],
            debt: None,
        };
    }

    /// Notes that the close was answered: who began it owes whoever answered it last the fee of that
    /// (docs/spec/arbiter.md, 6.6). Nobody owes itself anything.
    pub(crate) fn owe(&mut self, to: PublicKey, amount: Amount) {
        let parties = self.parameters.parties;
        if let Phase::Closing { by, debt, .. } = &mut self.phase {
            *debt = (to != parties[by.index()]).then_some(Debt { to, amount });
        }
    }

    /// What settling pays to each side, and what is repaid out of it: the debt, at most all that its
    /// debtor gets (docs/spec/arbiter.md, 6.7).
    pub(crate) fn settlement(&self) -> ([Amount; 2], Option<Repaid>) {
        let mut payout = self.tip.payout;
        let Phase::Closing {
            by,
            debt: Some(Debt { to, amount }),
            ..
        } = self.phase
        else {
            return (payout, None);
        };
        let amount = amount.min(payout[by.index()]);
        payout[by.index()].0 = payout[by.index()].0.saturating_sub(amount.0);
        (payout, Some(Repaid { by, to, amount }))
    }

    /// Checks that a side may force a step (docs/spec/arbiter.md, 5.6). Only while the channel is
    /// being closed are they counted: each gives the other side a full window, so that their number
    /// bounds the time to the end.
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

    /// Takes over what a forced step led to (docs/spec/arbiter.md, 5.5).
    pub(crate) fn advance(
        &mut self,
        poster: Side,
        next: Commitment,
        now: Height,
    ) -> Result<(), Rejected> {
        self.standing = self.standing.forced().ok_or(Rejected::Overflow)?;
        self.tip = next;
        let window = self.window(now);
        if let Phase::Closing { until, steps, .. } = &mut self.phase {
            *until = window;
            steps[poster.index()] = steps[poster.index()].saturating_add(1);
        }
        Ok(())
    }

    fn window(&self, now: Height) -> Height {
        Height(now.0.saturating_add(self.parameters.lock))
    }

    /// What the ledger's tree holds of it (docs/spec/arbiter.md, 7.6).
    pub(crate) fn leaf(&self) -> Vec<u8> {
        // Each field is in here; a new one does not compile before it is, too. The checked keys
        // follow from the terms.
        let Self {
            parameters,
            tip,
            standing,
            ground,
            phase,
            keys: _,
        } = self;
        encode(&(parameters, tip, standing, ground, phase))
    }
}
