//! What the poster of a forced step shows of a state.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("witness", bytes));
