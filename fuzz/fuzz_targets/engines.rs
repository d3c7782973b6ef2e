//! Programs on four engines, which must agree.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    twinroot_proofs::agree(bytes);
});
