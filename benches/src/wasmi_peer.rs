//! The same contract without the gate, in an interpreter that counts fuel.

use twinroot_abi::IMPORT_MODULE;
use wasmi::{Caller, Config, Engine, Extern, Linker, Memory, Module, Store};

/// A module on wasmi, with fuel and the host functions that the measured contracts use.
pub struct WasmiPeer {
    linker: Linker<World>,
    module: Module,
    world: Option<World>,
}

type World = crate::world::World<Memory>;

impl WasmiPeer {
    /// A module on an engine of its own.
    ///
    /// # Panics
    /// Where wasmi does not take it: then there is nothing to measure.
    #[must_use]
    pub fn new(wasm: &[u8]) -> Self {
        let mut config = Config::default();
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let mut linker = Linker::new(&engine);
        link(&mut linker).expect("each function once");
        Self {
            linker,
            module: Module::new(&engine, wasm).expect("a valid module"),
            world: Some(World::default()),
        }
    }

    /// Calls an entry in a fresh instance. Its changes stand where `settles` says so.
    ///
    /// # Panics
    /// Where the call traps.
    pub fn run(&mut self, entry: &str, args: &[u8], settles: bool) {
        let mut world = self.world.take().unwrap_or_default();
        world.args = args.to_vec();
        let mut store = Store::new(self.module.engine(), world);
        store.set_fuel(u64::MAX / 2).expect("fuel is on");
        let instance = self
            .linker
            .instantiate_and_start(&mut store, &self.module)
            .expect("nothing is missing");
        store.data_mut().memory = instance
            .get_export(&store, "memory")
            .and_then(Extern::into_memory);
        let entry = instance
            .get_typed_func::<(), ()>(&store, entry)
            .expect("an entry");
        entry.call(&mut store, ()).expect("the call succeeds");
        let mut world = store.into_data();
        if settles {
            world.settle();
        } else {
            world.revert();
        }
        self.world = Some(world);
    }
}

impl std::fmt::Debug for WasmiPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmiPeer").finish_non_exhaustive()
    }
}

fn bytes<'a>(
    caller: &'a mut Caller<'_, World>,
    pointer: i32,
    length: i32,
) -> (&'a mut [u8], &'a mut World) {
    let memory = caller.data().memory.expect("the module has a memory");
    let (memory, world) = memory.data_and_store_mut(caller);
    let start = pointer as usize;
    (&mut memory[start..start + length as usize], world)
}

fn link(linker: &mut Linker<World>) -> Result<(), wasmi::errors::LinkerError> {
    let module = IMPORT_MODULE;
    linker.func_wrap(module, "caller", |_: Caller<'_, World>| 0_i32)?;
    linker.func_wrap(module, "height", |_: Caller<'_, World>| 100_i64)?;
    linker.func_wrap(module, "value", |_: Caller<'_, World>| 0_i64)?;
    linker.func_wrap(
        module,
        "revert",
        |_: Caller<'_, World>, _: i32| -> Result<(), wasmi::Error> {
            Err(wasmi::Error::i32_exit(1))
        },
    )?;
    linker.func_wrap(module, "input_len", |caller: Caller<'_, World>| {
        caller.data().args.len() as i32
    })?;
    linker.func_wrap(
        module,
        "input_read",
        |mut caller: Caller<'_, World>, pointer: i32| {
            let length = caller.data().args.len() as i32;
            let (place, world) = bytes(&mut caller, pointer, length);
            place.copy_from_slice(&world.args);
        },
    )?;
    linker.func_wrap(
        module,
        "ret",
        |mut caller: Caller<'_, World>, pointer: i32, length: i32| {
            let (place, world) = bytes(&mut caller, pointer, length);
            world.returned = place.to_vec();
        },
    )?;
    linker.func_wrap(
        module,
        "storage_read",
        |mut caller: Caller<'_, World>, key: i32, key_length: i32, out: i32, cap: i32| {
            let (key, world) = bytes(&mut caller, key, key_length);
            let Some(value) = world.slots.get(&*key).cloned() else {
                return -1;
            };
            let length = value.len().min(cap as usize);
            let (place, _) = bytes(&mut caller, out, length as i32);
            place.copy_from_slice(&value[..length]);
            value.len() as i32
        },
    )?;
    linker.func_wrap(
        module,
        "storage_write",
        |mut caller: Caller<'_, World>, key: i32, key_length: i32, value: i32, length: i32| {
            let key = bytes(&mut caller, key, key_length).0.to_vec();
            let (value, world) = bytes(&mut caller, value, length);
            world.put(key, Some(value.to_vec()));
        },
    )?;
    Ok(())
}
