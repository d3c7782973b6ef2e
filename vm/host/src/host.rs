//! The host: takes contracts in and runs calls of them.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::thread;

use twinroot_abi::{CALL_GAS, CODE_BYTE_CENTIGAS, Gas};
use twinroot_exec::{Call, Code, CodeSource, Execute, Halt, Judge, Outcome, Receipt, Scene};
use twinroot_gate::admit;
use twinroot_state::{Overlay, Tree};

use crate::engine::{Backend, Stack};
use crate::machine::{Ended, Machine};
use crate::running::Running;

/// Runs calls on one kind of engine.
pub struct Host {
    backend: Backend,
    judge: Arc<dyn Judge>,
    usual: Machine,
    /// Made when a call is met that needs it.
    deep: OnceLock<Result<Machine, StartError>>,
}

/// wasmtime could not be started; this machine is at fault.
#[derive(Clone, Debug, thiserror::Error)]
#[error("could not start the wasm engine: {0}")]
pub struct StartError(String);

impl Host {
    /// A host that runs modules on `backend` and asks `judge` about facts.
    ///
    /// # Errors
    /// [`StartError`] where this machine lacks what the engine needs, address space above all.
    pub fn new(backend: Backend, judge: impl Judge + 'static) -> Result<Self, StartError> {
        Ok(Self {
            backend,
            judge: Arc::new(judge),
            usual: start(backend, Stack::USUAL)?,
            deep: OnceLock::new(),
        })
    }

    /// Runs the call again from its beginning, on a thread with a stack that holds it.
    fn run_deep(
        &self,
        code: CodeSource<'_>,
        running: Running,
        gas: Gas,
    ) -> Result<(Result<Ended, Halt>, Running), Halt> {
        let deep = self.deep.get_or_init(|| start(self.backend, Stack::DEEP));
        let machine = deep
            .as_ref()
            .map_err(|error| Halt::Machine(error.to_string()))?;
        thread::scope(|scope| {
            // Beside wasm there is the host, which takes what any thread has.
            thread::Builder::new()
                .stack_size(Stack::DEEP.0.saturating_add(Stack::USUAL.0))
                .spawn_scoped(scope, || machine.run(code, running, gas))
                .map_err(|error| Halt::Machine(format!("no thread with a deep stack: {error}")))?
                .join()
                .map_err(|_| Halt::Machine("the thread with a deep stack broke".to_owned()))
        })
    }
}

fn start(backend: Backend, stack: Stack) -> Result<Machine, StartError> {
    Machine::new(backend, stack).map_err(|error| StartError(format!("{error:#}")))
}

impl Execute for Host {
    fn admit(&self, wasm: &[u8]) -> Result<Code, Halt> {
        let gated = admit(wasm).map_err(|error| Halt::Code(error.to_string()))?;
        Ok(Code {
            hash: gated.hash,
            bytes: gated.canonical,
        })
    }

    fn execute(
        &self,
        code: CodeSource<'_>,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
    ) -> Result<Receipt, Halt> {
        let Some(gas) = call.gas.checked_sub(start_price(code.bytes.len())) else {
            return Ok(Receipt::failed(Outcome::OutOfGas, call.gas));
        };
        let begun = state.checkpoint();
        let take = |state: &mut Overlay| std::mem::replace(state, Overlay::new(Tree::new()));
        let begin = |state| Running::new(state, scene, call.clone(), Arc::clone(&self.judge));
        let (mut ended, mut running) = self.usual.run(code, begin(take(state)), gas);
        if let Ok(Ended::NativeStack) = ended {
            running.state.revert(begun);
            let again = begin(take(&mut running.state));
            (ended, running) = self.run_deep(code, again, gas)?;
        }
        *state = running.state;
        Ok(match ended? {
            Ended::Returned { gas_left } => Receipt {
                outcome: Outcome::Success,
                gas: Gas(call.gas.0.saturating_sub(gas_left)),
                returned: running.returned,
                events: running.events,
                judged: running.judged,
            },
            Ended::Reverted { code, gas_left } => Receipt::failed(
                Outcome::Revert(code),
                Gas(call.gas.0.saturating_sub(gas_left)),
            ),
            Ended::Failed(outcome) => Receipt::failed(outcome, call.gas),
            Ended::NativeStack => {
                return Err(Halt::Machine(
                    "even a deep native stack ran out, before the metered one".to_owned(),
                ));
            }
        })
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

/// What starting a call of so many bytes of code costs.
fn start_price(code_bytes: usize) -> Gas {
    Gas(CALL_GAS.saturating_add(
        (code_bytes as u64)
            .saturating_mul(CODE_BYTE_CENTIGAS)
            .div_ceil(100),
    ))
}

#[cfg(test)]
mod tests;
