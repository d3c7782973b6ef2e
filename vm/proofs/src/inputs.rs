//! What the calls of a program are given.

use crate::host::Input;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

/// Gas limits have up to so many bits: enough for the whole stack, and for a few turns of a loop.
const GAS_BITS: u64 = 17;

/// So many inputs, all drawn from `seed`, and for each a number that picks an entry.
pub fn inputs(seed: u64, count: usize) -> impl Iterator<Item = (usize, Input)> {
    let mut dice = Dice(seed);
    (0..count).map(move |_| (dice.next() as usize, input(&mut dice)))
}

fn input(dice: &mut Dice) -> Input {
    // Half of them have plenty, the others any number of any length.
    let bits = if dice.below(2) == 0 {
        GAS_BITS
    } else {
        4 + dice.below(GAS_BITS - 3)
    };
    let gas = (1 << bits) - dice.below(1 << (bits - 1));
    let count = dice.below(64);
    let args = dice.bytes(count);
    // What is stored has keys that the arguments begin with.
    let storage = (0..dice.below(4))
        .map(|_| {
            let length = args.len().min(1 + dice.below(8) as usize);
            let value = dice.below(100);
            (args[..length].to_vec(), dice.bytes(value))
        })
        .collect();
    Input {
        gas: gas.cast_signed(),
        args,
        caller: dice.below(2) as i32,
        height: dice.below(1 << 30).cast_signed(),
        time_ms: 1_700_000_000_000 + dice.below(1 << 40).cast_signed(),
        value: dice.below(1_000).cast_signed(),
        coins: dice.below(1 << 24),
        storage,
    }
}
