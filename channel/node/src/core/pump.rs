//! The user's steps: proposed together, answered one by one, forced where the peer is silent.

use serde_json::json;
use twinroot_abi::{ChannelId, Hash, Height};
use twinroot_party::{Agreed, Illegal, Input, Status};
use twinroot_rules::Refused;
use twinroot_wire::{Commitment, Operation, Reason};

use twinroot_client::Failure;

use super::answer::moved;
use super::seat::Stage;
use super::want::{Proposed, Want, together};
use super::{Core, codes, tell};

impl Core {
    /// Proposes what waits, if the party is free for it.
    pub(super) fn pump(&mut self, id: ChannelId) {
        let height = self.height();
        let connected = self.is_connected(id);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.is_over() && !seat.wants.is_empty() {
            self.fail_all(id, &closed());
            return;
        }
        let Stage::Open(party) = &seat.stage else {
            return;
        };
        if !seat.looked || !seat.todo.is_empty() || seat.forcing.is_some() {
            return;
        }
        let free = matches!(
            party.status(),
            Status::Free | Status::Proposed(_) | Status::Bound(_)
        );
        if seat.takes_back && free && seat.proposed.is_none() {
            seat.takes_back = false;
            // Where nothing is half-signed any more there is nothing to take back.
            let _ = self.try_input(id, Input::Cancel);
            return;
        }
        // Without the peer nothing new is signed: what is half-signed and not sent only stands in the way of forcing.
        if !matches!(party.status(), Status::Free)
            || seat.proposed.is_some()
            || seat.wants.is_empty()
            || !connected
        {
            return;
        }
        let count = together(seat.wants.iter());
        let wants: Vec<Want> = seat.wants.drain(..count).collect();
        let operations: Vec<Operation> = wants
            .iter()
            .flat_map(|want| want.operations.clone())
            .collect();
        seat.proposed = Some(Proposed {
            wants,
            operations: operations.clone(),
            hash: None,
            since: height,
        });
        match self.try_input(id, Input::Propose(operations)) {
            Ok(()) => {}
            // Something older is half-signed: it is taken back first, and then this comes.
            Err(Illegal::HalfSigned { .. }) => {
                self.put_back(id, false);
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.takes_back = true;
                }
                let _ = self.try_input(id, Input::Cancel);
            }
            Err(Illegal::Busy | Illegal::Bound { .. }) => self.put_back(id, false),
            Err(error) => self.fail_proposed(id, &illegal(&error)),
        }
    }

    /// Both have signed a step.
    pub(super) fn agreed(&mut self, id: ChannelId, agreed: &Agreed) {
        let hash = agreed.commitment.hash();
        self.answer_keyed(id, hash, agreed);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if let Some(proposed) = seat
            .proposed
            .take_if(|proposed| proposed.hash == Some(hash))
        {
            self.answer_wants(id, proposed.wants, agreed);
        }
    }

    /// The ledger carried out a step, and the party has taken it over.
    pub(super) fn adopted_forced(&mut self, id: ChannelId, agreed: &Agreed) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(update) = seat
            .forced
            .take()
            .filter(|update| update.proposer == seat.side)
        else {
            return;
        };
        let forced = seat
            .forcing
            .take_if(|want| want.operations == update.operations);
        let proposed = seat
            .proposed
            .take_if(|proposed| proposed.operations == update.operations);
        let wants = forced
            .into_iter()
            .chain(proposed.into_iter().flat_map(|proposed| proposed.wants));
        let wants: Vec<Want> = wants.collect();
        self.answer_wants(id, wants, agreed);
    }

    /// The peer did not sign. Where it only cannot do so now, it is asked again; a step that it does not want in
    /// company comes again alone; else the user is told, and the step is taken back.
    pub(super) fn peer_refused(&mut self, id: ChannelId, reason: &Reason) {
        if matches!(
            reason,
            Reason::Busy | Reason::OutOfOrder | Reason::Environment | Reason::Taken(_)
        ) {
            return;
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = &seat.proposed else {
            return;
        };
        let moves = proposed
            .operations
            .iter()
            .any(|operation| matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_)));
        seat.takes_back = !moves;
        if proposed.wants.len() > 1 {
            self.put_back(id, true);
        } else {
            let why = tell::reason_text(reason);
            self.fail_proposed(id, &Failure {
                code: codes::PEER_REFUSED,
                message: format!("the peer does not sign the step: {why}"),
                todo: "change the step, or have the ledger carry it out: `twinroot channel force` takes the same arguments".into(),
            });
        }
    }

    /// The user's step does not work: whoever asked for the operation at fault is told, and the rest goes on.
    pub(super) fn impossible(&mut self, id: ChannelId, refused: &Refused) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if let Some(want) = seat.forcing.take() {
            let at_fault = refused
                .operation()
                .and_then(|place| want.operations.get(place));
            let failure = self.refused(id, refused, at_fault);
            self.answer_want(want, Err(failure));
            return;
        }
        let Some(mut proposed) = seat.proposed.take() else {
            return;
        };
        let at_fault = refused
            .operation()
            .and_then(|place| proposed.operations.get(place))
            .cloned();
        let place = match refused.operation() {
            Some(operation) => {
                let mut first = 0_usize;
                proposed.wants.iter().position(|want| {
                    first = first.saturating_add(want.operations.len());
                    operation < first
                })
            }
            None if proposed.wants.len() == 1 => Some(0),
            None => None,
        };
        match place {
            Some(place) => {
                let want = proposed.wants.remove(place);
                for want in proposed.wants.into_iter().rev() {
                    seat.wants.push_front(want);
                }
                let failure = self.refused(id, refused, at_fault.as_ref());
                self.answer_want(want, Err(failure));
            }
            // All of them together do not work, so each is tried alone.
            None => {
                seat.proposed = Some(proposed);
                self.put_back(id, true);
            }
        }
    }

    pub(super) fn not_forced(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(want) = seat.forcing.take_if(|want| want.operations == operations) else {
            return;
        };
        self.answer_want(
            want,
            Err(Failure {
                code: codes::NOT_FORCED,
                message:
                    "the ledger did not carry out the step, or a newer state stands in its place"
                        .into(),
                todo:
                    "look at `twinroot channel show`, and force it again where it is still wanted"
                        .into(),
            }),
        );
    }

    pub(super) fn funded(&mut self, id: ChannelId, commitment: &Commitment) {
        let commitment = commitment.clone();
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let moves = |proposed: &mut Proposed| {
            proposed.operations.iter().any(|operation| {
                matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_))
            })
        };
        if let Some(proposed) = seat.proposed.take_if(moves) {
            for want in proposed.wants {
                self.answer_want(want, Ok(moved(&commitment)));
            }
        }
    }

    pub(super) fn unfunded(&mut self, id: ChannelId) {
        self.fail_proposed(
            id,
            &Failure {
                code: codes::UNFUNDED,
                message: "the coins did not move in time, and the channel is as before".into(),
                todo:
                    "look whether the peer is there and the account has the coins, then try again"
                        .into(),
            },
        );
    }

    /// Steps whose callers have waited long enough are forced.
    pub(super) fn force_overdue(&mut self, id: ChannelId, height: Height) {
        let Some(operations) = self.seats.get(&id).and_then(|seat| seat.overdue(height)) else {
            return;
        };
        self.tell(
            Some(id),
            &tell::words(
                "forcing",
                "the peer has been silent for too long: the ledger is to carry out the step",
                json!({}),
            ),
        );
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(mut proposed) = seat.proposed.take() else {
            return;
        };
        let mut wants = proposed.wants.drain(..);
        let Some(mut first) = wants.next() else {
            return;
        };
        // All of them are one step, which is forced as one and answered as one.
        for want in wants {
            first.replies.extend(want.replies);
        }
        first.operations = operations;
        self.force_want(id, first);
    }

    /// Has the ledger carry out a step, the codes that it needs first.
    pub(super) fn force_want(&mut self, id: ChannelId, want: Want) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.forcing.is_some() {
            self.answer_want(want, Err(illegal(&Illegal::Forcing)));
            return;
        }
        let operations = want.operations.clone();
        self.publish_codes(id, &operations);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.forcing = Some(want);
        }
        if let Err(error) = self.try_input(id, Input::Force(operations)) {
            let want = self.seats.get_mut(&id).and_then(|seat| seat.forcing.take());
            if let Some(want) = want {
                self.answer_want(want, Err(illegal(&error)));
            }
        }
    }

    /// What was proposed waits again, each for itself if `alone`.
    fn put_back(&mut self, id: ChannelId, alone: bool) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = seat.proposed.take() else {
            return;
        };
        for mut want in proposed.wants.into_iter().rev() {
            want.alone |= alone;
            seat.wants.push_front(want);
        }
    }

    fn fail_proposed(&mut self, id: ChannelId, failure: &Failure) {
        let proposed = self
            .seats
            .get_mut(&id)
            .and_then(|seat| seat.proposed.take());
        for want in proposed.into_iter().flat_map(|proposed| proposed.wants) {
            self.answer_want(want, Err(failure.clone()));
        }
    }

    /// Everybody who waits for something of this channel is told that it does not come.
    pub(super) fn fail_all(&mut self, id: ChannelId, failure: &Failure) {
        self.fail_proposed(id, failure);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let rest: Vec<Want> = std::mem::take(&mut seat.wants)
            .into_iter()
            .chain(seat.forcing.take())
            .collect();
        for want in rest {
            self.answer_want(want, Err(failure.clone()));
        }
    }

    /// What came of steps that were proposed before the last restart.
    fn answer_keyed(&mut self, id: ChannelId, hash: Hash, agreed: &Agreed) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(place) = seat.keyed.iter().position(|(what, _)| *what == hash) else {
            return;
        };
        let (_, keys) = seat.keyed.remove(place);
        let done = self.done(id, agreed, None);
        for key in keys {
            self.note_answer(&key, &Ok(done.clone()));
        }
    }

    fn answer_wants(&mut self, id: ChannelId, wants: Vec<Want>, agreed: &Agreed) {
        let mut first = 0_usize;
        for want in wants {
            let calls = want
                .operations
                .iter()
                .filter(|operation| {
                    matches!(operation, Operation::Call(_) | Operation::Create { .. })
                })
                .count();
            let last = first.saturating_add(calls);
            let done = self.done(id, agreed, Some((first..last, &want.operations)));
            first = last;
            self.answer_want(want, Ok(done));
        }
    }
}

pub(super) fn closed() -> Failure {
    Failure {
        code: codes::CLOSED,
        message: "the channel is closed".into(),
        todo: "open another".into(),
    }
}

pub(super) fn illegal(error: &Illegal) -> Failure {
    let todo = match error {
        Illegal::BeingClosed => {
            "`twinroot channel force` has the ledger carry it out while the channel is being closed"
        }
        Illegal::HalfSigned { .. } => {
            "wait for the peer, force that step, or take it back with `twinroot channel cancel`"
        }
        Illegal::Forcing | Illegal::Busy | Illegal::Bound { .. } => "wait, and try again",
        Illegal::Behind { .. } | Illegal::Doubtful => {
            "wait for the peer, or close with `twinroot channel close --solo`"
        }
        _ => "",
    };
    let code = if *error == Illegal::Closed {
        codes::CLOSED
    } else {
        codes::NOT_NOW
    };
    Failure {
        code,
        message: error.to_string(),
        todo: todo.into(),
    }
}
