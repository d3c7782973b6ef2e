//! Modules that others make: a generator, valid and strange in ways that nobody would think of, and
//! the compiler that contracts are built with.

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What the entries and imports of a generated module look like.
const SHAPE: &str = r#"(module
    (import "twinroot" "balance" (func (result i64)))
    (import "twinroot" "transfer" (func (param i32 i64) (result i32)))
    (import "twinroot" "emit" (func (param i32 i32)))
    (func (export "first")) (func (export "second")) (func (export "third"))
    (memory (export "memory") 1))"#;

/// A module that is likely to pass the gate.
pub(crate) fn smith(seed: &[u8]) -> Option<Vec<u8>> {
    let mut seed = Unstructured::new(seed);
    let config = wasm_smith::Config {
        module_shape: Some(wat::parse_str(SHAPE).unwrap()),
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        max_funcs: 8,
        max_instructions: 200,
        max_table_elements: 16,
        max_data_segments: 2,
        ..wasm_smith::Config::arbitrary(&mut seed).ok()?
    };
    Some(wasm_smith::Module::new(config, &mut seed).ok()?.to_bytes())
}

/// Seeds without shrinking: the module of half a seed is another module.
pub(crate) fn seeds() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 512..4096).no_shrink()
}

/// The same seeds in every run, so that what must be reached is reached or not for good.
pub(crate) fn fixed_seeds(count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| seeds().new_tree(&mut runner).unwrap().current())
}

/// The contracts that the project itself has, as they were built.
pub(crate) fn contracts() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/wasm");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let contracts = files.filter(|path| path.extension().is_some_and(|end| end == "wasm"));
    contracts.map(|path| std::fs::read(path).unwrap()).collect()
}
