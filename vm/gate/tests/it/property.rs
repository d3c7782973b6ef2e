//! Laws that hold for every module.

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use twinroot_gate::{Module, admit, charge_table};
use wasmparser::{Validator, WasmFeatures};

use crate::count::{CHARGES, EXACT, counting, exposing, globals};
use crate::run::{End, Ran, metered, plain};
use crate::smith::{seeds, smith};

const LIMIT: i64 = 300_000;

/// The features of docs/spec/vm.md, 7.2.
fn engine_features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::MULTI_VALUE
}

/// What the entries and imports of a generated module look like.
const SHAPE: &str = r#"(module
    (import "twinroot" "balance" (func (result i64)))
    (import "twinroot" "transfer" (func (param i32 i64) (result i32)))
    (import "twinroot" "ret" (func (param i32 i32)))
    (func (export "first")) (func (export "second")) (func (export "third"))
    (memory (export "memory") 1))"#;

/// Whatever an admitted module is, this holds. Gives the ends that its entries came to.
fn laws(module: &Module) -> Vec<End> {
    Validator::new_with_features(engine_features())
        .validate_all(&module.metered)
        .expect("the metered module is valid");
    assert_eq!(admit(&module.canonical).as_ref(), Ok(module), "canonical");
    let table = charge_table(&module.canonical).unwrap();
    let own = globals(&module.canonical);
    let metered_module = exposing(&module.metered, own);
    let counting_module = counting(&module.canonical, &table);
    let mut ends = Vec::new();
    for entry in &module.entries {
        let ran = metered(&metered_module, entry, LIMIT);
        ends.push(ran.end);
        if matches!(ran.end, End::Done | End::Trap) {
            same_as_plain(&ran, &plain(&counting_module, entry), own);
        }
        if ran.end == End::Done {
            assert_eq!(
                metered(&metered_module, entry, ran.gas).end,
                End::Done,
                "so much gas is enough"
            );
            if ran.gas > 0 {
                assert_ne!(
                    metered(&metered_module, entry, ran.gas - 1).end,
                    End::Done,
                    "one less is not"
                );
            }
        }
    }
    ends
}

fn same_as_plain(metered: &Ran, plain: &Ran, globals: u32) {
    assert_eq!(metered.end, plain.end);
    assert_eq!(metered.memory, plain.memory);
    for name in (0..globals).map(|index| format!("g{index}")) {
        assert_eq!(metered.globals[&name], plain.globals[&name], "{name}");
    }
    if metered.end == End::Done {
        let (exact, charges) = (plain.globals[EXACT], plain.globals[CHARGES]);
        assert!(metered.gas >= exact, "used {} of {exact}", metered.gas);
        // 32 by merging, and 1 where a loop header has no cost of its own.
        assert!(
            metered.gas <= exact + 33 * charges,
            "used {} of {exact} at {charges} charges",
            metered.gas
        );
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = admit(&bytes);
        let _ = admit(&[b"\0asm\x01\0\0\0", &bytes[..]].concat());
    }

    #[test]
    fn damaged_modules_do_no_harm(seed in seeds(), place: prop::sample::Index, byte: u8) {
        if let Some(mut wasm) = smith(SHAPE, &seed) {
            let place = place.index(wasm.len());
            wasm[place] = byte;
            if let Ok(module) = admit(&wasm) {
                Validator::new_with_features(engine_features()).validate_all(&module.metered).unwrap();
            }
        }
    }

    #[test]
    fn any_module_of_any_feature_does_no_harm(seed in seeds()) {
        let module = wasm_smith::Module::arbitrary(&mut Unstructured::new(&seed));
        if let Ok(module) = module {
            let _ = admit(&module.to_bytes());
        }
    }

    #[test]
    fn differential(seed in seeds()) {
        if let Some(Ok(module)) = smith(SHAPE, &seed).map(|wasm| admit(&wasm)) {
            laws(&module);
        }
    }
}

/// The generator must reach all that the laws speak of, or they say nothing.
#[test]
fn generated_modules_pass_and_end_in_every_way() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut passed, mut ends) = (0, Vec::new());
    for _ in 0..400 {
        let seed = seeds().new_tree(&mut runner).unwrap().current();
        if let Some(Ok(module)) = smith(SHAPE, &seed).map(|wasm| admit(&wasm)) {
            passed += 1;
            ends.extend(laws(&module));
        }
    }
    let count = |end| ends.iter().filter(|other| **other == end).count();
    let counts = (count(End::Done), count(End::Trap), count(End::OutOfGas));
    assert!(passed >= 100, "{passed} passed");
    assert!(counts.0 > 50 && counts.1 > 50 && counts.2 > 0, "{counts:?}");
}

#[test]
fn bulk_memory_keeps_the_laws() {
    let module = wat::parse_str(
        r#"(module (memory (export "memory") 1 3) (global $g (mut i32) (i32.const 0)) (data (i32.const 3) "twin")
        (func $f (param i32) (result i32)
            (memory.fill (i32.const 100) (i32.const 9) (local.get 0))
            (memory.copy (i32.const 90) (i32.const 0) (i32.const 33))
            (if (i32.gt_u (local.get 0) (i32.const 64)) (then (return (memory.grow (i32.const 1)))))
            (i32.add (memory.size) (memory.grow (i32.const 0))))
        (func (export "go") (local i32)
            (loop
                (global.set $g (i32.add (global.get $g) (call $f (i32.mul (local.get 0) (i32.const 3)))))
                (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50))))))"#,
    );
    assert_eq!(laws(&admit(&module.unwrap()).unwrap()), [End::Done]);
}
