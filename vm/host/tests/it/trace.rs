//! What a contract asks of the host reaches who traces it, and changes nothing.

use std::sync::{Arc, Mutex};

use twinroot_exec::{HostError, Outcome};
use twinroot_host::{Backend, Host, Trace, Written};

use crate::stage::{Nobody, call_on};

/// Runs it with a tracer and without, which must come to the same, and gives what the tracer was given.
fn traced(wat: &str, gas: u64) -> Trace {
    let traces = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&traces);
    let alone = Host::new(Backend::Cranelift, Nobody).unwrap();
    let watched = Host::new(Backend::Cranelift, Nobody)
        .unwrap()
        .with_tracer(move |trace| kept.lock().unwrap().push(trace));
    let receipts = [&alone, &watched].map(|host| call_on(host, wat, "go", gas).unwrap());
    assert_eq!(receipts[0], receipts[1]);
    let trace = traces.lock().unwrap().remove(0);
    assert_eq!(
        (trace.outcome, trace.gas),
        (receipts[0].outcome, receipts[0].gas)
    );
    trace
}

const WAT: &str = r#"(module
    (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
    (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "kept")
    (func (export "go")
        (call $write (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4))
        (drop (call $read (i32.const 0) (i32.const 1) (i32.const 9) (i32.const 3)))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 3)))))"#;

#[test]
fn each_call_of_a_host_function_is_there() {
    let trace = traced(WAT, 100_000);
    assert_eq!(trace.outcome, Outcome::HostError(HostError::Key));
    let [write, read, wrong] = trace.asked.as_slice() else {
        unreachable!("three calls: {:?}", trace.asked)
    };
    assert_eq!(write.function, "storage_write");
    assert_eq!(write.arguments, [0, 1, 0, 4]);
    assert_eq!(write.gas_before, write.gas_after + 3 + 12);
    assert_eq!((write.result, write.outcome), (None, Outcome::Success));
    let written = Written {
        address: 9,
        bytes: b"kep".to_vec(),
    };
    assert_eq!(read.written, [written]);
    assert_eq!(read.result, Some(4));
    assert_eq!((wrong.result, wrong.outcome), (None, trace.outcome));
}

#[test]
fn a_call_that_cannot_start_is_told_as_well() {
    let trace = traced(WAT, 100);
    assert_eq!((trace.outcome, trace.asked), (Outcome::OutOfGas, vec![]));
}
