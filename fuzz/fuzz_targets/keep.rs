//! What a peer's node says to this one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("keep", bytes));
