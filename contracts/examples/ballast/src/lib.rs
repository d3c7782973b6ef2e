//! Weight without a purpose: slots that fill a channel's state, so that one can see what a large
//! state costs, and that a forced call costs no more for it.

#![cfg_attr(target_arch = "wasm32", no_std)]

use twinroot_sdk::{entries, fixed, input, storage};

entries! { init, fill }

fixed! {
    /// Arguments of [`fill`], 12 bytes.
    pub struct Range {
        /// Index of the first slot.
        pub start: u64,
        /// How many.
        pub count: u32,
    }
}

/// Does nothing; a contract is created by a call.
pub fn init() {}

/// Writes the slots of a [`Range`]: under the index, 8 bytes little-endian, a value that is its own.
pub fn fill() {
    let Range { start, count } = input();
    for offset in 0..u64::from(count) {
        let index = start.wrapping_add(offset);
        storage::write(&index.to_le_bytes(), &value(index));
    }
}

/// Four words; word `i` is `4 * index + i` times the golden ratio's fraction, modulo 2^64.
fn value(index: u64) -> [u64; 4] {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let first = index.wrapping_mul(4);
    [0, 1, 2, 3].map(|word| first.wrapping_add(word).wrapping_mul(GOLDEN))
}
