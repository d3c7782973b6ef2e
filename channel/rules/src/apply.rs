//! `apply`: the one function that both paths run.

use twinroot_abi::{Amount, Gas, Height, Side};
use twinroot_exec::{Codes, Execute, Receipt};
use twinroot_state::{Overlay, State, Touched};
use twinroot_types::Limits;
use twinroot_wire::{Commitment, Direction, Update};

use crate::check::check;
use crate::step::{Effect, Hold, Stage};
use crate::{Refusal, Refused};

/// Who stands behind an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Both parties sign what comes out.
    Both,
    /// One party posts it; nobody else's free coins may fall.
    PosterOnly,
}

/// A commitment and the state it commits to, or as much of it as is known.
#[derive(Clone, Debug)]
pub struct Position<S> {
    /// The commitment.
    pub commitment: Commitment,
    /// The state.
    pub state: S,
}

/// What came out of an update.
#[derive(Clone, Debug)]
pub struct Applied<S> {
    /// The next position.
    pub next: Position<S>,
    /// What is left of each call, in order.
    pub receipts: Vec<Receipt>,
    /// Gas of all calls.
    pub gas: Gas,
    /// Leaves that a witness of the update must show.
    pub touched: Touched,
}

/// Carries out `update` on `base` (docs/spec/channel.md, 3.2, 3.3 and 3.5).
///
/// # Errors
/// [`Refusal`] with the first rule that the update breaks. Nothing is changed then.
pub fn apply<S: State>(
    base: &Position<S>,
    update: &Update,
    consent: Consent,
    codes: &Codes,
    execute: &dyn Execute,
) -> Result<Applied<S>, Refusal> {
    check(&base.commitment, update, consent).map_err(|reason| Refusal {
        reason,
        gas: Gas::ZERO,
    })?;
    let mut state = Overlay::new(base.state.clone());
    let stage = Stage {
        update,
        codes,
        execute,
    };
    let mut sum = Sum::of(&base.commitment);
    for (place, operation) in update.operations.iter().enumerate() {
        let effect = stage
            .carry_out(&mut state, place, operation)
            .map_err(|refusal| sum.refused_in(refusal))?;
        sum.add(place, effect)
            .map_err(|reason| sum.refused(reason))?;
    }
    if state.touched() > Limits::V1.touched_leaves {
        return Err(sum.refused(Refused::Leaves {
            have: state.touched(),
        }));
    }
    let (changes, touched) = state.finish();
    let state = base
        .state
        .updated(&changes)
        .map_err(|missing| sum.refused(Refused::Missing(missing)))?;
    let commitment = Commitment {
        total: total(&base.commitment, update).map_err(|reason| sum.refused(reason))?,
        round: update.round,
        prev: update.base,
        state_root: state.root(),
        payout: sum.payout,
        hold_until: sum.hold_until,
        env: update.env,
        ..base.commitment.clone()
    };
    if !commitment.pays_its_total() {
        return Err(sum.refused(Refused::Payout));
    }
    Ok(Applied {
        next: Position { commitment, state },
        receipts: sum.receipts,
        gas: sum.gas,
        touched,
    })
}

/// What is locked after an update: only a deposit or a withdrawal changes it.
fn total(base: &Commitment, update: &Update) -> Result<Amount, Refused> {
    let total = match update.moves() {
        None => Some(base.total),
        Some((Direction::Deposit, coins)) => base.total.checked_add(coins.amount),
        Some((Direction::Withdraw, coins)) => base.total.checked_sub(coins.amount),
    };
    total.ok_or(Refused::Overflow)
}

/// What the operations so far add up to.
struct Sum {
    payout: [Amount; 2],
    hold_until: Height,
    receipts: Vec<Receipt>,
    gas: Gas,
}

impl Sum {
    fn of(base: &Commitment) -> Self {
        Self {
            payout: base.payout,
            hold_until: base.hold_until,
            receipts: Vec::new(),
            gas: Gas::ZERO,
        }
    }

    /// A witness shows only what is touched, so the payout follows from the old one and from what
    /// the touched coins were worth before and after.
    fn add(&mut self, operation: usize, effect: Effect) -> Result<(), Refused> {
        let [before, after] = effect.worth;
        for side in Side::BOTH.map(Side::index) {
            // What it was worth before is part of the payout, so nothing on the way to a sum that
            // fits overflows.
            let rest = self.payout[side]
                .checked_sub(before[side])
                .ok_or(Refused::Payout)?;
            self.payout[side] = rest.checked_add(after[side]).ok_or(Refused::Overflow)?;
        }
        self.hold_until = match effect.hold {
            Hold::AtLeast(height) => self.hold_until.max(height),
            Hold::Lowered(height) if height < self.hold_until => height,
            Hold::Lowered(_) => return Err(Refused::LowerHold { operation }),
        };
        if let Some(receipt) = effect.receipt {
            self.gas = self.gas.checked_add(receipt.gas).ok_or(Refused::Overflow)?;
            self.receipts.push(receipt);
        }
        Ok(())
    }

    fn refused(&self, reason: Refused) -> Refusal {
        Refusal {
            reason,
            gas: self.gas,
        }
    }

    fn refused_in(&self, refusal: Refusal) -> Refusal {
        Refusal {
            gas: Gas(self.gas.0.saturating_add(refusal.gas.0)),
            ..refusal
        }
    }
}
