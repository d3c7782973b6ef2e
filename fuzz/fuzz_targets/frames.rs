//! What a node is sent after the handshake.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("frames", bytes));
