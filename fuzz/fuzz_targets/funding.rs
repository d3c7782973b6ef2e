//! A deposit or a withdrawal, as it is and with both signatures; what a channel rests on.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| twinroot_fuzz::check("funding", bytes));
