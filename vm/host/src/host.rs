//! The host: takes contracts in and runs calls of them.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use twinroot_abi::{CALL_GAS, CODE_BYTE_CENTIGAS, ContractId, FEE_TABLE, Gas};
use twinroot_exec::{Call, Code, CodeSource, Codes, Execute, Halt, Judge, Outcome, Receipt, Scene};
use twinroot_gate::admit;
use twinroot_state::Overlay;

use crate::cache::KEPT;
use crate::engine::{Backend, Stack};
use crate::machine::{Ended, StartError};
use crate::machines::{Machines, Setup};
use crate::running::{Running, Tools, Trail};
use crate::trace::{Trace, Tracing};

/// Runs calls on one kind of engine.
pub struct Host {
    tools: Arc<Tools>,
}

impl Host {
    /// A host that runs modules on `backend` and asks `judge` about facts.
    ///
    /// # Errors
    /// [`StartError`] where this machine lacks what the engine needs, address space above all.
    pub fn new(backend: Backend, judge: impl Judge + 'static) -> Result<Self, StartError> {
        let machines = Machines::new(Setup {
            backend,
            stack: Stack::USUAL,
            folder: None,
            kept: KEPT,
        })?;
        Ok(Self {
            tools: Arc::new(Tools {
                machines: Arc::new(machines),
                judge: Arc::new(judge),
                listener: None,
                tracer: None,
            }),
        })
    }

    /// The same, and what it compiles is kept in `folder`, so that a later program need not compile it.
    /// Nobody else may be able to write there: what lies in it is run.
    ///
    /// # Errors
    /// [`StartError`] as above, or where the folder cannot be used.
    pub fn with_folder(self, folder: &Path) -> Result<Self, StartError> {
        self.with_setup(|setup| setup.folder = Some(folder.to_owned()))
    }

    /// The same, and this many compiled contracts are kept in memory, those called last. One takes a few times
    /// the bytes of its code, at most some 3 MiB; 256 unless this is called.
    ///
    /// # Errors
    /// [`StartError`] as above.
    pub fn keeping(self, contracts: NonZeroUsize) -> Result<Self, StartError> {
        self.with_setup(|setup| setup.kept = contracts)
    }

    /// The same, and `listener` is told what contracts log. That changes no outcome and no gas.
    #[must_use]
    pub fn with_listener(
        self,
        listener: impl Fn(ContractId, &[u8]) + Send + Sync + 'static,
    ) -> Self {
        self.with(|tools| tools.listener = Some(Arc::new(listener)))
    }

    /// The same, and `tracer` is given the trace of each call that has an outcome, when it is over. That
    /// changes no outcome and no gas.
    #[must_use]
    pub fn with_tracer(self, tracer: impl Fn(Trace) + Send + Sync + 'static) -> Self {
        self.with(|tools| tools.tracer = Some(Arc::new(tracer)))
    }

    pub(crate) fn with_setup(self, change: impl FnOnce(&mut Setup)) -> Result<Self, StartError> {
        let mut setup = self.tools.machines.setup().clone();
        change(&mut setup);
        let machines = Machines::new(setup)?;
        Ok(self.with(|tools| tools.machines = Arc::new(machines)))
    }

    fn with(self, change: impl FnOnce(&mut Tools)) -> Self {
        let mut tools = Tools::clone(&self.tools);
        change(&mut tools);
        Self {
            tools: Arc::new(tools),
        }
    }

    /// Runs calls that do not depend on each other, those of different channels above all, on all cores.
    /// The results come in the order of the calls.
    #[must_use]
    pub fn batch(&self, jobs: Vec<Job<'_>>) -> Vec<Done> {
        jobs.into_par_iter()
            .map(|mut job| {
                let Job {
                    code, codes, scene, ..
                } = job;
                let result = self.execute(code, codes, &mut job.state, scene, &job.call);
                Done {
                    state: job.state,
                    result,
                }
            })
            .collect()
    }

    /// Runs a call; what it asks of the host is added to `tracing`.
    fn run(
        &self,
        code: CodeSource<'_>,
        codes: &Codes,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
        tracing: &mut Option<Tracing>,
    ) -> Result<Receipt, Halt> {
        let Some(gas) = call.gas.checked_sub(start_price(code.bytes.len())) else {
            return Ok(Receipt::failed(Outcome::OutOfGas, call.gas));
        };
        let machines = &self.tools.machines;
        let _place = machines.calls.take();
        let (tools, codes) = (Arc::clone(&self.tools), Arc::clone(codes));
        let trail = Trail {
            tracing: tracing.take(),
            ..Trail::default()
        };
        let running = Running::new(state.take(), scene, call, tools, codes, trail);
        let (ended, mut running) = machines.run(code, &call.entry, running, gas)?;
        *tracing = running.trail.tracing.take();
        *state = running.state;
        Ok(match ended {
            Ended::Returned { gas_left } => Receipt {
                outcome: Outcome::Success,
                gas: Gas(call.gas.0.saturating_sub(gas_left)),
                returned: running.returned,
                events: running.trail.events,
                judged: running.judged,
                called: running.trail.called,
                fees: FEE_TABLE,
            },
            Ended::Reverted { code, gas_left } => Receipt::failed(
                Outcome::Revert(code),
                Gas(call.gas.0.saturating_sub(gas_left)),
            ),
            Ended::Failed(outcome) => Receipt::failed(outcome, call.gas),
        })
    }
}

/// A call of a batch.
#[derive(Debug)]
pub struct Job<'a> {
    /// The code of the called contract.
    pub code: CodeSource<'a>,
    /// The codes of contracts that it may call.
    pub codes: &'a Codes,
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
        codes: &Codes,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
    ) -> Result<Receipt, Halt> {
        let tracer = self.tools.tracer.as_ref();
        let mut tracing = tracer.map(|_| Tracing::default());
        let receipt = self.run(code, codes, state, scene, call, &mut tracing)?;
        if let (Some(tracer), Some(tracing)) = (tracer, tracing) {
            let gas = [call.gas, receipt.gas];
            tracer(tracing.end(call.contract, code, &call.entry, gas, receipt.outcome));
        }
        Ok(receipt)
    }
}

/// What starting a call of so many bytes of code costs.
#[must_use]
pub fn start_price(code_bytes: usize) -> Gas {
    Gas(CALL_GAS.saturating_add(
        (code_bytes as u64)
            .saturating_mul(CODE_BYTE_CENTIGAS)
            .div_ceil(100),
    ))
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("backend", &self.tools.machines.setup().backend)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
