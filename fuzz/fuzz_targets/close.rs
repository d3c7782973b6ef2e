//! A mutual close, as it is and with both signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("close", bytes));
