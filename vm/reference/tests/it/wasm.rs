//! Runs modules under wasmi: as their author wrote them, and as the gate leaves them.

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use twinroot_reference::{End, Stop};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportKind, ExportSection, RawSection};
use wasmi::{
    Caller, Engine, Error, Extern, FuncType, Instance, Linker, Module, Store, TrapCode, Val,
};
use wasmparser::{Parser, Payload};

use crate::host::{Called, Observed, answer};

/// The fuel of a plain run, so that one that should end and does not is seen.
const FUEL: u64 = 100_000_000;

/// A module in an engine. It can be run often, each time in a fresh instance.
pub(crate) struct Engined {
    module: Module,
    globals: u32,
    gas: WithGas,
}

/// Whether functions take and give gas as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WithGas {
    Yes,
    No,
}

/// What a store keeps.
#[derive(Default)]
struct Kept {
    calls: Vec<Called>,
    stop: Option<Stop>,
}

/// Runs an entry of a module that the gate let through, by the gate's metered module. This function
/// and nothing else here knows its form (docs/spec/vm.md, 3.9).
pub(crate) fn run_metered(metered: &Engined, entry: &str, gas: i64) -> Observed {
    let (mut store, instance) = metered.instance();
    let entry = instance.get_typed_func::<i64, i64>(&store, entry);
    let result = entry
        .expect("an entry takes and gives gas")
        .call(&mut store, gas);
    let cause = instance.get_global(&store, "twinroot.cause").unwrap();
    let cause = cause.get(&store).i32().unwrap();
    let (end, gas_left) = match (result, cause, store.data().stop) {
        (Ok(left), 0, None) if left < 0 => (End::OutOfGas, None),
        (Ok(left), 0, None) => (End::Success, Some(left)),
        (Err(_), 0, Some(stop)) => (stop.into(), None),
        (Err(error), 0, None) if trapped(&error) => (End::Trap, None),
        (Err(_), 1, None) => (End::OutOfGas, None),
        (Err(_), 2, None) => (End::StackLimit, None),
        other => panic!("no run ends so: {other:?}"),
    };
    metered.observed(store, instance, end, gas_left)
}

/// Runs an entry of a module as its author wrote it. Nothing is charged, so there is no gas to
/// observe, and it ends if the module does.
pub(crate) fn run_plain(plain: &Engined, entry: &str) -> Observed {
    let (mut store, instance) = plain.instance();
    let entry = instance.get_typed_func::<(), ()>(&store, entry).unwrap();
    let result = entry.call(&mut store, ());
    let end = match (result, store.data().stop) {
        (Ok(()), None) => End::Success,
        (Err(_), Some(stop)) => stop.into(),
        (Err(error), None) if trapped(&error) => End::Trap,
        other => panic!("no run ends so: {other:?}"),
    };
    plain.observed(store, instance, end, None)
}

/// Whether an instruction trapped. That an engine's own stack or fuel ends is none of it.
fn trapped(error: &Error) -> bool {
    !matches!(
        error.as_trap_code(),
        None | Some(TrapCode::OutOfFuel | TrapCode::StackOverflow)
    )
}

impl Engined {
    pub(crate) fn metered(metered: &[u8], canonical: &[u8]) -> Self {
        Self::new(metered, globals(canonical), WithGas::Yes)
    }

    pub(crate) fn plain(canonical: &[u8]) -> Self {
        Self::new(canonical, globals(canonical), WithGas::No)
    }

    fn new(wasm: &[u8], globals: u32, gas: WithGas) -> Self {
        let mut config = wasmi::Config::default();
        config
            .set_max_recursion_depth(100_000)
            .set_max_stack_height(1 << 26)
            .consume_fuel(gas == WithGas::No);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, exposing(wasm, globals)).expect("the module is valid");
        Self {
            module,
            globals,
            gas,
        }
    }

    fn instance(&self) -> (Store<Kept>, Instance) {
        let mut store = Store::new(self.module.engine(), Kept::default());
        if self.gas == WithGas::No {
            store.set_fuel(FUEL).unwrap();
        }
        let mut linker = Linker::new(self.module.engine());
        for host in HOST_FUNCTIONS {
            let gas = (self.gas == WithGas::Yes).then_some(&ValType::I64);
            let params: Vec<_> = host.params.iter().chain(gas).map(value_type).collect();
            let results: Vec<_> = host.result.iter().chain(gas).map(value_type).collect();
            let (name, gas) = (host.name, self.gas);
            let kind = FuncType::new(params, results);
            let call = move |caller: Caller<'_, Kept>, params: &[Val], results: &mut [Val]| {
                call_host(caller, name, gas, params, results)
            };
            linker.func_new(IMPORT_MODULE, name, kind, call).unwrap();
        }
        let instance = linker.instantiate_and_start(&mut store, &self.module);
        (store, instance.expect("an admitted module has an instance"))
    }

    fn observed(
        &self,
        store: Store<Kept>,
        instance: Instance,
        end: End,
        gas_left: Option<i64>,
    ) -> Observed {
        let memory = instance.get_memory(&store, "memory");
        let memory = memory.map_or(Vec::new(), |memory| memory.data(&store).to_vec());
        let global = |index: u32| instance.get_global(&store, &format!("g{index}")).unwrap();
        let globals = (0..self.globals).map(|index| bits(&global(index).get(&store)));
        Observed {
            end,
            gas_left,
            memory,
            globals: globals.collect(),
            calls: store.into_data().calls,
        }
    }
}

