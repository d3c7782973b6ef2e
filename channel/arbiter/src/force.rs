//! Force progress (docs/spec/arbiter.md, 5): a party has the ledger carry out a step that the
//! other would not sign. Nothing is owed for it: it is posted for its own sake
//! (docs/spec/arbiter.md, 6.8).

use twinroot_abi::{CodeHash, Gas, PublicKey};
use twinroot_exec::{Execute, Header, StateKey};
use twinroot_rules::{Consent, Position, Refusal, apply};
use twinroot_state::{Partial, Read, State};
use twinroot_types::{Limits, decode};
use twinroot_wire::{Force, Operation};

use crate::plan::{ForcePlan, Plan};
use crate::receipt::{Effect, Refutation};
use crate::{Channel, Ledger, Rejected};

/// Validates (docs/spec/arbiter.md, 5.2): form, parties, order, pinned block, and that the witness
/// is of the right state.
pub(crate) fn plan(ledger: &Ledger, sender: PublicKey, mut force: Force) -> Result<Plan, Rejected> {
    let mut channel = ledger.existing(force.update.channel)?.clone();
    let poster = channel.side_of(sender).ok_or(Rejected::NotAParty)?;
    if force.update.proposer != poster {
        return Err(Rejected::NotTheProposer);
    }
    if let Some(newer) = force.base.take() {
        channel.check_newer(&newer)?;
        channel.adopt(newer, ledger.block().height);
    }
    channel.check_steps_left(poster)?;
    if !ledger.may_pin(force.update.env) {
        return Err(Rejected::PinnedBlock);
    }
    let state = Partial::decode(&force.witness, Limits::V1.witness_bytes)?;
    let (expected, shown) = (channel.tip.state_root, state.root());
    if shown != expected {
        return Err(Rejected::WitnessRoot { expected, shown });
    }
    if let Some(code) = unpublished(ledger, &force, &state) {
        return Err(Rejected::NotPublished(code));
    }
    let base = Position {
        commitment: channel.tip.clone(),
        state,
    };
    Ok(Plan::Force(Box::new(ForcePlan {
        channel,
        poster,
        base,
        force,
    })))
}

/// Executes (docs/spec/arbiter.md, 5.4). Whatever happens, it is paid for; only a success with the predicted root is kept.
pub(crate) fn execute(
    ledger: &Ledger,
    plan: ForcePlan,
    execute: &dyn Execute,
) -> Result<(Effect, Gas, Option<Channel>), Rejected> {
    let ForcePlan {
        mut channel,
        poster,
        base,
        force,
    } = plan;
    let id = base.commitment.channel;
    let refuted = |refutation, gas| {
        Ok((
            Effect::Refuted {
                channel: id,
                refutation,
                gas,
            },
            gas,
            None,
        ))
    };
    let applied = match apply(
        &base,
        &force.update,
        Consent::PosterOnly,
        ledger.codes(),
        execute,
    ) {
        Ok(applied) => applied,
        Err(Refusal { reason, .. }) if reason.is_machine() => {
            return Err(Rejected::Machine(reason.to_string()));
        }
        Err(Refusal { reason, gas }) => return refuted(Refutation::Refused(reason), gas),
    };
    if let Err(error) = base
        .state
        .check_no_surplus(&force.witness, &applied.touched)
    {
        return refuted(Refutation::Witness(error), applied.gas);
    }
    let (predicted, reached) = (force.predicted, applied.next.commitment.state_root);
    if predicted != reached {
        return refuted(Refutation::Root { predicted, reached }, applied.gas);
    }
    let commitment = applied.next.commitment;
    channel.advance(poster, commitment.clone(), ledger.block().height)?;
    let effect = Effect::Forced {
        update: Box::new(force.update),
        commitment: Box::new(commitment),
        receipts: applied.receipts,
        gas: applied.gas,
    };
    Ok((effect, applied.gas, Some(channel)))
}

/// The first code that the step needs and the ledger does not know. What the witness does not show
/// is left to execution.
fn unpublished(ledger: &Ledger, force: &Force, state: &Partial) -> Option<CodeHash> {
    let needed = |operation: &Operation| match operation {
        Operation::Transfer { .. }
        | Operation::Deposit(_)
        | Operation::Withdraw(_)
        | Operation::LowerHold { .. } => None,
        Operation::Create { code, .. } => Some(*code),
        Operation::Call(call) => {
            let header = state.read(&StateKey::Header(call.contract).hash()).ok()??;
            Some(decode::<Header>(&header, Limits::V1.value_bytes).ok()?.code)
        }
    };
    force
        .update
        .operations
        .iter()
        .filter_map(needed)
        .find(|code| !ledger.codes().contains_key(code))
}
