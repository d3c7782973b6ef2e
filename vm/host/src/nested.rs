//! A call of another contract (docs/spec/vm.md, 5.6): an instance of its own, on the state of the
//! call that makes it. What fails is taken back, and the caller goes on.

use std::mem;
use std::sync::Arc;

use twinroot_abi::{Amount, ContractId, Gas, INIT};
use twinroot_exec::{
    Call, Caller, CodeSource, CoinsError, Halt, HeaderPlace, HostError, Outcome, Scene,
};
use twinroot_types::Limits;

use crate::functions::coins_stop;
use crate::guest::Guest;
use crate::host::start_price;
use crate::machine::Ended;
use crate::machines::with_usual_stack;
use crate::running::{Running, Stop};
use crate::trace::Tracing;

/// What a contract asks for.
pub(crate) struct Inner {
    pub(crate) contract: ContractId,
    pub(crate) entry: Vec<u8>,
    pub(crate) args: Vec<u8>,
    pub(crate) value: Amount,
    pub(crate) gas: Gas,
}

/// Kinds of ends, in the upper half of what a caller is told; the lower has a code.
const REVERT: i64 = 1 << 32;
const TRAP: i64 = 2 << 32;
const OUT_OF_GAS: i64 = 3 << 32;
const STACK_LIMIT: i64 = 4 << 32;
const HOST_ERROR: i64 = 5 << 32;
/// The caller has fewer coins than it wants to give along.
const SHORT: i64 = 6 << 32;

/// Runs it, and tells how it ended.
pub(crate) fn call(guest: &mut Guest<'_>, inner: Inner) -> Result<i64, Stop> {
    // A contract that asks for so much gets it or does not call: whoever sets the gas of the whole call
    // must not be able to have a part of it fail.
    if i64::try_from(inner.gas.0).map_or(true, |gas| gas > guest.gas()) {
        return Err(Stop::OutOfGas);
    }
    let running = guest.running();
    running.answer = Vec::new();
    let entry = String::from_utf8(inner.entry).ok();
    let Some(entry) = entry.filter(|entry| entry != INIT) else {
        return Ok(told(Outcome::HostError(HostError::NoSuchEntry)));
    };
    let here = running.contract;
    let path = &running.trail.path;
    let is_open = here == inner.contract || path.contains(&inner.contract);
    if is_open || path.len().saturating_add(2) > Limits::V1.call_depth {
        return Ok(told(Outcome::HostError(HostError::Nesting)));
    }
    let (from, to) = (HeaderPlace::of(here), HeaderPlace::of(inner.contract));
    let header = to.read(&mut running.state).map_err(coins_stop)?;
    running.check_leaves()?;
    let Some(header) = header else {
        return Ok(told(Outcome::HostError(HostError::NoSuchContract)));
    };
    let codes = Arc::clone(&running.codes);
    let Some(bytes) = codes.get(&header.code) else {
        return Err(Stop::Halt(Halt::CodeUnknown(header.code)));
    };
    let begun = running.begin();
    match from.give(&mut running.state, &to, inner.value) {
        Ok(()) => running.check_leaves()?,
        Err(CoinsError::Short { .. }) => return Ok(SHORT),
        Err(error) => return Err(coins_stop(error)),
    }
    if running
        .trail
        .called
        .iter()
        .all(|(id, _)| *id != inner.contract)
    {
        running.trail.called.push((inner.contract, header));
    }
    let code = CodeSource {
        hash: header.code,
        bytes,
    };
    let call = Call {
        contract: inner.contract,
        entry,
        args: inner.args,
        value: inner.value,
        gas: inner.gas,
        facts: Vec::new(),
    };
    let (ended, tracing) = run(running, code, &call)?;
    let used = match ended {
        Ended::Returned { gas_left } | Ended::Reverted { gas_left, .. } => {
            call.gas.0.saturating_sub(gas_left)
        }
        Ended::Failed(_) => call.gas.0,
    };
    let outcome = match ended {
        Ended::Returned { .. } => Outcome::Success,
        Ended::Reverted { code, .. } => Outcome::Revert(code),
        Ended::Failed(outcome) => outcome,
    };
    if outcome != Outcome::Success {
        running.take_back(begun);
    }
    if let Some(outer) = &mut running.trail.tracing {
        let gas = [call.gas, Gas(used)];
        let end = |inner: Tracing| inner.end(call.contract, code, &call.entry, gas, outcome);
        outer.call(tracing.map(end));
    }
    guest.charge(used)?;
    Ok(told(outcome))
}

/// Runs it to its end, on what `outer` has; traces it if that is traced.
fn run(
    outer: &mut Running,
    code: CodeSource<'_>,
    call: &Call,
) -> Result<(Ended, Option<Tracing>), Stop> {
    let tracing = outer.trail.tracing.as_ref().map(|_| Tracing::default());
    let Some(gas) = call.gas.checked_sub(start_price(code.bytes.len())) else {
        return Ok((Ended::Failed(Outcome::OutOfGas), tracing));
    };
    let scene = Scene {
        caller: Caller::Contract(outer.contract),
        ..outer.scene
    };
    let tools = Arc::clone(&outer.tools);
    let mut trail = mem::take(&mut outer.trail);
    let outer_tracing = mem::replace(&mut trail.tracing, tracing);
    // The first of them waits for a place, and those within it need not.
    let _place = trail.path.is_empty().then(|| tools.machines.chains.take());
    trail.path.push(outer.contract);
    let (state, codes) = (outer.state.take(), Arc::clone(&outer.codes));
    let running = Running::new(state, scene, call, Arc::clone(&tools), codes, trail);
    let work = || tools.machines.run(code, &call.entry, running, gas);
    let (ended, running) = with_usual_stack(work).map_err(Stop::Halt)?;
    outer.state = running.state;
    outer.trail = running.trail;
    outer.trail.path.pop();
    let tracing = mem::replace(&mut outer.trail.tracing, outer_tracing);
    if matches!(ended, Ended::Returned { .. }) {
        outer.answer = running.returned;
    }
    Ok((ended, tracing))
}

/// An outcome as a contract is told of it.
const fn told(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Success => 0,
        Outcome::Revert(code) => REVERT | code as i64,
        Outcome::Trap => TRAP,
        Outcome::OutOfGas => OUT_OF_GAS,
        Outcome::StackLimit => STACK_LIMIT,
        Outcome::HostError(error) => HOST_ERROR | error as i64,
    }
}
