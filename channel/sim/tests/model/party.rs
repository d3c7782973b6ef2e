//! What the honest party knows and signed, and what it may sign next.

use crate::coins::{Operation, Side};
use crate::ledger::{Commitment, Ledger, Terms, Tip};
use crate::rules::{Bounds, Rules};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Party {
    /// All that it signed and that can still be posted, by round. The peer can sign any of it, at
    /// any time.
    pub(crate) signed: Vec<Signed>,
    pub(crate) close: Option<Close>,
    /// Mutual closes that it may still sign.
    pub(crate) closes_left: u8,
    /// It asked for a close, and sees to it that there is one.
    pub(crate) leaving: bool,
    /// It took a payout for the end.
    pub(crate) asleep: bool,
    /// It signed two commitments of one round.
    pub(crate) signed_twice: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Signed {
    pub(crate) state: Commitment,
    pub(crate) mark: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// A proposal of the party. The peer may have signed it, but the party does not know.
    Live(Operation),
    /// The party has the signatures of both.
    CoSigned,
    /// It saw the peer's signature only while the channel was being closed. It can post the state,
    /// but cannot count on the time to do so.
    Late,
    /// Beaten by a higher round that is co-signed.
    Void,
}

/// A mutual close that the party signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Close {
    pub(crate) terms: Terms,
    /// Blocks after the present one in which it can be posted.
    pub(crate) left: i8,
    /// The party has the peer's signature as well.
    pub(crate) both: bool,
}

impl Party {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self {
            signed: Vec::new(),
            close: None,
            closes_left: bounds.closes,
            leaving: false,
            asleep: false,
            signed_twice: false,
        }
    }

    /// The newest state: the ledger's, or one of a higher round that the party can post.
    pub(crate) fn newest(&self, ledger: &Ledger) -> Tip {
        self.newest_of(&[Mark::CoSigned, Mark::Late], ledger)
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = (Commitment, Operation)> {
        self.signed.iter().filter_map(|signed| match signed.mark {
            Mark::Live(operation) => Some((signed.state, operation)),
            _ => None,
        })
    }

    /// What a party that acts in time is owed. The peer chooses between the newest state and what
    /// the party half-signed since, be it a step or an end.
    pub(crate) fn owed(&self, side: Side, ledger: &Ledger) -> u8 {
        let sure = self.newest_of(&[Mark::CoSigned], ledger);
        let choices = self.signed.iter().filter(|signed| {
            let open = matches!(signed.mark, Mark::Live(_) | Mark::Late);
            open && signed.state.round > sure.round
        });
        let choices = choices.map(|signed| signed.state.coins.worth(side));
        let standing = (sure.round, sure.forced);
        let end = self.close.map(|close| close.terms);
        let end = end.filter(|terms| (terms.round, terms.forced) >= standing);
        choices
            .chain(end.map(|terms| terms.payout[side.index()]))
            .fold(sure.coins.worth(side), u8::min)
    }

    pub(crate) fn may_sign_steps(&self, ledger: &Ledger, rules: &Rules, bounds: &Bounds) -> bool {
        let leaving = self.leaving && ledger.seems_open();
        !leaving && ledger.leaves_time(rules, bounds) && !self.close_stands_in_the_way(rules)
    }

    pub(crate) fn may_propose(&self, operation: Operation, rules: &Rules) -> bool {
        !rules.one_live_operation
            || operation == Operation::Nothing
            || self.live().next().is_none()
            || self.live().any(|(_, live)| live == operation)
    }

    /// Where a proposal stands in the way, it helps to force that one first. But a coin of the peer
    /// and an escrow with a hold take the peer's word.
    pub(crate) fn may_force(&self, operation: Operation, side: Side, rules: &Rules) -> bool {
        let blocks = |live| live == Operation::Create || live == Operation::Pay(side.other());
        rules.forces_beside_a_proposal
            || !self
                .live()
                .any(|(_, live)| live != operation && blocks(live))
    }

    /// The round of the next step.
    pub(crate) fn next_round(&self, ledger: &Ledger, rules: &Rules) -> u8 {
        let newest = self.newest(ledger).round;
        let last = self.signed.last().map_or(0, |signed| signed.state.round);
        if rules.one_signature_a_round {
            1 + newest.max(last)
        } else {
            1 + newest
        }
    }

    pub(crate) fn sign(&mut self, state: Commitment, mark: Mark) {
        let other = |signed: &Signed| signed.state.round == state.round && signed.state != state;
        self.signed_twice |= self.signed.iter().any(other);
        self.signed.push(Signed { state, mark });
    }

    /// The party has the peer's signature of this state as well.
    pub(crate) fn learn(&mut self, state: Commitment, mark: Mark) {
        for signed in &mut self.signed {
            if signed.state == state && matches!(signed.mark, Mark::Live(_)) {
                signed.mark = mark;
            }
        }
    }

    /// There is time again for what came late.
    pub(crate) fn open_again(&mut self) {
        for signed in &mut self.signed {
            if signed.mark == Mark::Late {
                signed.mark = Mark::CoSigned;
            }
        }
    }

    /// Forgets what cannot matter any more: what is not above `settled`, which the ledger knows
    /// for good, and why something was signed that is beaten.
    pub(crate) fn tidy(&mut self, settled: u8, rules: &Rules) {
        if rules.one_signature_a_round && rules.ties_stand {
            self.signed.retain(|signed| signed.state.round > settled);
        }
        let co_signed = |signed: &Signed| signed.mark == Mark::CoSigned;
        let newest = self.signed.iter().rposition(co_signed);
        for signed in &mut self.signed[..newest.unwrap_or(0)] {
            signed.mark = Mark::Void;
        }
    }

    fn newest_of(&self, marks: &[Mark], ledger: &Ledger) -> Tip {
        let known = |signed: &&Signed| marks.contains(&signed.mark);
        match self.signed.iter().rev().find(known) {
            Some(Signed { state, .. }) if !stands_at(&ledger.tip, state) => Tip {
                round: state.round,
                forced: 0,
                coins: state.coins,
            },
            _ => ledger.tip,
        }
    }

    fn close_stands_in_the_way(&self, rules: &Rules) -> bool {
        self.close.is_some_and(|close| {
            let expired = close.left < 0 && !rules.closes_outlive_forks;
            rules.no_step_beside_a_close && !expired
        })
    }
}

/// Whether the ledger is at this state, or beyond it.
fn stands_at(tip: &Tip, state: &Commitment) -> bool {
    let contradicts = tip.forced == 0 && tip.coins != state.coins;
    tip.round > state.round || (tip.round == state.round && !contradicts)
}
