//! wasmi, an interpreter: what a ledger that cannot compile would use.

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use twinroot_exec::HostError;
use twinroot_gate::CAUSE_GLOBAL;
use wasmi::{
    Caller, CompilationMode, Config, Engine, Error, Extern, FuncType, Instance, Linker, Module,
    Store, TrapCode, Val,
};

use super::{Compiles, Runs};
use crate::Ran;
use crate::functions::called;
use crate::host::{Host, Input, Stop, Value};
use crate::ran::{Ended, fingerprint};

/// Far beyond what docs/spec/vm.md, 4, lets a module ask for.
const DEPTH: usize = 100_000;
const STACK_BYTES: usize = 64 << 20;

pub(super) struct Interpreter(Engine);

impl Interpreter {
    pub(super) fn new() -> Self {
        // The features of docs/spec/vm.md, 7.2, and no other.
        let mut config = Config::default();
        config
            .set_max_recursion_depth(DEPTH)
            .set_max_stack_height(STACK_BYTES)
            .consume_fuel(false)
            .compilation_mode(CompilationMode::Eager)
            .floats(false)
            .wasm_mutable_global(true)
            .wasm_sign_extension(true)
            .wasm_bulk_memory(true)
            .wasm_multi_value(true)
            .wasm_saturating_float_to_int(false)
            .wasm_multi_memory(false)
            .wasm_reference_types(false)
            .wasm_tail_call(false)
            .wasm_extended_const(false)
            .wasm_custom_page_sizes(false)
            .wasm_memory64(false)
            .wasm_wide_arithmetic(false);
        Self(Engine::new(&config))
    }
}

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    for (place, function) in HOST_FUNCTIONS.iter().enumerate() {
        let kinds = |kinds: &[ValType]| -> Vec<_> {
            let gas = [ValType::I64];
            kinds.iter().chain(&gas).copied().map(encoded).collect()
        };
        let kind = FuncType::new(kinds(function.params), kinds(function.result.as_slice()));
        let answer = move |caller: Caller<'_, Host>, params: &[Val], results: &mut [Val]| {
            answer(place, caller, params, results)
        };
        linker
            .func_new(IMPORT_MODULE, function.name, kind, answer)
            .unwrap();
    }
    linker
}

const fn encoded(kind: ValType) -> wasmi::ValType {
    match kind {
        ValType::I32 => wasmi::ValType::I32,
        ValType::I64 => wasmi::ValType::I64,
    }
}

fn answer(
    place: usize,
    mut caller: Caller<'_, Host>,
    params: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
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
            Err(Error::new("the host ends the call"))
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

impl Compiles for Interpreter {
    fn compile(&self, metered: &[u8]) -> Result<Box<dyn Runs>, String> {
        let module = Module::new(&self.0, metered).map_err(|error| error.to_string())?;
        Ok(Box::new(Loaded {
            linker: linker(&self.0),
            module,
        }))
    }
}

struct Loaded {
    linker: Linker<Host>,
    module: Module,
}

impl Runs for Loaded {
    fn run(&self, entry: &str, input: &Input) -> Result<Ran, String> {
        let mut store = Store::new(self.module.engine(), Host::new(input));
        let instance = self
            .linker
            .instantiate_and_start(&mut store, &self.module)
            .map_err(|error| error.to_string())?;
        let ended = enter(&mut store, instance, entry, input.gas)?;
        let memory = instance.get_memory(&store, "memory");
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
    let Ok(entry) = instance.get_typed_func::<i64, i64>(&*store, entry) else {
        store.data_mut().stop = Some(Stop::Host(HostError::NoSuchEntry));
        return Ok(Ended::Trapped { cause: 0 });
    };
    match entry.call(&mut *store, gas) {
        Ok(gas) => Ok(Ended::Returned { gas }),
        Err(error) => {
            let cause = instance.get_global(&*store, CAUSE_GLOBAL).unwrap();
            let Val::I32(cause) = cause.get(&*store) else {
                panic!("the cause is a number of 32 bits");
            };
            if store.data().stop.is_none() {
                trapped(&error, cause)?;
            }
            Ok(Ended::Trapped { cause })
        }
    }
}

/// Holds that the trap is one that a contract can cause, and none of the interpreter's own limits
/// (docs/spec/vm.md, 2.4).
fn trapped(error: &Error, cause: i32) -> Result<(), String> {
    let known = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => true,
        Some(
            TrapCode::MemoryOutOfBounds
            | TrapCode::TableOutOfBounds
            | TrapCode::IndirectCallToNull
            | TrapCode::BadSignature
            | TrapCode::IntegerOverflow
            | TrapCode::IntegerDivisionByZero,
        ) => cause == 0,
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err(format!("no outcome comes of cause {cause} and: {error}"))
    }
}
