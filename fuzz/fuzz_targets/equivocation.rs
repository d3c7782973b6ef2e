//! What proves that a feed contradicted itself.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("equivocation", bytes));
