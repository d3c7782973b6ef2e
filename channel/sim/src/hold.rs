//! What a party that keeps to the protocol holds to with each thing that it does
//! (docs/spec/channel.md, 5.7 to 5.9), read from its disk and not from what it says of itself.

use twinroot_abi::{Height, Round, Side};
use twinroot_party::{Record, Report, ToSign};
use twinroot_wire::{Action, CoSigned, Commitment, Keys, Message, Operation, Reason, Update};

use crate::node::Stood;
use crate::{Broken, Count, Sim};

impl Sim<'_> {
    /// What is signed was written down before, and nothing else of its round ever is.
    pub(crate) fn hold_signing(&mut self, side: Side, what: &ToSign) {
        let round = match what {
            ToSign::Commitment(commitment) => Some(commitment.round),
            ToSign::Funding(funding) => Some(funding.commitment.round),
            ToSign::Close(_) | ToSign::Terms(_) => None,
        };
        let hash = what.hash();
        let node = &mut self.nodes[side.index()];
        let written = node.disk.iter().rev().any(|record| announces(record, what));
        let twice = round.filter(|round| *node.signed.entry(*round).or_insert(hash) != hash);
        if let Some(round) = twice {
            self.breaks_for(side, Broken::SignedTwice(side, round));
        }
        if !written {
            let what = format!("a signature under {:?}", what.tag());
            self.breaks_for(side, Broken::Unwritten(side, what));
        }
    }

    /// What both signed was written down before the peer is told.
    pub(crate) fn hold_sending(&mut self, side: Side, message: &Message) {
        let node = &mut self.nodes[side.index()];
        node.rounds_out.extend(match message {
            Message::Propose(proposal) => Some(proposal.commitment.round),
            Message::Accept { round, .. } => Some(*round),
            _ => None,
        });
        node.closes_out.extend(match message {
            Message::ProposeClose { close, .. } => Some(close.hash()),
            // The answer does not name its close, which was written down last.
            Message::AcceptClose { .. } => node.disk.iter().rev().find_map(|record| match record {
                Record::Closing(close, Some(_)) => Some(close.hash()),
                _ => None,
            }),
            _ => None,
        });
        match message {
            Message::Accept { round, .. } => self.hold_written(side, Some(*round)),
            Message::Hello(hello) => self.hold_written(side, round_of(hello.newest.as_ref())),
            _ => {}
        }
    }

    /// And before the ledger is.
    pub(crate) fn hold_posting(&mut self, side: Side, action: &Action) {
        let state = match action {
            Action::CloseSolo { state, .. } => state.as_ref(),
            Action::Slash { state, .. } | Action::Snapshot { state, .. } => Some(state),
            Action::Force(force) => force.base.as_ref(),
            _ => None,
        };
        self.hold_written(side, round_of(state));
    }

    fn hold_written(&mut self, side: Side, told: Option<Round>) {
        let disk = &self.nodes[side.index()].disk;
        let keeps = |round| disk.iter().rev().any(|record| keeps(record, round));
        if let Some(round) = told.filter(|round| !keeps(*round)) {
            let what = format!("what both signed in round {round}");
            self.breaks_for(side, Broken::Unwritten(side, what));
        }
    }

    /// The record that has just landed leaves the peer no choice between two things that were each
    /// meant to be the only one.
    pub(crate) fn hold_promises(&mut self, side: Side) {
        let node = &self.nodes[side.index()];
        let Some((new, before)) = node.disk.split_last() else {
            return;
        };
        if let Some(round) = not_signed_by_both(new, &self.keys) {
            self.breaks_for(side, Broken::Forged(side, round));
            return;
        }
        if node.lost_records || !self.config.honest[side.index()] {
            return;
        }
        let now = self.chain.block().height;
        let is_out = |old: &&Record| match old {
            Record::Closing(close, _) => node.closes_out.contains(&close.hash()),
            _ => promised(old).is_some_and(|(_, result)| node.rounds_out.contains(&result.round)),
        };
        if let Some(why) = choice(side, new, before, now, is_out) {
            self.breaks(Broken::Choice(side, why));
        }
    }

    /// Both signed a state, as a party tells it.
    pub(crate) fn co_signed(&mut self, side: Side, commitment: &Commitment) {
        let hash = commitment.hash();
        let both = self.config.honest == [true; 2];
        let other = *self.agreed.entry(commitment.round).or_insert(hash) != hash;
        if both && other {
            self.breaks(Broken::Different(commitment.round));
        }
        if self.ancestry.insert(hash, commitment.prev).is_some() {
            return;
        }
        self.tally.one(Count::Agreed);
        let disk = &self.nodes[side.index()].disk;
        let update = disk
            .iter()
            .rev()
            .find_map(|record| promised(record).filter(|(_, result)| *result == commitment));
        if let Some((update, _)) = update {
            let creates = |operation: &Operation| matches!(operation, Operation::Create { .. });
            let created = update.operations.iter().any(creates);
            let taken_back = update.operations.is_empty();
            self.tally.one_if(created, Count::Created);
            self.tally.one_if(taken_back, Count::TakenBack);
        }
    }

    /// Rounds only rise, and nobody finds fault with an honest step.
    pub(crate) fn hold_report(&mut self, side: Side, report: &Report) {
        match report {
            Report::Agreed(agreed) => {
                let round = agreed.commitment.round;
                let node = &mut self.nodes[side.index()];
                let highest = node.highest;
                node.highest = highest.max(round);
                if round <= highest && !node.lost_records {
                    self.breaks_for(side, Broken::WentBack(side, highest, round));
                }
            }
            // A deposit or a withdrawal that a fork lost may be carried out after all, in the same round.
            Report::Unfunded => {
                let stands = self.party(side).map(|party| party.standing().round);
                let node = &mut self.nodes[side.index()];
                node.highest = stands.unwrap_or(node.highest);
            }
            Report::Refused { reason, .. }
                if self.config.honest == [true; 2]
                    && matches!(
                        reason,
                        Reason::Mismatch | Reason::Signature | Reason::Rules(_)
                    ) =>
            {
                self.breaks(Broken::Accused(side, format!("{reason:?}")));
            }
            _ => {}
        }
    }

    /// Notes come in the order in which they were said, and each at most once.
    pub(crate) fn hold_note(&mut self, side: Side, text: &[u8]) {
        if Side::BOTH
            .iter()
            .any(|side| self.nodes[side.index()].lost_records)
        {
            return;
        }
        let said = &self.nodes[side.other().index()].said;
        let first = self.nodes[side.index()].heard;
        let place = said.iter().skip(first).position(|note| note == text);
        match place {
            Some(place) => {
                let heard = first.saturating_add(place).saturating_add(1);
                self.nodes[side.index()].heard = heard;
            }
            None => self.breaks_for(side, Broken::Note(side)),
        }
    }

    /// Steps that the peer forced take no free coins.
    pub(crate) fn hold_free_coins(&mut self, side: Side, stood: &Stood) {
        let Some(party) = self.party(side) else {
            return;
        };
        let steps = party.on_ledger().map_or(&[][..], |view| &view.steps);
        let goes_on = party.standing().round == stood.round && steps.starts_with(&stood.steps);
        let own = steps
            .iter()
            .skip(stood.steps.len())
            .filter(|step| step.proposer == side)
            .flat_map(|step| &step.operations)
            .fold(0_u64, |sum, operation| {
                sum.saturating_add(spends(operation))
            });
        let now = party.balances()[side.index()];
        if goes_on && now.0.saturating_add(own) < stood.free.0 {
            let before = stood.free;
            self.breaks_for(side, Broken::Taken { side, before, now });
        }
    }
}

