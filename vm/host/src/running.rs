//! What a running call has at hand.

use std::sync::Arc;

use twinroot_abi::{Amount, ContractId, Policy};
use twinroot_exec::{Bundle, Call, HostError, Judge, Scene};
use twinroot_state::{Missing, Overlay};
use twinroot_types::Limits;
use wasmtime::{Memory, ResourceLimiter};

/// Who is told what contracts log.
pub(crate) type Listener = Arc<dyn Fn(ContractId, &[u8]) + Send + Sync>;

/// A call on its way.
pub(crate) struct Running {
    pub(crate) state: Overlay,
    pub(crate) scene: Scene,
    pub(crate) contract: ContractId,
    pub(crate) args: Vec<u8>,
    pub(crate) value: Amount,
    pub(crate) facts: Vec<Bundle>,
    pub(crate) policies: Arc<[Policy]>,
    pub(crate) judge: Arc<dyn Judge>,
    pub(crate) listener: Option<Listener>,
    pub(crate) memory: Option<Memory>,
    pub(crate) returned: Vec<u8>,
    pub(crate) events: Vec<Vec<u8>>,
    pub(crate) judged: Vec<u8>,
    /// Why the host ended the call, if it did.
    pub(crate) stop: Option<Stop>,
}

/// Why a host function ends the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    OutOfGas,
    Revert {
        code: u32,
        gas_left: u64,
    },
    /// A pointer outside the memory.
    Trap,
    Host(HostError),
    Missing(Missing),
    Machine(String),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// A memory grows as far as its module says. If the machine cannot provide it, that is the machine's
/// failure and never a -1 that the contract could see.
impl ResourceLimiter for Running {
    fn memory_growing(
        &mut self,
        _: usize,
        wanted: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| wanted <= maximum))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.stop = Some(Stop::Machine(format!("a memory could not grow: {error:#}")));
        Err(error)
    }

    fn table_growing(
        &mut self,
        _: usize,
        wanted: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| wanted <= maximum))
    }
}

impl Running {
    /// A call that begins.
    pub(crate) fn new(
        state: Overlay,
        scene: Scene,
        call: &Call,
        judge: Arc<dyn Judge>,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            state,
            scene,
            contract: call.contract,
            args: call.args.clone(),
            value: call.value,
            facts: call.facts.clone(),
            policies: Arc::new([]),
            judge,
            listener,
            memory: None,
            returned: Vec::new(),
            events: Vec::new(),
            judged: Vec::new(),
            stop: None,
        }
    }

    /// Adds an event, within the limits of a call.
    pub(crate) fn emit(&mut self, event: Vec<u8>) -> Result<(), Stop> {
        let bytes = self.events.iter().map(Vec::len).sum::<usize>() + event.len();
        if self.events.len() == Limits::V1.events || bytes > Limits::V1.event_bytes {
            return Err(HostError::Events.into());
        }
        self.events.push(event);
        Ok(())
    }

    /// Ends the call if it has touched more leaves than an update may.
    pub(crate) fn check_leaves(&self) -> Result<(), Stop> {
        if self.state.touched() > Limits::V1.touched_leaves {
            Err(HostError::Leaves.into())
        } else {
            Ok(())
        }
    }
}
