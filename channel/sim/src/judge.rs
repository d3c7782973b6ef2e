//! The ledger's laws once more, in few words (docs/spec/arbiter.md, 3 to 6): what a transaction that
//! was included may have done to the channel.

use twinroot_abi::{Amount, Height, Round};
use twinroot_arbiter::{Channel, Effect, Phase, Receipt};
use twinroot_wire::{Action, Commitment, Standing};

/// A transaction that was included, and the channel before and after it.
pub(crate) struct Laws<'a> {
    pub(crate) before: &'a Channel,
    pub(crate) after: Option<&'a Channel>,
    pub(crate) height: Height,
    pub(crate) posted: &'a Action,
    pub(crate) receipt: &'a Receipt,
}

/// Says what is unlawful about it, if anything is.
pub(crate) fn judge(laws: &Laws<'_>) -> Result<(), String> {
    match laws.after {
        Some(after) => laws.goes_on(after),
        None => laws.ends(),
    }
}

impl Laws<'_> {
    fn goes_on(&self, after: &Channel) -> Result<(), String> {
        let before = self.before;
        let round = before.standing.round;
        let refuted = matches!(self.receipt.effect, Effect::Refuted { .. });
        let expected = match self.posted {
            _ if refuted => before.standing,
            Action::Snapshot { state, .. } | Action::Slash { state, .. } => {
                above(round, state.commitment.round)?
            }
            Action::CloseSolo {
                state: Some(state), ..
            } => above(round, state.commitment.round)?,
            Action::Fund(signed) => {
                at_least(before.standing, signed.funding.standing)?;
                above(round, signed.funding.commitment.round)?
            }
            Action::Force(force) => {
                let base = match &force.base {
                    Some(state) => above(round, state.commitment.round)?,
                    None => before.standing,
                };
                let rests_on = force.base.as_ref().map(|state| &state.commitment);
                keeps_terms(rests_on.unwrap_or(&before.tip), &after.tip)?;
                base.forced().ok_or("more steps than there are numbers")?
            }
            _ => before.standing,
        };
        law(after.standing == expected, || {
            format!("stands at {:?}, not {expected:?}", after.standing)
        })?;
        law(after.tip.pays_its_total(), || {
            format!("pays {:?} of {}", after.tip.payout, after.tip.total)
        })?;
        self.gives_time(after)
    }

    /// Whatever puts another state in the place of the one that a close would pay out gives the full
    /// time to answer.
    fn gives_time(&self, after: &Channel) -> Result<(), String> {
        let Phase::Closing { until, .. } = after.phase else {
            let was_open = self.before.phase == Phase::Open;
            return law(was_open, || "a close was taken back".to_owned());
        };
        let least = if after.standing == self.before.standing && self.before.phase != Phase::Open {
            time_to_answer(self.before)
        } else {
            let lock = after.parameters.lock;
            Height(self.height.0.saturating_add(lock))
        };
        law(until == least, || {
            format!("the time to answer ends at {until}, not {least}")
        })
    }

    fn ends(&self) -> Result<(), String> {
        let Effect::Closed { payout, repaid, .. } = &self.receipt.effect else {
            return Err("the channel is gone without an end".to_owned());
        };
        let repaid = repaid.map_or(Amount::ZERO, |repaid| repaid.amount);
        let paid = [payout[0], payout[1], repaid];
        let sum = paid.into_iter().try_fold(Amount::ZERO, Amount::checked_add);
        law(sum == Some(self.before.tip.total), || {
            format!("paid {paid:?} of {}", self.before.tip.total)
        })?;
        match self.posted {
            Action::CloseMutual(signed) => {
                at_least(self.before.standing, signed.close.standing)?;
                law(self.height <= signed.close.expiry, || {
                    "a close is over".to_owned()
                })
            }
            Action::Settle { .. } => self.settles(*payout, repaid),
            _ => Err("paid out without being asked".to_owned()),
        }
    }

    fn settles(&self, payout: [Amount; 2], repaid: Amount) -> Result<(), String> {
        let tip = &self.before.tip;
        law(self.before.phase != Phase::Open, || {
            "settled an open channel".to_owned()
        })?;
        let earliest = time_to_answer(self.before).max(tip.hold_until);
        law(self.height >= earliest, || {
            format!("settled at {}, before {earliest}", self.height)
        })?;
        let debtor = match self.before.phase {
            Phase::Closing { by, .. } => by,
            Phase::Open => return Ok(()),
        };
        let mut expected = tip.payout;
        let share = &mut expected[debtor.index()];
        share.0 = share.0.saturating_sub(repaid.0);
        law(payout == expected, || {
            format!("paid {payout:?}, not {expected:?}")
        })
    }
}

/// The end of the time to answer.
const fn time_to_answer(channel: &Channel) -> Height {
    match channel.phase {
        Phase::Open => Height(0),
        Phase::Closing { until, .. } => until,
    }
}

/// A co-signed state is taken where its round is above the known one, and beats all forced steps.
fn above(known: Round, posted: Round) -> Result<Standing, String> {
    law(posted > known, || {
        format!("took round {posted} over {known}")
    })?;
    Ok(Standing::co_signed(posted))
}

/// A forced step moves no coins in or out, and holds the channel no shorter.
fn keeps_terms(base: &Commitment, forced: &Commitment) -> Result<(), String> {
    law(forced.total == base.total, || {
        format!(
            "a forced step locks {} coins, not {}",
            forced.total, base.total
        )
    })?;
    law(forced.hold_until >= base.hold_until, || {
        let (before, now) = (base.hold_until, forced.hold_until);
        format!("a forced step lowers the hold from {before} to {now}")
    })
}

/// What both agreed on was agreed about no older state than the known one.
fn at_least(known: Standing, named: Standing) -> Result<(), String> {
    law(named >= known, || {
        format!("what was agreed about {named:?} was taken over {known:?}")
    })
}

fn law(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