fn round_of(state: Option<&CoSigned>) -> Option<Round> {
    state.map(|state| state.commitment.round)
}

/// Free coins of its proposer that an operation takes.
const fn spends(operation: &Operation) -> u64 {
    match operation {
        Operation::Transfer { amount, .. } => amount.0,
        Operation::Call(call) => call.value.0,
        _ => 0,
    }
}

/// The step that a record promises to sign, and the state after it.
fn promised(record: &Record) -> Option<(&Update, &Commitment)> {
    match record {
        Record::Proposing(update, commitment) => Some((update, commitment)),
        Record::Accepting(proposal) => Some((&proposal.update, &proposal.commitment)),
        _ => None,
    }
}

/// Whether a record says that this is about to be signed.
fn announces(record: &Record, what: &ToSign) -> bool {
    match (what, record) {
        (ToSign::Close(close), Record::Closing(written, _)) => **written == *close,
        (ToSign::Terms(terms), Record::Terms(written)) => **written == *terms,
        (ToSign::Commitment(commitment), record) => {
            promised(record).is_some_and(|(_, result)| result == &**commitment)
        }
        (ToSign::Funding(funding), record) => {
            promised(record).is_some_and(|(_, result)| *result == funding.commitment)
        }
        _ => false,
    }
}

/// Whether a record keeps what both signed, or a promise to sign a deposit or a withdrawal.
fn keeps(record: &Record, round: Round) -> bool {
    match record {
        Record::CoSigned(state) => state.commitment.round == round,
        Record::Funded(signed) => signed.funding.commitment.round == round,
        Record::Checkpoint(kept) => {
            let newest = kept.newest.as_ref();
            kept.ground.round() == round
                || newest.is_some_and(|newest| newest.commitment.round == round)
        }
        Record::Accepting(proposal) => {
            proposal.update.moves().is_some() && proposal.commitment.round == round
        }
        _ => false,
    }
}

