//! wasmtime: Cranelift, Winch and Pulley, each set up as vm/host/src/engine.rs sets up what it runs.

use std::num::NonZeroUsize;

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use twinroot_exec::HostError;
use twinroot_gate::CAUSE_GLOBAL;
use wasmtime::{
    Caller, Config, Enabled, Engine, Extern, FuncType, Instance, InstanceAllocationStrategy,
    InstancePre, Linker, Module, OptLevel, PoolingAllocationConfig, Store, Strategy, Trap, Val,
};

use super::{Compiles, Kind, NATIVE_STACK_BYTES, Runs};
use crate::Ran;
use crate::functions::called;
use crate::host::{Host, Input, Stop, Value};
use crate::ran::{Ended, fingerprint};

pub(super) struct Compiler(Linker<Host>);

impl Compiler {
    pub(super) fn new(kind: Kind) -> Self {
        let engine = Engine::new(&config(kind)).unwrap();
        let mut linker = Linker::new(&engine);
        for (place, function) in HOST_FUNCTIONS.iter().enumerate() {
            let kinds = |kinds: &[ValType]| -> Vec<_> {
                let gas = [ValType::I64];
                kinds.iter().chain(&gas).copied().map(encoded).collect()
            };
            let kind = FuncType::new(
                &engine,
                kinds(function.params),
                kinds(function.result.as_slice()),
            );
            let answer = move |caller: Caller<'_, Host>, params: &[Val], results: &mut [Val]| {
                answer(place, caller, params, results)
            };
            linker
                .func_new(IMPORT_MODULE, function.name, kind, answer)
                .unwrap();
        }
        Self(linker)
    }
}

/// Calls that may run at once.
const INSTANCES: u32 = 64;
/// The most memory a module can have: 64 pages (docs/spec/vm.md, 6.2).
const MEMORY_BYTES: usize = 64 * 65_536;
/// Memory that a slot of the pool keeps. What the call before left in it must not be seen.
const KEEP_BYTES: usize = 128 * 1024;

/// The features of docs/spec/vm.md, 7.2.
fn config(kind: Kind) -> Config {
    let mut config = Config::new();
    match kind {
        Kind::Winch => drop(config.strategy(Strategy::Winch)),
        Kind::Pulley => drop(config.target("pulley64").unwrap()),
        _ => {}
    }
    config
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true)
        .consume_fuel(false)
        .epoch_interruption(false)
        // Not used, but it must not be less than the next.
        .async_stack_size(NATIVE_STACK_BYTES)
        .max_wasm_stack(NATIVE_STACK_BYTES)
        .wasm_backtrace_max_frames(None::<NonZeroUsize>)
        .generate_address_map(false)
        .native_unwind_info(false)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(INSTANCES)
        .total_memories(INSTANCES)
        .total_tables(INSTANCES)
        .max_memory_size(MEMORY_BYTES)
        .table_elements(1024)
        .linear_memory_keep_resident(KEEP_BYTES)
        .table_keep_resident(8 * 1024)
        .pagemap_scan(Enabled::Auto);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

fn encoded(kind: ValType) -> wasmtime::ValType {
    match kind {
        ValType::I32 => wasmtime::ValType::I32,
        ValType::I64 => wasmtime::ValType::I64,
    }
}

fn answer(
    place: usize,
    mut caller: Caller<'_, Host>,
    params: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let params: Vec<_> = params.iter().map(decoded).collect();
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let given = match memory {
        Some(memory) => {
            let (bytes, host) = memory.data_and_store_mut(&mut caller);
            called(host, place, &params, Some(bytes))
        }
        None => called(caller.data_mut(), place, &params, None),
    };
    match given {
        Ok((result, gas)) => {
            let given = result.into_iter().chain([Value::I64(gas)]);
            for (result, value) in results.iter_mut().zip(given) {
                *result = match value {
                    Value::I32(value) => Val::I32(value),
                    Value::I64(value) => Val::I64(value),
                };
            }
            Ok(())
        }
        Err(stop) => {
            caller.data_mut().stop = Some(stop);
            Err(wasmtime::Error::msg("the host ends the call"))
        }
    }
}

fn decoded(value: &Val) -> Value {
    match value {
        Val::I32(value) => Value::I32(*value),
        Val::I64(value) => Value::I64(*value),
        other => panic!("no host function takes {other:?}"),
    }
}

impl Compiles for Compiler {
    fn compile(&self, metered: &[u8]) -> Result<Box<dyn Runs>, String> {
        let module = Module::new(self.0.engine(), metered);
        let module = module.and_then(|module| self.0.instantiate_pre(&module));
        let ready = module.map_err(|error| format!("{error:#}"))?;
        Ok(Box::new(Loaded(ready)))
    }
}

struct Loaded(InstancePre<Host>);

impl Runs for Loaded {
    fn run(&self, entry: &str, input: &Input) -> Result<Ran, String> {
        let mut store = Store::new(self.0.module().engine(), Host::new(input));
        let instance = self.0.instantiate(&mut store);
        let instance = instance.map_err(|error| format!("{error:#}"))?;
        let ended = enter(&mut store, instance, entry, input.gas)?;
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.map_or(0, |memory| fingerprint(memory.data(&store)));
        Ok(Ran::of(&ended, store.into_data(), memory))
    }
}

/// Calls an entry. No other function of this file knows the shape of a metered module
/// (docs/spec/vm.md, 3.9).
fn enter(
    store: &mut Store<Host>,
    instance: Instance,
    entry: &str,
    gas: i64,
) -> Result<Ended, String> {
    let Ok(entry) = instance.get_typed_func::<i64, i64>(&mut *store, entry) else {
        store.data_mut().stop = Some(Stop::Host(HostError::NoSuchEntry));
        return Ok(Ended::Trapped { cause: 0 });
    };
    match entry.call(&mut *store, gas) {
        Ok(gas) => Ok(Ended::Returned { gas }),
        Err(error) => {
            let cause = instance.get_global(&mut *store, CAUSE_GLOBAL).unwrap();
            let cause = cause.get(&mut *store).unwrap_i32();
            if store.data().stop.is_none() {
                trapped(&error, cause)?;
            }
            Ok(Ended::Trapped { cause })
        }
    }
}

/// Holds that the trap is one that a contract can cause. Native stack overflow above all is not
/// (docs/spec/vm.md, 2.4).
fn trapped(error: &wasmtime::Error, cause: i32) -> Result<(), String> {
    let trap = error.downcast_ref::<Trap>();
    let known = match trap {
        Some(Trap::UnreachableCodeReached) => true,
        Some(
            Trap::MemoryOutOfBounds
            | Trap::TableOutOfBounds
            | Trap::IndirectCallToNull
            | Trap::BadSignature
            | Trap::IntegerOverflow
            | Trap::IntegerDivisionByZero,
        ) => cause == 0,
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err(format!("no outcome comes of cause {cause} and: {error:#}"))
    }
}
