//! What a contract logs reaches who listens, and changes nothing.

use std::sync::{Arc, Mutex};

use twinroot_host::{Backend, Host};

use crate::stage::{Nobody, call_on};

const WAT: &str = r#"(module
    (import "twinroot" "log" (func $log (param i32 i32)))
    (memory (export "memory") 1) (data (i32.const 0) "heard")
    (func (export "go") (call $log (i32.const 0) (i32.const 5))))"#;

#[test]
fn a_listener_changes_neither_outcome_nor_gas() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let deaf = Host::new(Backend::Cranelift, Nobody).unwrap();
    let listening = Host::new(Backend::Cranelift, Nobody)
        .unwrap()
        .with_listener(move |_, text| ear.lock().unwrap().push(text.to_vec()));
    let receipts = [&deaf, &listening].map(|host| call_on(host, WAT, "go", 20_000).unwrap());
    assert_eq!(receipts[0], receipts[1]);
    assert_eq!(*heard.lock().unwrap(), [b"heard"]);
}
