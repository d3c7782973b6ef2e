//! What anyone posts to the ledger.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("transaction", bytes));
