//! The rules of the escrow, without storage and without a host.

use super::{BUYER, Records};

/// What a release puts the deadline off by, in blocks: who pays in parts is not late.
const GRACE: u64 = 1;

/// What the decision may know of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Height of the block.
    pub height: u64,
    /// Number of the side that calls.
    pub caller: u64,
}

/// What a call came to, with the amount that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To the seller, before the deadline, by the buyer's will.
    Released(u64),
    /// To the buyer, from the deadline on.
    Refunded(u64),
    /// The seller has to wait: only the buyer decides.
    NotYours,
    /// All of the price has gone to somebody.
    Closed,
}

impl Decision {
    /// The decision in 64 bits: the kind in the highest byte, the amount in the others.
    #[must_use]
    pub const fn number(self) -> u64 {
        let (kind, amount) = match self {
            Self::Released(amount) => (1, amount),
            Self::Refunded(amount) => (2, amount),
            Self::NotYours => (3, 0),
            Self::Closed => (4, 0),
        };
        (kind << 56) | amount
    }
}

/// What follows from a call, and what there is to write then. Every call is counted and noted, so
/// a refused one writes as much as another.
#[must_use]
pub fn decide(mut records: Records, context: Context) -> (Decision, Records) {
    let terms = &mut records.terms;
    let rest = terms.price.saturating_sub(terms.paid);
    let decision = if rest == 0 {
        Decision::Closed
    } else if context.caller != BUYER {
        Decision::NotYours
    } else if context.height >= records.deadline {
        Decision::Refunded(rest)
    } else {
        Decision::Released(terms.part.min(rest))
    };
    let [buyer, seller] = &mut records.parties;
    match decision {
        Decision::Released(amount) => {
            terms.paid += amount;
            seller.received += amount;
            records.deadline += GRACE;
        }
        Decision::Refunded(amount) => {
            terms.paid += amount;
            buyer.received += amount;
        }
        Decision::NotYours | Decision::Closed => {}
    }
    for party in &mut records.parties {
        party.calls += u64::from(party.side == context.caller);
    }
    let [calls, decisions @ ..] = &mut records.history;
    *calls += 1;
    decisions.rotate_left(1);
    if let Some(newest) = decisions.last_mut() {
        *newest = decision.number();
    }
    (decision, records)
}

#[cfg(test)]
mod tests {
    use super::super::{BUYER, Party, Records, SELLER, Terms};
    use super::{Context, Decision, decide};

    fn records() -> Records {
        Records {
            deadline: 100,
            terms: Terms {
                price: 60,
                part: 25,
                paid: 0,
            },
            parties: [BUYER, SELLER].map(Party::new),
            history: [0; 12],
        }
    }

    fn call(records: &mut Records, height: u64, caller: u64) -> Decision {
        let (decision, after) = decide(*records, Context { height, caller });
        *records = after;
        decision
    }

    #[test]
    fn in_parts_to_the_seller() {
        let mut records = records();
        let decisions = [25, 25, 10].map(Decision::Released);
        for expected in decisions {
            assert_eq!(call(&mut records, 99, BUYER), expected);
        }
        assert_eq!(call(&mut records, 99, BUYER), Decision::Closed);
        assert_eq!(records.parties.map(|party| party.received), [0, 60]);
        assert_eq!(records.parties.map(|party| party.calls), [4, 0]);
        assert_eq!(records.deadline, 103);
        assert_eq!(records.history[0], 4);
        assert_eq!(records.history[8..11], decisions.map(Decision::number));
        assert_eq!(records.history[11], Decision::Closed.number());
    }

    #[test]
    fn back_to_the_buyer_from_the_deadline_on() {
        let mut records = records();
        assert_eq!(call(&mut records, 99, BUYER), Decision::Released(25));
        assert_eq!(call(&mut records, 100, BUYER), Decision::Released(25));
        assert_eq!(call(&mut records, 102, BUYER), Decision::Refunded(10));
        assert_eq!(records.parties.map(|party| party.received), [10, 50]);
    }

    #[test]
    fn the_seller_waits() {
        let mut records = records();
        assert_eq!(call(&mut records, 99, SELLER), Decision::NotYours);
        assert_eq!(call(&mut records, 100, SELLER), Decision::NotYours);
        assert_eq!(records.terms.paid, 0);
        assert_eq!(records.parties[1].calls, 2);
    }
}
