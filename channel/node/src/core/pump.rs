//! The user's steps: proposed together, answered one by one, forced where the peer is silent.

use serde_json::json;
use twinroot_abi::{ChannelId, Height};
use twinroot_party::{Agreed, Illegal, Input, Status};
use twinroot_rules::{FORCE_WINDOW, Refused};
use twinroot_wire::{Operation, Reason};

use twinroot_client::Failure;

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
            seat.takes_back = false;
            // Where nothing is half-signed any more there is nothing to take back.
            let _ = self.try_input(id, Input::Cancel);
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
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.takes_back = true;
                }
                let _ = self.try_input(id, Input::Cancel);
            }
            Err(Illegal::Busy | Illegal::Bound { .. } | Illegal::TakenBack { .. }) => {
                self.put_back(id, false)
            }
            Err(error) => self.fail_proposed(id, &illegal(&error)),
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

    /// The party does not force what both have signed. A step of another key that is equal is to be done all the same.
    fn force_equal_again(&mut self, id: ChannelId, operations: &[Operation]) {
        if let Some(forcing) = self
            .seats
            .get_mut(&id)
            .and_then(|seat| seat.forcing.as_mut())
            .filter(|forcing| forcing.operations == operations)
        {
            forcing.is_asked = false;
        }
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
        // One that was not posted is another, however equal.
        let posted = |joint: &mut Joint| joint.is_noted && joint.operations == update.operations;
        if let Some(joint) = seat.forcing.take_if(posted) {
            self.answer_joint(id, joint, agreed);
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
        // What the party proposes of itself, since it is owed, nobody waits for.
        let Some(mut proposed) = seat
            .proposed
            .take_if(|joint| joint.operations == operations)
        else {
            return;
        };
        if proposed
            .wants
            .iter()
            .any(|want| seat.is_half_signed(&want.key))
        {
            // It worked when it was signed, and the peer can still sign that: it is told once that is taken back.
            seat.takes_back = true;
            seat.wait_again(proposed.lasting());
            return;
        }
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

    /// The step that the ledger was to carry out does not work alone.
    pub(super) fn cannot_force(
        &mut self,
        id: ChannelId,
        operations: &[Operation],
        refused: &Refused,
    ) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        // What is to be forced once more was answered long ago.
        let asked = |joint: &mut Joint| joint.is_asked && joint.operations == operations;
        let Some(mut joint) = seat.forcing.take_if(asked) else {
            return;
        };
        joint.wants = seat.wait_if_half_signed(joint.wants);
        let at_fault = refused.operation().and_then(|place| operations.get(place));
        let failure = self.refused(id, refused, at_fault);
        self.fail_joint(id, joint, &failure);
    }

    /// The step works, but its result is one that the policy does not sign.
    pub(super) fn not_proposed(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let Some(proposed) = seat
            .proposed
            .as_ref()
            .filter(|joint| joint.operations == operations)
        else {
            return;
        };
        if proposed.wants.len() > 1 {
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

    pub(super) fn not_forced(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let asked = |joint: &mut Joint| joint.is_asked && joint.operations == operations;
        let Some(mut joint) = seat.forcing.take_if(asked) else {
            return;
        };
        joint.wants = seat.wait_if_half_signed(joint.wants);
        self.fail_joint(
            id,
            joint,
            &Failure {
                code: codes::NOT_FORCED,
                message:
                    "the ledger did not carry out the step, or a newer state stands in its place"
                        .into(),
                todo:
                    "look at `twinroot channel show`, and force it again where it is still wanted"
                        .into(),
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

    /// Steps whose callers have waited long enough are forced.
    pub(super) fn force_overdue(&mut self, id: ChannelId, height: Height) {
        let Some(seat) = self
            .seats
            .get_mut(&id)
            .filter(|seat| seat.looked && seat.broken.is_none())
        else {
            return;
        };
        if let Some(joint) = seat.take_overdue(height) {
            seat.forcing = Some(joint);
            self.tell(
                Some(id),
                &tell::words(
                    "forcing",
                    "the peer has not signed the step in time: the ledger is to carry it out",
                    json!({}),
                ),
            );
        }
        // Where the party is busy, it is asked again after the next block.
        let _ = self.force_now(id);
    }

    /// Has the ledger carry out a step that its user wants forced.
    pub(super) fn force_want(&mut self, id: ChannelId, want: Want) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.forcing.is_some() {
            self.answer_want(want, Err(illegal(&Illegal::Forcing)));
            return;
        }
        let joint = Joint::of(vec![want]);
        if let Some(share) = seat.equal_half_signed(&joint.wants, &joint.operations) {
            let failure = equal(&share.key);
            self.fail_joint(id, joint, &failure);
            return;
        }
        seat.forcing = Some(joint);
        if let Err(error) = self.force_now(id)
            && let Some(joint) = self.seats.get_mut(&id).and_then(|seat| seat.forcing.take())
        {
            self.fail_joint(id, joint, &illegal(&error));
        }
    }

    /// Asks the party to force what is to be forced, unless it was asked before; the codes that the ledger needs come first.
    fn force_now(&mut self, id: ChannelId) -> Result<(), Illegal> {
        let Some(seat) = self.seats.get_mut(&id) else {
            return Ok(());
        };
        if !seat.looked {
            // After a restart, the party hears of the ledger first.
            return Ok(());
        }
        let waits = seat
            .forcing
            .as_ref()
            .is_some_and(|joint| seat.has_equal(&joint.wants, &joint.operations));
        let Some(joint) = seat
            .forcing
            .as_mut()
            .filter(|joint| !joint.is_asked && !waits)
        else {
            return Ok(());
        };
        let operations = joint.operations.clone();
        joint.is_asked = true;
        // An equal step that somebody was told the peer does not want, and which the peer signs all the same, is this one:
        // the party does not make it twice.
        let shares = joint.shares();
        for half in &mut seat.half_signed {
            if half.shares.is_empty() && half.operations == operations {
                half.shares.clone_from(&shares);
            }
        }
        self.publish_codes(id, &operations);
        let result = self.try_input(id, Input::Force(operations));
        if result.is_err()
            && let Some(joint) = self
                .seats
                .get_mut(&id)
                .and_then(|seat| seat.forcing.as_mut())
        {
            joint.is_asked = false;
        }
        result
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

    fn fail_joint(&mut self, id: ChannelId, joint: Joint, failure: &Failure) {
        // Whoever was told so has no share in it any more, though the peer could still sign it.
        if let Some(seat) = self.seats.get_mut(&id) {
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
                None if !self.keys.is_answered(&share.key) => self.note_answer(&share.key, &done),
                None => {}
            }
        }
    }

    fn answer_joint(&mut self, id: ChannelId, joint: Joint, agreed: &Agreed) {
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

/// A step of another key that does the same can still be signed.
fn equal(key: &str) -> Failure {
    Failure {
        code: codes::NOT_NOW,
        message: format!("the step of key {key} does the same, and the peer can still sign it"),
        todo: format!(
            "`twinroot channel force` with `--key {key}` has the ledger carry out that one; `twinroot channel cancel` takes it back"
        ),
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
