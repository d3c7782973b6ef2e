//! Runs modules under wasmi, with a host that does nothing but count.

use std::collections::BTreeMap;

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use twinroot_gate::{CAUSE_GLOBAL, CAUSE_OUT_OF_GAS, CAUSE_STACK};
use wasmi::{Engine, Error, Extern, FuncType, Instance, Linker, Module, Store, TrapCode, Val};

/// How a run ended, by docs/spec/vm.md, 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Trap,
    OutOfGas,
    StackLimit,
}

/// What is left of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) end: End,
    /// Gas used; meaningless unless `Done`.
    pub(crate) gas: i64,
    /// Exported globals by name, as 64 bits.
    pub(crate) globals: BTreeMap<String, i64>,
    pub(crate) memory: Vec<u8>,
}

/// Runs an entry of a metered module.
pub(crate) fn metered(wasm: &[u8], entry: &str, limit: i64) -> Ran {
    let (mut store, instance) = instance(wasm, true);
    let entry = instance
        .get_typed_func::<i64, i64>(&store, entry)
        .expect("an entry takes gas and gives gas");
    let result = entry.call(&mut store, limit);
    let ran = left(&store, instance);
    let gas = *result.as_ref().unwrap_or(&0);
    let end = match (own_stack_is_enough(result), ran.globals[CAUSE_GLOBAL]) {
        (Ok(_), 0) if gas < 0 => End::OutOfGas,
        (Ok(_), 0) => End::Done,
        (Err(error), 0) if error.i32_exit_status().is_some() => End::OutOfGas,
        (Err(_), 0) => End::Trap,
        (Err(_), cause) if cause == i64::from(CAUSE_OUT_OF_GAS) => End::OutOfGas,
        (Err(_), cause) if cause == i64::from(CAUSE_STACK) => End::StackLimit,
        other => panic!("a cause without a trap: {other:?}"),
    };
    Ran {
        end,
        gas: limit - gas,
        ..ran
    }
}

/// Runs an entry of a module as its author wrote it.
pub(crate) fn plain(wasm: &[u8], entry: &str) -> Ran {
    let (mut store, instance) = instance(wasm, false);
    let entry = instance
        .get_typed_func::<(), ()>(&store, entry)
        .expect("an entry takes and gives nothing");
    let end = if own_stack_is_enough(entry.call(&mut store, ())).is_ok() {
        End::Done
    } else {
        End::Trap
    };
    Ran {
        end,
        ..left(&store, instance)
    }
}

fn instance(wasm: &[u8], with_gas: bool) -> (Store<()>, Instance) {
    let mut config = wasmi::Config::default();
    config
        .set_max_recursion_depth(100_000)
        .set_max_stack_height(1 << 26);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, wasm).expect("the module is valid");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for host in HOST_FUNCTIONS {
        let gas = with_gas.then_some(&ValType::I64);
        let params: Vec<_> = host.params.iter().chain(gas).map(value_type).collect();
        let results: Vec<_> = host.result.iter().chain(gas).map(value_type).collect();
        let name = host.name;
        let answer = move |_: wasmi::Caller<'_, ()>, params: &[Val], results: &mut [Val]| {
            answer(name, with_gas, params, results)
        };
        linker
            .func_new(IMPORT_MODULE, name, FuncType::new(params, results), answer)
            .unwrap();
    }
    let instance = linker
        .instantiate_and_start(&mut store, &module)
        .expect("an admitted module has an instance");
    (store, instance)
}

/// Every host function gives 7. `emit` takes a gas for each byte, after its price.
fn answer(name: &str, with_gas: bool, params: &[Val], results: &mut [Val]) -> Result<(), Error> {
    if let Some(result) = results.first_mut() {
        *result = if matches!(result, Val::I32(_)) {
            Val::I32(7)
        } else {
            Val::I64(7)
        };
    }
    if with_gas {
        let gas = params.last().and_then(Val::i64).unwrap();
        let more = if name == "emit" {
            i64::from(params[1].i32().unwrap().cast_unsigned())
        } else {
            0
        };
        if gas < 0 || gas - more < 0 {
            return Err(Error::i32_exit(1));
        }
        *results.last_mut().unwrap() = Val::I64(gas - more);
    }
    Ok(())
}

fn value_type(kind: &ValType) -> wasmi::ValType {
    match kind {
        ValType::I32 => wasmi::ValType::I32,
        ValType::I64 => wasmi::ValType::I64,
    }
}

fn own_stack_is_enough<T>(result: Result<T, Error>) -> Result<T, Error> {
    if let Err(error) = &result {
        assert_ne!(
            error.as_trap_code(),
            Some(TrapCode::StackOverflow),
            "the engine's own stack ran out"
        );
    }
    result
}

fn left(store: &Store<()>, instance: Instance) -> Ran {
    let mut globals = BTreeMap::new();
    let mut memory = Vec::new();
    for export in instance.exports(store) {
        let name = export.name().to_owned();
        match export.into_extern() {
            Extern::Global(global) => {
                let value = match global.get(store) {
                    Val::I32(value) => i64::from(value),
                    Val::I64(value) => value,
                    other => panic!("no contract has a global such as {other:?}"),
                };
                globals.insert(name, value);
            }
            Extern::Memory(found) => memory = found.data(store).to_vec(),
            _ => {}
        }
    }
    Ran {
        end: End::Done,
        gas: 0,
        globals,
        memory,
    }
}
