//! What a server sends to whoever asked it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("incoming", bytes));
