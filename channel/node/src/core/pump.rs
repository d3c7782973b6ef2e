//! The user's steps that both are to sign: proposed together, answered one by one.

use twinroot_abi::ChannelId;
use twinroot_client::Failure;
use twinroot_party::{Agreed, Illegal, Input, Status};
use twinroot_rules::{FORCE_WINDOW, Refused};
use twinroot_wire::{Operation, Reason};

use super::line::Share;
use super::seat::Stage;
use super::want::{Joint, Want, moves_coins, together};
use super::{Core, codes, tell};

impl Core {
    /// Proposes what waits, if the party is free for it.
    pub(super) fn pump(&mut self, id: ChannelId) {
        let connected = self.is_connected(id);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.let_go();
        if seat.is_over() && !seat.wants.is_empty() {
            self.fail_all(id, &closed());
            return;
        }
        let Stage::Open(party) = &seat.stage else {
            return;
        };
        let is_being_forced = seat.forcing.as_ref().is_some_and(|joint| joint.is_asked);
        if !seat.looked || !seat.todo.is_empty() || is_being_forced {
            return;
        }
        let free = matches!(
            party.status(),
            Status::Free | Status::Proposed(_) | Status::Bound(_)
        );
        if seat.takes_back && free && seat.proposed.is_none() {
            self.take_back(id);
            return;
        }
        if matches!(party.status(), Status::Closing(_)) && seat.proposed.is_none() {
            // Nothing is signed any more, so nobody waits for it.
            let wants = std::mem::take(&mut seat.wants);
            for want in wants {
                self.answer_want(want, Err(illegal(&Illegal::BeingClosed)));
            }
            return;
        }
        // Without the peer nothing new is signed: what is half-signed and not sent only stands in the way of forcing.
        if !matches!(party.status(), Status::Free)
            || seat.proposed.is_some()
            || seat.forcing.is_some()
            || seat.wants.is_empty()
            || !connected
        {
            return;
        }
        let count = together(seat.wants.iter());
        let wants: Vec<Want> = seat.wants.drain(..count).collect();
        let joint = Joint::of(wants);
        let operations = joint.operations.clone();
        if party.owes(&operations) {
            // The party would take it for an equal step that is to come again.
            seat.wait_again(joint.wants);
            return;
        }
        seat.proposed = Some(joint);
        seat.is_cancelled = false;
        match self.try_input(id, Input::Propose(operations)) {
            Ok(()) => {}
            // Something older is half-signed: it is taken back first, and then this comes.
            Err(Illegal::HalfSigned { .. }) => {
                self.put_back(id, false);
                self.take_back(id);
            }
            Err(Illegal::Busy | Illegal::Bound { .. } | Illegal::TakenBack { .. }) => {
                self.put_back(id, false)
            }
            Err(error) => self.fail_proposed(id, &illegal(&error)),
        }
    }

