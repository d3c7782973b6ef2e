//! Whole lives of a channel: bytes are what happens to two parties and a ledger.
#![no_main]

use twinroot_sim::{Tally, act, toys};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(found) = act(bytes, toys(), &mut Tally::default()) {
        panic!("{}", found.shrunk(toys()));
    }
});
