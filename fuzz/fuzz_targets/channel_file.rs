//! A channel that was exported, in a file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("channel_file", bytes));
