//! One engine and what was compiled for it: runs a call to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use twinroot_abi::Gas;
use twinroot_exec::{CodeSource, Halt, HostError, Outcome};
use twinroot_gate::{CAUSE_OUT_OF_GAS, CAUSE_STACK};
use wasmtime::{Extern, Instance, Linker, PoolConcurrencyLimitError, Store, Trap};

use crate::cache::Cache;
use crate::compiled::Compiled;
use crate::engine::engine;
use crate::folder::Folder;
use crate::functions::link;
use crate::machines::Setup;
use crate::running::{Running, Stop};

/// How often a call looks for a place that is being cleared, which takes some microseconds.
const CLEARING: u32 = 100_000;

pub(crate) struct Machine {
    linker: Linker<Box<Running>>,
    cache: Cache,
}

/// The host could not be started; this machine is at fault.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// wasmtime lacks something, address space above all.
    #[error("could not start the wasm engine: {0}")]
    Engine(String),
    /// The folder for compiled contracts cannot be used.
    #[error("could not use {} for compiled contracts: {reason}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
}

impl From<wasmtime::Error> for StartError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}

/// How a call ended.
pub(crate) enum Ended {
    Returned { gas_left: u64 },
    Reverted { code: u32, gas_left: u64 },
    Failed(Outcome),
}

impl Machine {
    pub(crate) fn new(setup: &Setup) -> Result<Self, StartError> {
        let engine = engine(setup.backend, setup.stack)?;
        let open = |path: &PathBuf| {
            Folder::open(path, &engine).map_err(|error| StartError::Folder {
                path: path.clone(),
                reason: error.to_string(),
            })
        };
        let folder = setup.folder.as_ref().map(open).transpose()?;
        let mut linker = Linker::new(&engine);
        link(&mut linker)?;
        Ok(Self {
            linker,
            cache: Cache::new(folder, setup.kept),
        })
    }

    /// Runs the call that `running` is of, with so much gas. There is no end where its frames did not fit
    /// into this engine's native stack, which says nothing of the call.
    pub(crate) fn run(
        &self,
        code: CodeSource<'_>,
        entry: &str,
        mut running: Box<Running>,
        gas: Gas,
    ) -> Result<(Option<Ended>, Box<Running>), Halt> {
        let compiled = self.cache.get(&self.linker, code)?;
        running.policies = Some(Arc::clone(&compiled.policies));
        let mut store = Store::new(self.linker.engine(), running);
        store.limiter(|running| &mut **running);
        let ended = enter(&mut store, &compiled, entry, gas)?;
        Ok((ended, store.into_data()))
    }
}

fn enter(
    store: &mut Store<Box<Running>>,
    compiled: &Compiled,
    entry: &str,
    gas: Gas,
) -> Result<Option<Ended>, Halt> {
    let instance = match instantiate(store, compiled) {
        Ok(instance) => instance,
        // A data segment that does not fit the memory; everything else is this machine's fault.
        Err(error) => return trapped(&error, 0),
    };
    let memory = compiled.memory.as_ref();
    store.data_mut().memory = memory
        .and_then(|memory| instance.get_module_export(&mut *store, memory))
        .and_then(Extern::into_memory);
    let Some(entry) = compiled.entry(&mut *store, instance, entry) else {
        let outcome = Outcome::HostError(HostError::NoSuchEntry);
        return Ok(Some(Ended::Failed(outcome)));
    };
    let result = entry.call(&mut *store, i64::try_from(gas.0).unwrap_or(i64::MAX));
    if let Some(stop) = store.data_mut().stop.take() {
        return stopped(stop).map(Some);
    }
    match result {
        Ok(left) => Ok(Some(
            u64::try_from(left).map_or(Ended::Failed(Outcome::OutOfGas), |gas_left| {
                Ended::Returned { gas_left }
            }),
        )),
        Err(error) => {
            let cause = instance
                .get_module_export(&mut *store, &compiled.cause)
                .and_then(Extern::into_global)
                .and_then(|cause| cause.get(&mut *store).i32());
            trapped(&error, cause.unwrap_or(0))
        }
    }
}

/// There are places for all calls that may run, but some may just be cleared by another thread.
fn instantiate(store: &mut Store<Box<Running>>, compiled: &Compiled) -> wasmtime::Result<Instance> {
    let mut waited = 0;
    loop {
        match compiled.instance.instantiate(&mut *store) {
            Err(error) if error.is::<PoolConcurrencyLimitError>() && waited < CLEARING => {
                waited += 1;
                thread::yield_now();
            }
            done => return done,
        }
    }
}

fn stopped(stop: Stop) -> Result<Ended, Halt> {
    match stop {
        Stop::OutOfGas => Ok(Ended::Failed(Outcome::OutOfGas)),
        Stop::Revert { code, gas_left } => Ok(Ended::Reverted { code, gas_left }),
        Stop::Trap => Ok(Ended::Failed(Outcome::Trap)),
        Stop::Host(error) => Ok(Ended::Failed(Outcome::HostError(error))),
        Stop::Halt(halt) => Err(halt),
    }
}

/// What a trap means (docs/spec/vm.md, 2). The traps that a guest can cause are listed; any other
/// says that this machine or its engine is broken.
fn trapped(error: &wasmtime::Error, cause: i32) -> Result<Option<Ended>, Halt> {
    let outcome = match (error.downcast_ref::<Trap>(), cause) {
        (Some(Trap::StackOverflow), _) => return Ok(None),
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
    Ok(Some(Ended::Failed(outcome)))
}
