//! The one place where wasmtime is set up.

use std::num::NonZeroUsize;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
};

/// How modules are run. The choice changes speed and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Machine code of this machine, by Cranelift.
    Cranelift,
    /// Portable bytecode and its interpreter: slower, with nothing in common at run time.
    Pulley,
}

/// Calls that may run at once on one engine.
const INSTANCES: u32 = 64;
/// The most memory a module can have: 64 pages (docs/spec/vm.md, 6).
const MEMORY_BYTES: usize = 64 * 65_536;
/// Memory that a slot of the pool keeps, so that the next call finds it mapped.
const KEEP_BYTES: usize = 128 * 1024;
/// Native stack for wasm. The metered limit of 256 KiB ends a call first: the widest frame measured
/// takes 2.06 native bytes for each metered one. That holds only without Cranelift's optimiser, which
/// keeps what it computed once alive across calls: its frames have no bound in the metered one
/// (docs/spec/vm.md, 7.3). It costs 2 to 5 % of speed.
const NATIVE_STACK_BYTES: usize = 1024 * 1024;

pub(crate) fn engine(backend: Backend) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    if backend == Backend::Pulley {
        config.target("pulley64")?;
    }
    config
        .cranelift_opt_level(OptLevel::None)
        .cranelift_nan_canonicalization(true)
        .consume_fuel(false)
        .epoch_interruption(false)
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
    Engine::new(&config)
}
