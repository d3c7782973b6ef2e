//! What a feed says of itself.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("descriptor", bytes));
