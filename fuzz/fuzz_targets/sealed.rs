//! A backup that comes back from a peer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("sealed", bytes));
