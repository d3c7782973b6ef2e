//! Anything at all through the gate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    twinroot_proofs::gate_holds(bytes);
});
