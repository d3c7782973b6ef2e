//! The host: one engine, one judge, and calls.

use std::fmt;
use std::sync::Arc;

use twinroot_abi::{CALL_GAS, CODE_BYTE_CENTIGAS, Gas};
use twinroot_exec::{
    Call, Code, CodeSource, Execute, Halt, HostError, Judge, Outcome, Receipt, Scene,
};
use twinroot_gate::{
    CAUSE_GLOBAL, CAUSE_OUT_OF_GAS, CAUSE_STACK, GAS_GLOBAL, STACK_BYTES, STACK_GLOBAL, admit,
};
use twinroot_state::{Overlay, Tree};
use wasmtime::{Extern, Global, Instance, Linker, Store, Trap, TypedFunc, Val};

use crate::compiled::{Cache, Compiled};
use crate::engine::{Backend, engine};
use crate::functions::link;
use crate::running::{Running, Stop};

/// Runs calls on one engine.
pub struct Host {
    linker: Linker<Running>,
    judge: Arc<dyn Judge>,
    cache: Cache,
}

/// wasmtime could not be started; this machine is at fault.
#[derive(Debug, thiserror::Error)]
#[error("could not start the wasm engine: {0}")]
pub struct StartError(String);

impl Host {
    /// A host that runs modules on `backend` and asks `judge` about facts.
    ///
    /// # Errors
    /// [`StartError`] where this machine lacks what the engine needs, address space above all.
    pub fn new(backend: Backend, judge: impl Judge + 'static) -> Result<Self, StartError> {
        let start = || {
            let mut linker = Linker::new(&engine(backend)?);
            link(&mut linker)?;
            Ok(linker)
        };
        let linker = start().map_err(|error: wasmtime::Error| StartError(format!("{error:#}")))?;
        Ok(Self {
            linker,
            judge: Arc::new(judge),
            cache: Cache::default(),
        })
    }

    fn run(
        &self,
        compiled: &Compiled,
        running: Running,
        gas: i64,
    ) -> (Result<Ended, Halt>, Running) {
        let mut store = Store::new(self.linker.engine(), running);
        store.limiter(|running| running);
        let ended = enter(&mut store, compiled, gas);
        (ended, store.into_data())
    }
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
        let compiled = self.cache.get(&self.linker, code)?;
        let Some(gas) = call
            .gas
            .0
            .checked_sub(start_price(code.bytes.len()))
            .and_then(|gas| i64::try_from(gas).ok())
        else {
            return Ok(Receipt::failed(Outcome::OutOfGas, call.gas));
        };
        let running = Running {
            state: std::mem::replace(state, Overlay::new(Tree::new())),
            scene,
            call: call.clone(),
            policies: Arc::clone(&compiled.policies),
            judge: Arc::clone(&self.judge),
            memory: None,
            returned: Vec::new(),
            events: Vec::new(),
            judged: Vec::new(),
            stop: None,
        };
        let (ended, running) = self.run(&compiled, running, gas);
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
        })
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

/// What starting a call of so many bytes of code costs.
fn start_price(code_bytes: usize) -> u64 {
    CALL_GAS.saturating_add(
        (code_bytes as u64)
            .saturating_mul(CODE_BYTE_CENTIGAS)
            .div_ceil(100),
    )
}

enum Ended {
    Returned { gas_left: u64 },
    Reverted { code: u32, gas_left: u64 },
    Failed(Outcome),
}

