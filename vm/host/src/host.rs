//! The host: takes contracts in and runs calls of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use rayon::prelude::*;
use twinroot_abi::{CALL_GAS, CODE_BYTE_CENTIGAS, ContractId, FEE_TABLE, Gas};
use twinroot_exec::{Call, Code, CodeSource, Execute, Halt, Judge, Outcome, Receipt, Scene};
use twinroot_gate::admit;
use twinroot_state::Overlay;

use crate::engine::{Backend, Stack};
use crate::machine::{Ended, Machine, StartError};
use crate::running::{Listener, Running};

/// Runs calls on one kind of engine.
pub struct Host {
    backend: Backend,
    judge: Arc<dyn Judge>,
    listener: Option<Listener>,
    folder: Option<PathBuf>,
    usual: Machine,
    /// Made when a call is met that needs it.
    deep: OnceLock<Result<Machine, StartError>>,
}

impl Host {
    /// A host that runs modules on `backend` and asks `judge` about facts.
    ///
    /// # Errors
    /// [`StartError`] where this machine lacks what the engine needs, address space above all.
    pub fn new(backend: Backend, judge: impl Judge + 'static) -> Result<Self, StartError> {
        Ok(Self {
            backend,
            judge: Arc::new(judge),
            listener: None,
            folder: None,
            usual: Machine::new(backend, Stack::USUAL)?,
            deep: OnceLock::new(),
        })
    }

    /// The same, and what it compiles is kept in `folder`, so that a later program need not compile it.
    /// Nobody else may be able to write there: what lies in it is run.
    ///
    /// # Errors
    /// [`StartError`] as above, or where the folder cannot be used.
    pub fn with_folder(self, folder: &Path) -> Result<Self, StartError> {
        Ok(Self {
            usual: self.usual.with_folder(folder)?,
            deep: OnceLock::new(),
            folder: Some(folder.to_owned()),
            ..self
        })
    }

    /// The same, and `listener` is told what contracts log. That changes no outcome and no gas.
    #[must_use]
    pub fn with_listener(
        self,
        listener: impl Fn(ContractId, &[u8]) + Send + Sync + 'static,
    ) -> Self {
        Self {
            listener: Some(Arc::new(listener)),
            ..self
        }
    }

    /// Runs calls that do not depend on each other, those of different channels above all, on all cores.
    /// The results come in the order of the calls.
    #[must_use]
    pub fn batch(&self, jobs: Vec<Job<'_>>) -> Vec<Done> {
        jobs.into_par_iter()
            .map(|mut job| {
                let result = self.execute(job.code, &mut job.state, job.scene, &job.call);
                Done {
                    state: job.state,
                    result,
                }
            })
            .collect()
    }

    /// Runs the call again from its beginning, on a thread with a stack that holds it.
    fn run_deep(
        &self,
        code: CodeSource<'_>,
        entry: &str,
        running: Running,
        gas: Gas,
    ) -> Result<(Result<Ended, Halt>, Running), Halt> {
        let deep = self.deep.get_or_init(|| {
            let machine = Machine::new(self.backend, Stack::DEEP)?;
            match &self.folder {
                Some(folder) => machine.with_folder(folder),
                None => Ok(machine),
            }
        });
        let machine = deep
            .as_ref()
            .map_err(|error| Halt::Machine(error.to_string()))?;
        thread::scope(|scope| {
            // Beside wasm there is the host, which takes what any thread has.
            thread::Builder::new()
                .stack_size(Stack::DEEP.0.saturating_add(Stack::USUAL.0))
                .spawn_scoped(scope, || machine.run(code, entry, running, gas))
                .map_err(|error| Halt::Machine(format!("no thread with a deep stack: {error}")))?
                .join()
                .map_err(|_| Halt::Machine("the thread with a deep stack broke".to_owned()))
        })
    }
}

/// A call of a batch.
#[derive(Debug)]
pub struct Job<'a> {
    /// The code of the called contract.
    pub code: CodeSource<'a>,
    /// The state that it runs on.
    pub state: Overlay,
    /// Who calls, and when.
    pub scene: Scene,
    /// The call.
    pub call: Call,
}

/// What came of a call of a batch.
#[derive(Debug)]
pub struct Done {
    /// The state after it; to be reverted after any outcome but success.
    pub state: Overlay,
    /// As [`Execute::execute`] gives it.
    pub result: Result<Receipt, Halt>,
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
        let begin = |state| {
            let judge = Arc::clone(&self.judge);
            Running::new(state, scene, call, judge, self.listener.clone())
        };
        let (mut ended, mut running) = self.usual.run(code, &call.entry, begin(state.take()), gas);
        if let Ok(Ended::NativeStack) = ended {
            running.state.revert(begun);
            let again = begin(running.state.take());
            (ended, running) = self.run_deep(code, &call.entry, again, gas)?;
        }
        *state = running.state;
        Ok(match ended? {
            Ended::Returned { gas_left } => Receipt {
                outcome: Outcome::Success,
                gas: Gas(call.gas.0.saturating_sub(gas_left)),
                returned: running.returned,
                events: running.events,
                judged: running.judged,
                fees: FEE_TABLE,
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
