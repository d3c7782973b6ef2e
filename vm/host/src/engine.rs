//! The one place where wasmtime is set up.

use std::num::NonZeroUsize;

use twinroot_types::Limits;
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

/// Bytes of native stack that wasm may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stack(pub(crate) usize);

impl Stack {
    /// What every thread has. No module was found yet that needs more of it than fits.
    pub(crate) const USUAL: Self = Self(1024 * 1024);
    /// Many times what the metered stack can ask for (docs/spec/vm.md, 4.6), on a thread of its own.
    pub(crate) const DEEP: Self = Self(256 * 1024 * 1024);
}

/// Calls that may run at once on one engine.
pub(crate) const CALLS: u32 = 64;
/// Of these, how many may have called another contract.
pub(crate) const CHAINS: u32 = 8;
/// Instances at once: each call has one, and each chain of calls as many more as it is deep.
const INSTANCES: u32 = CALLS + CHAINS * (Limits::V1.call_depth as u32 - 1);
/// Places of the pool that are cleared together. An instance that did little is mostly the price of clearing
/// its place, and what waits here is cleared at once where places run out.
const CLEARED_TOGETHER: usize = 16;
/// The most memory a module can have: 64 pages (docs/spec/vm.md, 6).
const MEMORY_BYTES: usize = 64 * 65_536;
/// Memory that a slot of the pool keeps, so that the next call finds it mapped.
const KEEP_BYTES: usize = 128 * 1024;

pub(crate) fn engine(backend: Backend, stack: Stack) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    if backend == Backend::Pulley {
        config.target("pulley64")?;
    }
    config
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true)
        .consume_fuel(false)
        .epoch_interruption(false)
        // Not used, but it must not be less than the next.
        .async_stack_size(stack.0)
        .max_wasm_stack(stack.0)
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
    if stack != Stack::DEEP {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(INSTANCES)
            .total_memories(INSTANCES)
            .total_tables(INSTANCES)
            .max_memory_size(MEMORY_BYTES)
            .table_elements(1024)
            .linear_memory_keep_resident(KEEP_BYTES)
            .table_keep_resident(8 * 1024)
            .decommit_batch_size(CLEARED_TOGETHER)
            .pagemap_scan(Enabled::Auto);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    Engine::new(&config)
}
