//! The terms of a channel, as they are and with both signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("parameters", bytes));
