//! Weight without a purpose: leaves that fill a channel's state, so that one can see what a large state
//! costs, and that a forced call costs no more for it.

#![no_std]

use twinroot_sdk::prelude::*;

/// Something to fill.
#[contract]
pub struct Ballast {
    /// Four words under each index.
    hold: Map<u64, [u64; 4]>,
}

#[entries]
impl Ballast {
    /// Writes `count` values from the index `start` on; each is its index's own.
    pub fn fill(&mut self, start: u64, count: u32) {
        for offset in 0..u64::from(count) {
            let index = start.wrapping_add(offset);
            self.hold.set(&index, &value(index));
        }
    }
}

/// Four words; word `i` is `4 * index + i` times the golden ratio's fraction, modulo 2^64.
fn value(index: u64) -> [u64; 4] {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let first = index.wrapping_mul(4);
    [0, 1, 2, 3].map(|word| first.wrapping_add(word).wrapping_mul(GOLDEN))
}