fn enter(store: &mut Store<Running>, compiled: &Compiled, gas: i64) -> Result<Ended, Halt> {
    let instance = match compiled.instance.instantiate(&mut *store) {
        Ok(instance) => instance,
        // A data segment that does not fit the memory; everything else is this machine's fault.
        Err(error) => return trapped(&error, 0),
    };
    let exports = Exports { compiled, instance };
    store.data_mut().memory = exports.get(store, "memory").and_then(Extern::into_memory);
    exports.set(store, GAS_GLOBAL, Val::I64(gas))?;
    exports.set(store, STACK_GLOBAL, Val::I64(STACK_BYTES))?;
    let Some(entry) = exports.entry(store) else {
        return Ok(Ended::Failed(Outcome::HostError(HostError::NoSuchEntry)));
    };
    let result = entry.call(&mut *store, ());
    if let Some(stop) = store.data_mut().stop.take() {
        return stopped(stop);
    }
    match result {
        Ok(()) => {
            let left = exports.value(store, GAS_GLOBAL)?.i64().unwrap_or(-1);
            Ok(
                u64::try_from(left).map_or(Ended::Failed(Outcome::OutOfGas), |gas_left| {
                    Ended::Returned { gas_left }
                }),
            )
        }
        Err(error) => {
            let cause = exports.value(store, CAUSE_GLOBAL)?.i32().unwrap_or(0);
            trapped(&error, cause)
        }
    }
}

fn stopped(stop: Stop) -> Result<Ended, Halt> {
    match stop {
        Stop::OutOfGas => Ok(Ended::Failed(Outcome::OutOfGas)),
        Stop::Revert { code, gas_left } => Ok(Ended::Reverted { code, gas_left }),
        Stop::Trap => Ok(Ended::Failed(Outcome::Trap)),
        Stop::Host(error) => Ok(Ended::Failed(Outcome::HostError(error))),
        Stop::Missing(missing) => Err(Halt::Missing(missing)),
        Stop::Machine(why) => Err(Halt::Machine(why)),
    }
}

/// What a trap means (docs/spec/vm.md, 2). The traps that a guest can cause are listed; any other,
/// native stack overflow above all, says that this machine or its engine is broken.
fn trapped(error: &wasmtime::Error, cause: i32) -> Result<Ended, Halt> {
    let outcome = match (error.downcast_ref::<Trap>(), cause) {
        (Some(Trap::UnreachableCodeReached), CAUSE_OUT_OF_GAS) => Outcome::OutOfGas,
        (Some(Trap::UnreachableCodeReached), CAUSE_STACK) => Outcome::StackLimit,
        (
            Some(
                Trap::UnreachableCodeReached
                | Trap::MemoryOutOfBounds
                | Trap::TableOutOfBounds
                | Trap::IndirectCallToNull
                | Trap::BadSignature
                | Trap::IntegerOverflow
                | Trap::IntegerDivisionByZero,
            ),
            _,
        ) => Outcome::Trap,
        _ => return Err(Halt::Machine(format!("{error:#}"))),
    };
    Ok(Ended::Failed(outcome))
}

/// What an instance offers, by the places that are known since it was compiled.
struct Exports<'a> {
    compiled: &'a Compiled,
    instance: Instance,
}

impl Exports<'_> {
    fn get(&self, store: &mut Store<Running>, name: &str) -> Option<Extern> {
        let place = self.compiled.exports.get(name)?;
        self.instance.get_module_export(store, place)
    }

    /// The entry that is called, if there is one without parameters and results.
    fn entry(&self, store: &mut Store<Running>) -> Option<TypedFunc<(), ()>> {
        let place = self.compiled.exports.get(&store.data().call.entry)?;
        let entry = self.instance.get_module_export(&mut *store, place)?;
        entry.into_func()?.typed(store).ok()
    }

    fn global(&self, store: &mut Store<Running>, name: &str) -> Result<Global, Halt> {
        self.get(store, name)
            .and_then(Extern::into_global)
            .ok_or_else(|| unmetered(name))
    }

    fn set(&self, store: &mut Store<Running>, name: &str, value: Val) -> Result<(), Halt> {
        self.global(store, name)?
            .set(store, value)
            .map_err(|error| Halt::Machine(format!("{error:#}")))
    }

    fn value(&self, store: &mut Store<Running>, name: &str) -> Result<Val, Halt> {
        Ok(self.global(store, name)?.get(store))
    }
}

fn unmetered(global: &str) -> Halt {
    Halt::Machine(format!("the gate made a module without {global}"))
}