    /// Takes back what is half-signed, now or as soon as the party can.
    fn take_back(&mut self, id: ChannelId) {
        // Unset before, since the party's answer comes by here again.
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.takes_back = false;
        }
        let result = self.try_input(id, Input::Cancel);
        // Where nothing is half-signed any more there is nothing to take back.
        let is_over = matches!(result, Ok(()) | Err(Illegal::NothingToDo));
        if let Some(seat) = self.seats.get_mut(&id).filter(|_| !is_over) {
            seat.takes_back = true;
        }
    }

    /// Both have signed a step: whoever has a share in it is told, wherever that waits meanwhile. What was signed below it
    /// is void.
    pub(super) fn agreed(&mut self, id: ChannelId, agreed: &Agreed) {
        let hash = agreed.commitment.hash();
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let place = seat.half_signed.iter().position(|half| half.hash == hash);
        if let Some(place) = place {
            let half = seat.half_signed.remove(place);
            self.answer_shares(id, &half.shares, &half.operations, agreed);
            self.force_equal_again(id, &half.operations);
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.forget_void();
        self.revive_void(id);
    }

    /// What was proposed and cannot be signed any more waits again, unless the party proposes it again by itself, or its
    /// user has taken it back.
    fn revive_void(&mut self, id: ChannelId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = &seat.proposed else {
            return;
        };
        if seat.collided
            || proposed
                .wants
                .iter()
                .any(|want| seat.is_half_signed(&want.key))
        {
            return;
        }
        if seat.is_cancelled {
            seat.is_cancelled = false;
            self.fail_proposed(
                id,
                &Failure {
                    code: codes::PEER_REFUSED,
                    message: "the step was taken back".into(),
                    todo: "ask for it under another key if it is wanted after all".into(),
                },
            );
        } else {
            self.put_back(id, false);
        }
    }

    /// The peer did not sign. Where it only cannot do so now, it is asked again; a step that it does not want in
    /// company comes again alone; else the user is told, and the step is taken back.
    pub(super) fn peer_refused(
        &mut self,
        id: ChannelId,
        operations: &[Operation],
        reason: &Reason,
    ) {
        if *reason == Reason::Environment {
            self.pin_anew(id);
            return;
        }
        // A close, and a step that only takes back, leave nothing that stands in the way.
        if matches!(reason, Reason::Busy | Reason::OutOfOrder | Reason::Taken(_))
            || operations.is_empty()
        {
            return;
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = seat
            .proposed
            .as_ref()
            .filter(|joint| joint.operations == operations)
        else {
            // It is from before a restart, or comes of the party itself, and nobody waits for it.
            seat.takes_back = !operations.iter().any(moves_coins);
            return;
        };
        seat.takes_back = !proposed.moves_coins();
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

    /// The peer does not know the block that a step is pinned to. A young one it will see; a step that waited for the peer so
    /// long that its block is none that counts any more is taken back, and comes again at the present one.
    fn pin_anew(&mut self, id: ChannelId) {
        let height = self.height().0;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let pinned = seat
            .party()
            .and_then(|party| party.half_signed().map(|half| half.env.height.0).max());
        if pinned.is_some_and(|pinned| pinned.saturating_add(FORCE_WINDOW / 2) < height) {
            seat.takes_back = true;
            self.put_back(id, false);
        }
    }

    /// The user's step does not work: whoever asked for the operation at fault is told, and the rest goes on.
    pub(super) fn impossible(
        &mut self,
        id: ChannelId,
        operations: &[Operation],
        refused: &Refused,
    ) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(mut proposed) = seat.take_proposed(operations) else {
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
                seat.wait_again(proposed.wants);
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

    /// The step works, but its result is one that the policy does not sign.
    pub(super) fn not_proposed(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = seat.take_proposed(operations) else {
            return;
        };
        let is_alone = proposed.wants.len() == 1;
        seat.proposed = Some(proposed);
        if !is_alone {
            self.put_back(id, true);
            return;
        }
        self.fail_proposed(
            id,
            &Failure {
                code: codes::UNAFFORDABLE,
                message: "forcing the next step could cost more than the result protects, so it is not signed".into(),
                todo: "keep more coins in the channel and in the account, or set `unaffordable` of the policy to `warn`".into(),
            },
        );
    }

    pub(super) fn unfunded(&mut self, id: ChannelId) {
        if !self
            .seats
            .get(&id)
            .and_then(|seat| seat.proposed.as_ref())
            .is_some_and(Joint::moves_coins)
        {
            return;
        }
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

    /// What was proposed waits again, each for itself if `alone`. What nobody has asked for since a restart does not.
    fn put_back(&mut self, id: ChannelId, alone: bool) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(proposed) = seat.proposed.take() else {
            return;
        };
        let mut wants = proposed.lasting();
        wants.iter_mut().for_each(|want| want.alone |= alone);
        seat.wait_again(wants);
    }

    fn fail_proposed(&mut self, id: ChannelId, failure: &Failure) {
        if let Some(joint) = self
            .seats
            .get_mut(&id)
            .and_then(|seat| seat.proposed.take())
        {
            self.fail_joint(id, joint, failure);
        }
    }

    pub(super) fn fail_joint(&mut self, id: ChannelId, joint: Joint, failure: &Failure) {
        // Whoever was told so for good has no share in it any more, though the peer could still sign it.
        let is_final = failure.code != codes::NOT_NOW;
        if let Some(seat) = self.seats.get_mut(&id).filter(|_| is_final) {
            seat.half_signed
                .iter_mut()
                .filter(|half| joint.wants.iter().any(|want| half.is_of(&want.key)))
                .for_each(|half| half.shares.clear());
        }
        for want in joint.wants {
            self.answer_want(want, Err(failure.clone()));
        }
    }

    /// Everybody who waits for something of this channel is told that it does not come.
    pub(super) fn fail_all(&mut self, id: ChannelId, failure: &Failure) {
        self.fail_proposed(id, failure);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let forcing = seat
            .forcing
            .take()
            .into_iter()
            .flat_map(|joint| joint.wants);
        let rest: Vec<Want> = std::mem::take(&mut seat.wants)
            .into_iter()
            .chain(forcing)
            .collect();
        for want in rest {
            self.answer_want(want, Err(failure.clone()));
        }
    }

    /// Tells everybody who has a share in a step what came of it.
    fn answer_shares(
        &mut self,
        id: ChannelId,
        shares: &[Share],
        operations: &[Operation],
        agreed: &Agreed,
    ) {
        let mut rest = operations;
        let mut first = 0_usize;
        for share in shares {
            let (own, others) = rest.split_at_checked(share.count()).unwrap_or((rest, &[]));
            rest = others;
            let calls = own
                .iter()
                .filter(|operation| {
                    matches!(operation, Operation::Call(_) | Operation::Create { .. })
                })
                .count();
            let last = first.saturating_add(calls);
            let done = Ok(self.done(id, agreed, first..last, own));
            first = last;
            match self
                .seats
                .get_mut(&id)
                .and_then(|seat| seat.take_want(&share.key))
            {
                Some(want) => self.answer_want(want, done),
                // Also where nobody asks any more: whoever asks again under this key is told, and it is not made twice.
                None if !self.keys.is_answered(&share.key) => {
                    self.note_answer(&share.key, share.asked, &done)
                }
                None => {}
            }
        }
    }

    pub(super) fn answer_joint(&mut self, id: ChannelId, joint: Joint, agreed: &Agreed) {
        let shares = joint.shares();
        let operations = joint.operations.clone();
        if let Some(seat) = self.seats.get_mut(&id) {
            // Back to where the shares' own answers are found.
            seat.wants.extend(joint.wants);
        }
        self.answer_shares(id, &shares, &operations, agreed);
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
        Illegal::Forcing | Illegal::Busy | Illegal::Bound { .. } | Illegal::TakenBack { .. } => {
            "wait, and try again"
        }
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
