//! Hashes and signatures that a contract asks for.

use twinroot_exec::{HostError, Outcome};
use twinroot_types::SecretKey;

use crate::stage::call;

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// What a contract that calls `function` on "abc" returns.
fn digest(function: &str) -> Vec<u8> {
    let wat = format!(
        r#"(module
        (import "twinroot" "{function}" (func $hash (param i32 i32 i32)))
        (import "twinroot" "ret" (func $ret (param i32 i32)))
        (memory (export "memory") 1) (data (i32.const 0) "abc")
        (func (export "go")
            (call $hash (i32.const 0) (i32.const 3) (i32.const 100))
            (call $ret (i32.const 100) (i32.const 32))))"#
    );
    let receipt = call(&wat, "go", 100_000).unwrap();
    assert_eq!(receipt.outcome, Outcome::Success);
    receipt.returned
}

/// From FIPS 180-2, appendix B, and from another implementation: b2sum -l 256.
#[test]
fn hashes_are_those_of_everybody() {
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let blake2b = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
    assert_eq!(hex::encode(digest("sha256")), sha256);
    assert_eq!(hex::encode(digest("blake2b")), blake2b);
}

/// Gas used, and what `verify` says of a signature of "abc".
fn verified(key: &[u8; 32], signature: &[u8; 64]) -> Vec<u8> {
    let wat = format!(
        r#"(module
        (import "twinroot" "verify" (func $verify (param i32 i32 i32 i32) (result i32)))
        (import "twinroot" "ret" (func $ret (param i32 i32)))
        (memory (export "memory") 1) (data (i32.const 0) "abc")
        (data (i32.const 100) "{}") (data (i32.const 200) "{}")
        (func (export "go")
            (i32.store (i32.const 0)
                (call $verify (i32.const 100) (i32.const 0) (i32.const 3) (i32.const 200)))
            (call $ret (i32.const 0) (i32.const 4))))"#,
        text(key),
        text(signature)
    );
    let receipt = call(&wat, "go", 500_000).unwrap();
    assert_eq!(receipt.outcome, Outcome::Success);
    receipt.returned
}

/// RFC 8032, 7.1, test 3 has another message; so keys and signatures are made here, and RFC 8032 is held
/// against the rule itself in `vm/types`.
#[test]
fn a_signature_counts_for_its_bytes_and_key() {
    let seed = [7; 32];
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let signature = ed25519_dalek::Signer::sign(&key, b"abc").to_bytes();
    let public = SecretKey::from_seed(&seed).public();
    assert_eq!(verified(&public.0, &signature), [1, 0, 0, 0]);
    let mut other = signature;
    other[5] ^= 1;
    assert_eq!(verified(&public.0, &other), [0; 4]);
    let another = SecretKey::from_seed(&[8; 32]).public();
    assert_eq!(verified(&another.0, &signature), [0; 4]);
    // A key of small order, which would pass for anything.
    let mut weak = [0; 32];
    weak[0] = 1;
    assert_eq!(verified(&weak, &signature), [0; 4]);
}

#[test]
fn pointers_outside_the_memory_are_traps() {
    for call_ in [
        "(call $hash (i32.const 65535) (i32.const 2) (i32.const 0))",
        "(call $hash (i32.const 0) (i32.const 2) (i32.const 65505))",
        "(drop (call $verify (i32.const 65505) (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(drop (call $verify (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65473)))",
        "(drop (call $verify (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)))",
        "(call $log (i32.const 65535) (i32.const 2))",
    ] {
        let wat = format!(
            r#"(module
            (import "twinroot" "sha256" (func $hash (param i32 i32 i32)))
            (import "twinroot" "verify" (func $verify (param i32 i32 i32 i32) (result i32)))
            (import "twinroot" "log" (func $log (param i32 i32)))
            (memory (export "memory") 1)
            (func (export "go") {call_}))"#
        );
        let receipt = call(&wat, "go", 500_000).unwrap();
        assert_eq!(receipt.outcome, Outcome::Trap, "{call_}");
    }
}

/// docs/spec/vm.md, 5.3.
#[test]
fn no_bytes_exist_up_to_the_end_of_the_memory() {
    let wat = |memory: &str, pointer: u32| {
        format!(
            r#"(module (import "twinroot" "log" (func $log (param i32 i32))) {memory}
            (func (export "go") (call $log (i32.const {pointer}) (i32.const 0))))"#
        )
    };
    let memory = r#"(memory (export "memory") 1)"#;
    for (memory, pointer, outcome) in [
        (memory, 65_536, Outcome::Success),
        (memory, 65_537, Outcome::Trap),
        ("", 0, Outcome::Success),
        ("", 1, Outcome::Trap),
    ] {
        let receipt = call(&wat(memory, pointer), "go", 20_000).unwrap();
        assert_eq!(receipt.outcome, outcome, "{memory} {pointer}");
    }
}

#[test]
fn an_entry_that_is_not_there_is_no_entry() {
    for name in ["gone", "memory", "twinroot.cause"] {
        let wat = r#"(module (memory (export "memory") 1) (func (export "go")))"#;
        let outcome = call(wat, name, 20_000).unwrap().outcome;
        assert_eq!(outcome, Outcome::HostError(HostError::NoSuchEntry));
    }
}