fn call_host(
    mut caller: Caller<'_, Kept>,
    name: &'static str,
    with_gas: WithGas,
    params: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
    let (gas, arguments) = match params {
        [arguments @ .., gas] if with_gas == WithGas::Yes => (gas.i64().unwrap(), arguments),
        arguments => (0x7fff_ffff_ffff_ffff, arguments),
    };
    if gas < 0 {
        return stop(&mut caller, Stop::OutOfGas);
    }
    let arguments: Vec<i64> = arguments.iter().map(bits).collect();
    let answered = match caller.get_export("memory").and_then(Extern::into_memory) {
        Some(memory) => answer(name, &arguments, memory.data_mut(&mut caller), gas),
        None => answer(name, &arguments, &mut [], gas),
    };
    caller.data_mut().calls.push((name, arguments, gas));
    let answered = match answered {
        Ok(answered) => answered,
        Err(why) => return stop(&mut caller, why),
    };
    if with_gas == WithGas::Yes {
        *results.last_mut().unwrap() = Val::I64(answered.gas);
    }
    if let (Some(result), Some(first)) = (answered.result, results.first_mut()) {
        *first = match first {
            Val::I32(_) => Val::I32(i32::try_from(result).unwrap()),
            _ => Val::I64(result),
        };
    }
    Ok(())
}

fn stop(caller: &mut Caller<'_, Kept>, stop: Stop) -> Result<(), Error> {
    caller.data_mut().stop = Some(stop);
    Err(Error::i32_exit(1))
}

fn value_type(kind: &ValType) -> wasmi::ValType {
    match kind {
        ValType::I32 => wasmi::ValType::I32,
        ValType::I64 => wasmi::ValType::I64,
    }
}

fn bits(value: &Val) -> i64 {
    match value {
        Val::I32(value) => i64::from(*value),
        Val::I64(value) => *value,
        other => panic!("no contract has {other:?}"),
    }
}

fn globals(wasm: &[u8]) -> u32 {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::GlobalSection(section) = payload.unwrap() {
            count = section.count();
        }
    }
    count
}

/// The module with its first `globals` globals exported as `g0`, `g1` and so on. A memory that
/// declares no maximum gets the limit, which is what the gate says of it.
fn exposing(wasm: &[u8], globals: u32) -> Vec<u8> {
    const EXPORT: u8 = 7;
    const PAGES: u64 = 64;
    let mut exports = ExportSection::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(section) = payload.unwrap() {
            RoundtripReencoder
                .parse_export_section(&mut exports, section)
                .unwrap();
        }
    }
    for index in 0..globals {
        exports.export(&format!("g{index}"), ExportKind::Global, index);
    }
    let mut exports = Some(exports);
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.unwrap();
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        if let Payload::MemorySection(section) = &payload {
            let mut memories = wasm_encoder::MemorySection::new();
            for memory in section.clone() {
                let mut kind = wasm_encoder::MemoryType::from(memory.unwrap());
                kind.maximum = Some(kind.maximum.map_or(PAGES, |most| most.min(PAGES)));
                memories.memory(kind);
            }
            module.section(&memories);
            continue;
        }
        if id >= EXPORT
            && let Some(exports) = exports.take()
        {
            module.section(&exports);
        }
        if !matches!(
            payload,
            Payload::ExportSection(_) | Payload::CodeSectionEntry(_)
        ) {
            let (first, last) = (range.start as usize, range.end as usize);
            let data = &wasm[first..last];
            module.section(&RawSection { id, data });
        }
    }
    module.finish()
}
