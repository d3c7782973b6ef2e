//! The engines of a host: the usual one, and one with a deep native stack for the calls that need it.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;

use twinroot_abi::Gas;
use twinroot_exec::{CodeSource, Halt};

use crate::engine::{Backend, CALLS, CHAINS, Stack};
use crate::machine::{Ended, Machine, StartError};
use crate::permits::Permits;
use crate::running::Running;

/// What can be chosen of a host's engines.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) backend: Backend,
    /// Of the usual engine.
    pub(crate) stack: Stack,
    pub(crate) folder: Option<PathBuf>,
    /// Compiled contracts kept in memory.
    pub(crate) kept: NonZeroUsize,
}

pub(crate) struct Machines {
    setup: Setup,
    usual: Machine,
    /// Made when a call is met that needs it.
    deep: OnceLock<Result<Machine, StartError>>,
    /// Calls that are not made by a contract.
    pub(crate) calls: Permits,
    /// Those of them that have called another contract. Whoever has a place here waits for no other.
    pub(crate) chains: Permits,
}

impl Machines {
    pub(crate) fn new(setup: Setup) -> Result<Self, StartError> {
        Ok(Self {
            usual: Machine::new(&setup)?,
            setup,
            deep: OnceLock::new(),
            calls: Permits::new(CALLS),
            chains: Permits::new(CHAINS),
        })
    }

    pub(crate) const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Whether a call was met that needed the deep stack.
    #[cfg(test)]
    pub(crate) fn went_deep(&self) -> bool {
        self.deep.get().is_some()
    }

    /// Runs a call to its end, with so much gas.
    pub(crate) fn run(
        &self,
        code: CodeSource<'_>,
        entry: &str,
        mut running: Box<Running>,
        gas: Gas,
    ) -> Result<(Ended, Box<Running>), Halt> {
        let begun = running.begin();
        let (ended, mut running) = self.usual.run(code, entry, running, gas)?;
        if let Some(ended) = ended {
            return Ok((ended, running));
        }
        // Again from its beginning, where the stack holds it.
        running.begin_again(begun);
        let machine = self.deep()?;
        let (ended, running) = on_a_stack(Stack::DEEP, || machine.run(code, entry, running, gas))?;
        let why = "even a deep native stack ran out, before the metered one";
        let ended = ended.ok_or_else(|| Halt::Machine(why.to_owned()))?;
        Ok((ended, running))
    }

    fn deep(&self) -> Result<&Machine, Halt> {
        self.deep
            .get_or_init(|| {
                Machine::new(&Setup {
                    stack: Stack::DEEP,
                    ..self.setup.clone()
                })
            })
            .as_ref()
            .map_err(|error| Halt::Machine(error.to_string()))
    }
}

/// What the host itself takes of a native stack, between one contract and the next.
const HOST_STACK: usize = 256 * 1024;

/// Runs `work` where there is as much native stack as wasm may take and the host needs: here, or on a new
/// one.
pub(crate) fn with_usual_stack<T>(work: impl FnOnce() -> T) -> T {
    let needed = Stack::USUAL.0.saturating_add(HOST_STACK);
    stacker::maybe_grow(needed, needed.saturating_mul(4), work)
}

/// Runs `work` on a thread of its own, with so much stack for wasm and as much as any thread has beside.
fn on_a_stack<T: Send>(
    stack: Stack,
    work: impl FnOnce() -> Result<T, Halt> + Send,
) -> Result<T, Halt> {
    thread::scope(|scope| {
        thread::Builder::new()
            .stack_size(stack.0.saturating_add(Stack::USUAL.0))
            .spawn_scoped(scope, work)
            .map_err(|error| Halt::Machine(format!("no thread with a stack of its own: {error}")))?
            .join()
            .map_err(|_| Halt::Machine("a thread with a stack of its own broke".to_owned()))?
    })
}
