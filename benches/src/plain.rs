//! The same contract without the gate, on plain wasmtime: what the VM is held against.

use twinroot_abi::IMPORT_MODULE;
use wasmtime::{
    Caller, Config, Enabled, Engine, InstanceAllocationStrategy, InstancePre, Linker, Memory,
    Module, OptLevel, PoolingAllocationConfig, Store,
};

/// How plain wasmtime counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metering {
    /// Not at all, set up as the VM is: what is different is the price of counting.
    None,
    /// By its own fuel, with the pool as it comes.
    Fuel,
}

/// A module on wasmtime, with the host functions and no gas.
pub struct Plain {
    instance: InstancePre<World>,
    metering: Metering,
    world: Option<World>,
}

type World = crate::world::World<Memory>;

impl Plain {
    /// A module compiled on an engine of its own.
    ///
    /// # Panics
    /// Where wasmtime does not take it: then there is nothing to measure.
    #[must_use]
    pub fn new(wasm: &[u8], metering: Metering) -> Self {
        let engine = engine(metering);
        let module = Module::new(&engine, wasm).expect("a valid module");
        let mut linker = Linker::new(&engine);
        link(&mut linker).expect("each function once");
        // What is not there a call can do without, or it ends.
        linker
            .define_unknown_imports_as_traps(&module)
            .expect("host functions are functions");
        Self {
            instance: linker.instantiate_pre(&module).expect("nothing is missing"),
            metering,
            world: Some(World::default()),
        }
    }

    /// Calls an entry in a fresh instance, and takes back what it changed.
    ///
    /// # Panics
    /// Where the call traps.
    pub fn run(&mut self, entry: &str, args: &[u8]) -> &[u8] {
        self.call(entry, args).expect("the call succeeds");
        let world = self.world.get_or_insert_default();
        world.revert();
        &world.returned
    }

    /// Calls an entry whose changes stand from now on.
    ///
    /// # Panics
    /// Where the call traps.
    pub fn settle(&mut self, entry: &str, args: &[u8]) {
        self.try_settle(entry, args).expect("the call succeeds");
    }

    /// The same, if the call succeeds.
    ///
    /// # Errors
    /// What wasmtime says of a call that does not.
    pub fn try_settle(&mut self, entry: &str, args: &[u8]) -> wasmtime::Result<()> {
        self.call(entry, args)?;
        self.world.get_or_insert_default().settle();
        Ok(())
    }

    /// The same, and takes back what it changed.
    ///
    /// # Errors
    /// As above.
    pub fn try_run(&mut self, entry: &str, args: &[u8]) -> wasmtime::Result<()> {
        self.call(entry, args)?;
        self.world.get_or_insert_default().revert();
        Ok(())
    }

    fn call(&mut self, entry: &str, args: &[u8]) -> wasmtime::Result<()> {
        let mut world = self.world.take().unwrap_or_default();
        world.args.clear();
        world.args.extend_from_slice(args);
        let mut store = Store::new(self.instance.module().engine(), world);
        if self.metering == Metering::Fuel {
            store.set_fuel(u64::MAX / 2).expect("fuel is on");
        }
        let instance = self.instance.instantiate(&mut store)?;
        store.data_mut().memory = instance.get_memory(&mut store, "memory");
        let entry = instance.get_typed_func::<(), ()>(&mut store, entry)?;
        entry.call(&mut store, ())?;
        self.world = Some(store.into_data());
        Ok(())
    }
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain")
            .field("metering", &self.metering)
            .finish_non_exhaustive()
    }
}

fn engine(metering: Metering) -> Engine {
    let mut config = Config::new();
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(64)
        .total_memories(64)
        .total_tables(64)
        .max_memory_size(64 * 65_536)
        .table_elements(1024);
    config.cranelift_opt_level(OptLevel::Speed);
    match metering {
        Metering::None => {
            pool.linear_memory_keep_resident(128 * 1024)
                .table_keep_resident(8 * 1024)
                .pagemap_scan(Enabled::Auto);
            config
                .cranelift_nan_canonicalization(true)
                .wasm_backtrace_max_frames(None)
                .generate_address_map(false)
                .native_unwind_info(false);
        }
        Metering::Fuel => {
            config.consume_fuel(true);
        }
    }
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config).expect("this machine runs wasm")
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

fn link(linker: &mut Linker<World>) -> wasmtime::Result<()> {
    let module = IMPORT_MODULE;
    linker.func_wrap(module, "balance", || 0_i64)?;
    linker.func_wrap(module, "caller", || 0_i32)?;
    linker.func_wrap(module, "height", || 100_i64)?;
    linker.func_wrap(module, "time_ms", || 100_000_i64)?;
    linker.func_wrap(module, "value", || 0_i64)?;
    linker.func_wrap(module, "transfer", |_: i32, _: i64| 0_i32)?;
    linker.func_wrap(module, "emit", |_: i32, _: i32| {})?;
    linker.func_wrap(module, "log", |_: i32, _: i32| {})?;
    linker.func_wrap(module, "revert", |_: i32| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("revert"))
    })?;
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
    linker.func_wrap(
        module,
        "storage_remove",
        |mut caller: Caller<'_, World>, key: i32, key_length: i32| {
            let (key, world) = bytes(&mut caller, key, key_length);
            let key = key.to_vec();
            let had = world.slots.contains_key(&key);
            world.put(key, None);
            i32::from(had)
        },
    )?;
    Ok(())
}
