//! Bonds: coins that stand for the honesty of a feed (docs/spec/arbiter.md, 11 and 11.1).
//!
//! ```text
//! nothing --Bond--> standing --Unbond--> leaving --blocks, Release--> back at the owner's
//!                      |                    |
//!                      +------Forfeit-------+----> two fifths to who proves the lie, the rest burned
//! ```

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Height, MessageId, PublicKey};
use twinroot_feed::{Conflict, Equivocation, Proven};

use crate::kept::Kept;
use crate::plan::Plan;
use crate::receipt::Effect;
use crate::{BondId, Ledger, Rejected};

/// Blocks that the delay of a bond may have (docs/spec/arbiter.md, 11.4): the least is the shortest
/// lock and the force window together, the most is a hundred of the longest locks.
pub const BOND_DELAY: RangeInclusive<u64> = 21..=10_000_000;

/// The least coins of a bond, so that the reward is more than any proof costs to post
/// (docs/spec/arbiter.md, 11.5).
pub const BOND_LEAST: Amount = Amount(5_000);

/// A bond, as its leaf holds it (docs/spec/arbiter.md, 11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// Its coins.
    pub amount: Amount,
    /// Blocks from the wish to leave until the coins may come back.
    pub delay: u64,
    /// Whether its owner wants them back.
    pub phase: BondPhase,
}

/// Whether the owner of a bond wants it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BondPhase {
    /// Not yet.
    Standing,
    /// It does; until it is released it can be forfeited all the same.
    Leaving {
        /// First height at which it may be released.
        until: Height,
    },
}

/// What is to become of a bond.
pub(crate) enum BondPlan {
    /// The owner's coins go into it.
    Grow { added: Amount, after: Bond },
    /// The owner wants it back.
    Leave { until: Height, after: Bond },
    /// The owner gets it back.
    Release { amount: Amount },
    /// It is lost.
    Forfeit {
        reward: Amount,
        burned: Amount,
        conflict: Conflict,
        messages: [MessageId; 2],
    },
}

/// Makes a bond, or adds to it (docs/spec/arbiter.md, 11.6).
pub(crate) fn plan_bond(
    ledger: &Ledger,
    id: BondId,
    added: Amount,
    delay: u64,
) -> Result<Plan, Rejected> {
    let before = match ledger.bond(id) {
        None => Bond {
            amount: Amount::ZERO,
            delay: *BOND_DELAY.start(),
            phase: BondPhase::Standing,
        },
        Some(bond) => bond,
    };
    before.check_standing()?;
    let (least, most) = (before.delay, *BOND_DELAY.end());
    if !(least..=most).contains(&delay) {
        return Err(Rejected::BondDelay { least, most });
    }
    let amount = before.amount.checked_add(added);
    let amount = amount.ok_or(Rejected::Overflow)?;
    if amount < BOND_LEAST {
        let least = BOND_LEAST;
        return Err(Rejected::BondAmount { least });
    }
    let after = Bond {
        amount,
        delay,
        ..before
    };
    Ok(Plan::Bond(id, BondPlan::Grow { added, after }))
}

/// The owner wants its coins back (docs/spec/arbiter.md, 11.7).
pub(crate) fn plan_unbond(ledger: &Ledger, id: BondId) -> Result<Plan, Rejected> {
    let bond = ledger.existing_bond(id)?;
    bond.check_standing()?;
    let until = Height(ledger.block().height.0.saturating_add(bond.delay));
    let phase = BondPhase::Leaving { until };
    let after = Bond { phase, ..bond };
    Ok(Plan::Bond(id, BondPlan::Leave { until, after }))
}

/// Anyone has the coins go back whose delay is over (docs/spec/arbiter.md, 11.8).
pub(crate) fn plan_release(ledger: &Ledger, id: BondId) -> Result<Plan, Rejected> {
    let bond = ledger.existing_bond(id)?;
    let BondPhase::Leaving { until } = bond.phase else {
        return Err(Rejected::BondStanding);
    };
    if ledger.block().height < until {
        return Err(Rejected::BondLasts { until });
    }
    let amount = bond.amount;
    Ok(Plan::Bond(id, BondPlan::Release { amount }))
}

