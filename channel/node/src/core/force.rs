//! The user's steps that the ledger alone is to carry out: asked for, or overdue because the peer has not signed them.

use serde_json::json;
use twinroot_abi::{ChannelId, Height};
use twinroot_client::Failure;
use twinroot_party::{Agreed, Illegal, Input};
use twinroot_rules::Refused;
use twinroot_wire::Operation;

use super::pump::illegal;
use super::want::{Joint, Want};
use super::{Core, codes, tell};

impl Core {
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
        let (shares, since) = (joint.shares(), joint.since());
        for half in &mut seat.half_signed {
            if half.shares.is_empty() && half.operations == operations {
                half.shares.clone_from(&shares);
                half.since = since;
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

    /// The party does not force what both have signed. A step of another key that is equal is to be done all the same.
    pub(super) fn force_equal_again(&mut self, id: ChannelId, operations: &[Operation]) {
        if let Some(forcing) = self
            .seats
            .get_mut(&id)
            .and_then(|seat| seat.forcing.as_mut())
            .filter(|forcing| forcing.operations == operations)
        {
            forcing.is_asked = false;
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
        let Some(joint) = seat.take_forcing(operations) else {
            return;
        };
        let at_fault = refused.operation().and_then(|place| operations.get(place));
        let failure = self.refused(id, refused, at_fault);
        self.fail_joint(id, joint, &failure);
    }

    pub(super) fn not_forced(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(joint) = seat.take_forcing(operations) else {
            return;
        };
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
