//! The gate, given anything at all.

use arbitrary::{Arbitrary, Unstructured};
use twinroot_gate::admit;
use wasmparser::{Validator, WasmFeatures};

use crate::program::smith;

/// Lets bytes through the gate as they are, as sections of a module, as a module of any feature, and as
/// one that is likely to pass. It never panics, and what it lets through, it lets through again, and the
/// metered form is valid under the features of docs/spec/vm.md, 7.2. Gives how many passed.
///
/// # Panics
/// Where any of that does not hold.
pub fn gate_holds(bytes: &[u8]) -> usize {
    let sections = [b"\0asm\x01\0\0\0", bytes].concat();
    let any = wasm_smith::Module::arbitrary(&mut Unstructured::new(bytes));
    let any = any.ok().map(|module: wasm_smith::Module| module.to_bytes());
    let mut passed = 0;
    for wasm in [Some(bytes.to_vec()), Some(sections), any, smith(bytes)]
        .into_iter()
        .flatten()
    {
        if let Ok(module) = admit(&wasm) {
            passed += 1;
            let features = WasmFeatures::MUTABLE_GLOBAL
                | WasmFeatures::SIGN_EXTENSION
                | WasmFeatures::BULK_MEMORY_OPT
                | WasmFeatures::MULTI_VALUE;
            Validator::new_with_features(features)
                .validate_all(&module.metered)
                .unwrap();
            assert!(
                admit(&module.canonical).as_ref() == Ok(&module),
                "the canonical form is the same code"
            );
        }
    }
    passed
}