/// Anyone proves that the feed contradicted itself (docs/spec/arbiter.md, 11.9).
pub(crate) fn plan_forfeit(ledger: &Ledger, id: BondId, proof: &[u8]) -> Result<Plan, Rejected> {
    let bond = ledger.existing_bond(id)?;
    let proven = verified(proof)?;
    if proven.feed().id() != id.feed {
        return Err(Rejected::ProofOfOther(proven.feed().id()));
    }
    let conflict = proven.conflict();
    if conflict == Conflict::Clock {
        return Err(Rejected::NoLie);
    }
    let (reward, burned) = bond.split();
    let messages = proven.messages().each_ref().map(|message| message.id());
    let plan = BondPlan::Forfeit {
        reward,
        burned,
        conflict,
        messages,
    };
    Ok(Plan::Bond(id, plan))
}

fn verified(proof: &[u8]) -> Result<Proven, Rejected> {
    let proof = Equivocation::decode(proof).map_err(|error| Rejected::Proof(error.into()))?;
    proof.verify().map_err(Rejected::Proof)
}

impl Bond {
    fn check_standing(&self) -> Result<(), Rejected> {
        match self.phase {
            BondPhase::Standing => Ok(()),
            BondPhase::Leaving { until } => Err(Rejected::BondLeaving { until }),
        }
    }

    /// What who proves the lie gets of it, and what is burned (docs/spec/arbiter.md, 11.10).
    fn split(&self) -> (Amount, Amount) {
        // Two fifths, rounded down; in this order nothing overflows.
        let (fifth, rest) = (self.amount.0 / 5, self.amount.0 % 5);
        let reward = fifth
            .saturating_mul(2)
            .saturating_add(rest.saturating_mul(2) / 5);
        (Amount(reward), Amount(self.amount.0.saturating_sub(reward)))
    }
}

impl BondPlan {
    /// Coins that it takes from the sender's account beside the fee.
    pub(crate) const fn takes(&self) -> Amount {
        match self {
            Self::Grow { added, .. } => *added,
            Self::Leave { .. } | Self::Release { .. } | Self::Forfeit { .. } => Amount::ZERO,
        }
    }

    /// Coins move first, and all of them or none.
    pub(crate) fn settle(
        self,
        kept: &mut Kept,
        sender: PublicKey,
        bond: BondId,
    ) -> Result<Effect, Rejected> {
        match self {
            Self::Grow { added, after } => {
                kept.move_coins(&[(bond.owner, added)], &[])?;
                kept.set_bond(bond, after);
                let (amount, delay) = (after.amount, after.delay);
                Ok(Effect::Bonded {
                    bond,
                    amount,
                    delay,
                })
            }
            Self::Leave { until, after } => {
                kept.set_bond(bond, after);
                Ok(Effect::Unbonding { bond, until })
            }
            Self::Release { amount } => {
                kept.move_coins(&[], &[(bond.owner, amount)])?;
                kept.remove_bond(bond);
                Ok(Effect::Released { bond, amount })
            }
            Self::Forfeit {
                reward,
                burned,
                conflict,
                messages,
            } => {
                kept.burn(burned, (sender, reward))?;
                kept.remove_bond(bond);
                Ok(Effect::Forfeited {
                    bond,
                    reward,
                    burned,
                    conflict,
                    messages,
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/spec/arbiter.md, 11.10.
    #[test]
    fn more_than_half_of_any_bond_is_burned() {
        for amount in (0..200).chain(u64::MAX - 20..=u64::MAX) {
            let (reward, burned) = Bond {
                amount: Amount(amount),
                delay: 21,
                phase: BondPhase::Standing,
            }
            .split();
            assert_eq!(u128::from(reward.0), u128::from(amount) * 2 / 5);
            assert_eq!(reward.0 + burned.0, amount);
            assert!(amount == 0 || burned > reward);
        }
    }
}
