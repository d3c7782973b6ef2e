//! What is asked of a node.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("request", bytes));
