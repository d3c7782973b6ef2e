//! A contract under wasmi, with a host that has storage, arguments, a caller and a height.

use std::collections::BTreeMap;

use twinroot_abi::{HOST_FUNCTIONS, IMPORT_MODULE, ValType};
use wasmi::{
    Caller, Engine, Error, Extern, FuncType, Instance, Linker, Memory, Module, Store, Val,
};

/// What the host knows and keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) input: Vec<u8>,
    pub(crate) height: u64,
    pub(crate) caller: u32,
    pub(crate) storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) reads: u32,
    pub(crate) writes: u32,
    pub(crate) returned: Vec<u8>,
}

/// What a call left.
pub(crate) struct Ran {
    /// The host after it, or the code with which the contract called it off.
    pub(crate) end: Result<World, i32>,
    /// Bytes of memory.
    pub(crate) memory: usize,
}

/// A module, ready to be called.
pub(crate) struct Contract(Module);

impl Contract {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        let mut config = wasmi::Config::default();
        config.set_max_recursion_depth(10_000);
        Self(Module::new(&Engine::new(&config), wasm).unwrap())
    }

    /// Calls an entry in an instance of its own.
    pub(crate) fn call(&self, entry: &str, world: World) -> Ran {
        let engine = self.0.engine();
        let mut store = Store::new(engine, world);
        let mut linker = Linker::new(engine);
        for host in HOST_FUNCTIONS {
            let kind = FuncType::new(
                host.params.iter().map(value_type),
                host.result.iter().map(value_type),
            );
            let name = host.name;
            let answer = move |caller: Caller<'_, World>, params: &[Val], results: &mut [Val]| {
                let answer = answer(name, caller, params)?;
                results
                    .iter_mut()
                    .zip(answer)
                    .for_each(|(place, value)| *place = value);
                Ok(())
            };
            linker.func_new(IMPORT_MODULE, name, kind, answer).unwrap();
        }
        let instance = linker.instantiate_and_start(&mut store, &self.0).unwrap();
        let entry = instance.get_typed_func::<(), ()>(&store, entry).unwrap();
        let result = entry.call(&mut store, ());
        let memory = instance_memory(&store, instance);
        let end = match result {
            Ok(()) => Ok(store.into_data()),
            Err(error) => Err(error.i32_exit_status().unwrap_or_else(|| panic!("{error}"))),
        };
        Ran { end, memory }
    }

    /// Calls an entry with a number and reads the number that it returns.
    pub(crate) fn number(&self, entry: &str, argument: u32) -> u64 {
        let world = World {
            input: argument.to_le_bytes().into(),
            ..World::default()
        };
        let after = self.call(entry, world).end.unwrap();
        u64::from_le_bytes(after.returned.try_into().unwrap())
    }
}

fn instance_memory(store: &Store<World>, instance: Instance) -> usize {
    instance
        .get_memory(store, "memory")
        .unwrap()
        .data_size(store)
}

fn answer(name: &str, mut caller: Caller<'_, World>, params: &[Val]) -> Result<Option<Val>, Error> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .unwrap();
    let number = |place: usize| params[place].i32().unwrap();
    let bytes = |caller: &Caller<'_, World>, place: usize| {
        read(memory, caller, number(place), number(place + 1))
    };
    Ok(match name {
        "input_len" => Some(length(&caller.data().input)),
        "input_read" => {
            let input = caller.data().input.clone();
            write(memory, &mut caller, number(0), &input);
            None
        }
        "ret" => {
            caller.data_mut().returned = bytes(&caller, 0);
            None
        }
        "revert" => return Err(Error::i32_exit(number(0))),
        "height" => Some(Val::I64(caller.data().height.cast_signed())),
        "value" => Some(Val::I64(0)),
        "caller" => Some(Val::I32(caller.data().caller.cast_signed())),
        "storage_read" => {
            let key = bytes(&caller, 0);
            caller.data_mut().reads += 1;
            let Some(value) = caller.data().storage.get(&key).cloned() else {
                return Ok(Some(Val::I32(-1)));
            };
            let fits = value.len().min(usize::try_from(number(3)).unwrap());
            write(memory, &mut caller, number(2), &value[..fits]);
            Some(length(&value))
        }
        "storage_write" => {
            let (key, value) = (bytes(&caller, 0), bytes(&caller, 2));
            let world = caller.data_mut();
            world.writes += 1;
            world.storage.insert(key, value);
            None
        }
        other => panic!("no workload asks for {other}"),
    })
}

fn read(memory: Memory, caller: &Caller<'_, World>, at: i32, length: i32) -> Vec<u8> {
    let [at, length] = [at, length].map(|number| usize::try_from(number).unwrap());
    memory.data(caller)[at..at + length].to_vec()
}

fn write(memory: Memory, caller: &mut Caller<'_, World>, at: i32, bytes: &[u8]) {
    let at = usize::try_from(at).unwrap();
    memory.write(caller, at, bytes).unwrap();
}

fn length(bytes: &[u8]) -> Val {
    Val::I32(i32::try_from(bytes.len()).unwrap())
}

const fn value_type(kind: &ValType) -> wasmi::ValType {
    match kind {
        ValType::I32 => wasmi::ValType::I32,
        ValType::I64 => wasmi::ValType::I64,
    }
}
