//! Whatever the bytes are, they do no harm.

use proptest::prelude::*;
use twinroot_reference::{Answer, End, Host, Reference, ReferenceError, Stop};

use crate::generate::{seeds, smith};
use crate::host::answer;
use crate::program::program;

const GAS: u64 = 20_000;

struct Answering;

impl Host for Answering {
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop> {
        answer(name, arguments, memory, gas)
    }
}

/// Reads the module and, if it can be run, runs what it may call an entry.
fn try_out(bytes: &[u8]) {
    if let Ok(reference) = Reference::new(bytes) {
        for entry in ["a", "b", "first", "second", "third", ""] {
            let _ = reference.run(entry, GAS, &mut Answering);
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        try_out(&bytes);
        try_out(&[b"\0asm\x01\0\0\0", &bytes[..]].concat());
    }

    #[test]
    fn damaged_modules_do_no_harm(seed in seeds(), places: [prop::sample::Index; 3], byte: u8) {
        for wasm in smith(&seed).into_iter().chain([program(&seed)]) {
            for place in places {
                let mut wasm = wasm.clone();
                let place = place.index(wasm.len());
                wasm[place] = byte;
                try_out(&wasm);
                try_out(&wasm[..place]);
            }
        }
    }

    #[test]
    fn any_module_of_any_feature_does_no_harm(seed in seeds()) {
        let module: Result<wasm_smith::Module, _> =
            arbitrary::Arbitrary::arbitrary(&mut arbitrary::Unstructured::new(&seed));
        if let Ok(module) = module {
            try_out(&module.to_bytes());
        }
    }
}

fn refused(module: &str) -> ReferenceError {
    Reference::new(&wat::parse_str(module).unwrap()).unwrap_err()
}

#[test]
fn what_no_contract_has_is_an_error() {
    for module in [
        "(module (func (result i32 i32) unreachable))",
        "(module (func (param f32)))",
        "(module (func drop))",
        "(module (func (local f64)))",
        "(module (func) (start 0))",
        "(module (memory 65))",
        "(module (memory 2 1))",
        "(module (memory 1) (data (i32.const 65535) \"ab\"))",
        "(module (memory 1) (data \"passive\"))",
        "(module (table 1 funcref) (elem (i32.const 1) 0) (func))",
        "(module (table 1025 funcref))",
        "(module (import \"twinroot\" \"nothing\" (func)))",
        "(module (import \"twinroot\" \"height\" (func)))",
        "(module (import \"env\" \"height\" (func (result i64))))",
        "(module (func (export \"go\") (param i32)))",
        "(module (table 1 funcref) (func i32.const 0 table.get 0 drop))",
    ] {
        let error = refused(module);
        assert!(
            matches!(
                error,
                ReferenceError::Invalid { .. }
                    | ReferenceError::Forbidden { .. }
                    | ReferenceError::Missing { .. }
            ),
            "{module}: {error}"
        );
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn very_many_locals_are_refused_before_they_are_made() {
    let body = [0x01, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b];
    let mut wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a".to_vec();
    wasm.extend([body.len() as u8 + 2, 1, body.len() as u8]);
    wasm.extend(body);
    assert!(Reference::new(&wasm).is_err());
}

struct Mute;

impl Host for Mute {
    fn call(&mut self, _: &'static str, _: &[i64], _: &mut [u8], gas: i64) -> Result<Answer, Stop> {
        Ok(Answer { result: None, gas })
    }
}

#[test]
fn a_host_that_gives_no_result_is_wrong() {
    let wasm = wat::parse_str(
        r#"(module (import "twinroot" "height" (func (result i64)))
            (func (export "go") call 0 drop))"#,
    );
    let wasm = wasm.unwrap();
    let reference = Reference::new(&wasm).unwrap();
    let error = reference.run("go", GAS, &mut Mute).unwrap_err();
    assert_eq!(error, ReferenceError::Answer { function: "height" });
    // Without gas it is not asked.
    let ran = reference.run("go", 0, &mut Mute).unwrap();
    assert_eq!(ran.end, End::OutOfGas);
}