/// The round of a state that a record takes for signed by both, if it is not.
fn not_signed_by_both(record: &Record, keys: &Keys) -> Option<Round> {
    let (round, good) = match record {
        Record::CoSigned(state) => (state.commitment.round, keys.verify_both(state).is_ok()),
        Record::Funded(signed) => (
            signed.funding.commitment.round,
            keys.verify_funding(signed).is_ok(),
        ),
        _ => return None,
    };
    (!good).then_some(round)
}

/// What the peer could choose between if `new` is signed after all `before`, as far as that is out.
fn choice(
    side: Side,
    new: &Record,
    before: &[Record],
    now: Height,
    is_out: impl Fn(&&Record) -> bool,
) -> Option<String> {
    let is_new = matches!(
        new,
        Record::Proposing(..) | Record::Accepting(_) | Record::Closing(..)
    );
    let both = before.iter().filter_map(both_signed).max();
    let out = before.iter().filter(|_| is_new).filter(is_out);
    out.into_iter().find_map(|old| {
        let open = match old {
            Record::Closing(close, _) => close.expiry >= now && !same_end(close, new),
            _ => {
                let (update, commitment) = promised(old)?;
                let operations = &update.operations;
                let beaten = both >= Some(commitment.round);
                match update.moves() {
                    Some((_, coins)) => coins.expiry >= now && !beaten && !same(commitment, new),
                    None => {
                        matches!(old, Record::Proposing(..))
                            && !beaten
                            && !operations.is_empty()
                            && !goes_with(operations, new)
                            && !was_forced(side, operations, before)
                    }
                }
            }
        };
        open.then(|| format!("{} is open, and it signs {}", brief(old), brief(new)))
    })
}

fn both_signed(record: &Record) -> Option<Round> {
    match record {
        Record::CoSigned(state) => Some(state.commitment.round),
        Record::Funded(signed) => Some(signed.funding.commitment.round),
        Record::Checkpoint(kept) => Some(kept.ground.round()),
        _ => None,
    }
}

/// Two closes at one state differ in their last height only.
fn same_end(close: &twinroot_wire::MutualClose, new: &Record) -> bool {
    matches!(new, Record::Closing(other, _) if other.standing == close.standing)
}

fn same(commitment: &Commitment, new: &Record) -> bool {
    promised(new).is_some_and(|(_, other)| other == commitment)
}

/// Beside a half-signed step the same step may be signed, none, or one of the peer.
fn goes_with(operations: &[Operation], new: &Record) -> bool {
    match new {
        Record::Proposing(update, _) => {
            update.operations.is_empty() || update.operations == operations
        }
        Record::Accepting(proposal) => proposal.update.moves().is_none(),
        _ => false,
    }
}

fn was_forced(side: Side, operations: &[Operation], before: &[Record]) -> bool {
    before.iter().any(|record| {
        matches!(record, Record::Forced(update)
            if update.proposer == side && update.operations == operations)
    })
}

fn brief(record: &Record) -> String {
    match record {
        Record::Closing(close, _) => format!("a close at {:?}", close.standing),
        other => match promised(other) {
            Some((update, _)) => format!("round {} ({:?})", update.round, update.operations),
            None => "something".to_owned(),
        },
    }
}
