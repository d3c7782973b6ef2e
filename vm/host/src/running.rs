//! What a running call has at hand.

use std::sync::Arc;

use twinroot_abi::{Amount, ContractId, Policy};
use twinroot_exec::{Bundle, Call, Codes, Event, Halt, Header, HostError, Judge, Scene};
use twinroot_state::{Checkpoint, Missing, Overlay};
use twinroot_types::Limits;
use wasmtime::{Memory, ResourceLimiter};

use crate::machines::Machines;
use crate::trace::{Trace, Tracing};

/// Who is told what contracts log.
pub(crate) type Listener = Arc<dyn Fn(ContractId, &[u8]) + Send + Sync>;

/// Who is given the trace of each call.
pub(crate) type Tracer = Arc<dyn Fn(Trace) + Send + Sync>;

/// What all calls of a host have at hand.
#[derive(Clone)]
pub(crate) struct Tools {
    pub(crate) machines: Arc<Machines>,
    pub(crate) judge: Arc<dyn Judge>,
    pub(crate) listener: Option<Listener>,
    pub(crate) tracer: Option<Tracer>,
}

/// What a call and those within it have in common.
#[derive(Default)]
pub(crate) struct Trail {
    /// The contracts that are being called, the present one left out.
    pub(crate) path: Vec<ContractId>,
    pub(crate) events: Vec<Event>,
    /// The contracts that were called by others, as they were before.
    pub(crate) called: Vec<(ContractId, Header)>,
    /// The trace of the present contract, if there is a tracer.
    pub(crate) tracing: Option<Tracing>,
}

/// A call on its way.
pub(crate) struct Running {
    pub(crate) state: Overlay,
    pub(crate) scene: Scene,
    pub(crate) contract: ContractId,
    pub(crate) args: Vec<u8>,
    pub(crate) value: Amount,
    pub(crate) facts: Vec<Bundle>,
    /// None before the instance is there.
    pub(crate) policies: Option<Arc<[Policy]>>,
    pub(crate) tools: Arc<Tools>,
    pub(crate) codes: Codes,
    pub(crate) trail: Trail,
    /// What the last call of another contract returned.
    pub(crate) answer: Vec<u8>,
    pub(crate) memory: Option<Memory>,
    pub(crate) returned: Vec<u8>,
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
    /// There is no outcome.
    Halt(Halt),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Halt(missing.into())
    }
}

/// Where a call began: what it changes can be taken back to there.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    state: Checkpoint,
    events: usize,
    called: usize,
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
        let why = format!("a memory could not grow: {error:#}");
        self.stop = Some(Stop::Halt(Halt::Machine(why)));
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
        tools: Arc<Tools>,
        codes: Codes,
        trail: Trail,
    ) -> Box<Self> {
        Box::new(Self {
            state,
            scene,
            contract: call.contract,
            args: call.args.clone(),
            value: call.value,
            facts: call.facts.clone(),
            policies: None,
            tools,
            codes,
            trail,
            answer: Vec::new(),
            memory: None,
            returned: Vec::new(),
            judged: Vec::new(),
            stop: None,
        })
    }

    /// The present place, to come back to.
    pub(crate) fn begin(&mut self) -> Begun {
        Begun {
            state: self.state.checkpoint(),
            events: self.trail.events.len(),
            called: self.trail.called.len(),
        }
    }

    /// Takes everything back since `begun`, as if the call had not begun yet.
    pub(crate) fn begin_again(&mut self, begun: Begun) {
        self.take_back(begun);
        self.trail.tracing = self.trail.tracing.take().map(|_| Tracing::default());
        self.answer = Vec::new();
        self.memory = None;
        self.returned = Vec::new();
        self.judged = Vec::new();
        self.stop = None;
    }

    /// Takes back what was changed since `begun` and can be seen outside.
    pub(crate) fn take_back(&mut self, begun: Begun) {
        self.state.revert(begun.state);
        self.trail.events.truncate(begun.events);
        self.trail.called.truncate(begun.called);
    }

    /// Adds an event, within the limits of a call.
    pub(crate) fn emit(&mut self, bytes: Vec<u8>) -> Result<(), Stop> {
        let events = &mut self.trail.events;
        let all = events.iter().map(|event| event.bytes.len()).sum::<usize>() + bytes.len();
        if events.len() == Limits::V1.events || all > Limits::V1.event_bytes {
            return Err(HostError::Events.into());
        }
        let contract = self.contract;
        events.push(Event { contract, bytes });
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
