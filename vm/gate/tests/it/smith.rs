//! Modules by a generator, valid and strange in ways that nobody would think of. The tests of
//! `vm/reference` draw theirs here too.

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;

/// A module with these entries and imports that is likely to pass the gate: what wasm-smith can leave out is
/// left out.
pub(crate) fn smith(shape: &str, seed: &[u8]) -> Option<Vec<u8>> {
    let mut seed = Unstructured::new(seed);
    let config = wasm_smith::Config {
        module_shape: Some(wat::parse_str(shape).unwrap()),
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

/// Seeds without shrinking: a wasm-smith module of half the seed is another module.
pub(crate) fn seeds() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 512..4096).no_shrink()
}
