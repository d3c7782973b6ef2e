//! Data to work on.

use alloc::vec::Vec;

/// Pseudo-random words: a linear congruential generator modulo 2^64, of which the upper half is
/// given. It has to be cheap beside what works on the data, and the same everywhere.
pub(crate) struct Words(u64);

impl Words {
    pub(crate) const fn new(seed: u32) -> Self {
        Self((seed as u64) ^ 0x9E37_79B9_7F4A_7C15)
    }

    pub(crate) const fn next(&mut self) -> u32 {
        // Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    /// A number below `end`, which is not 0.
    pub(crate) const fn below(&mut self, end: u32) -> u32 {
        ((self.next() as u64 * end as u64) >> 32) as u32
    }
}

/// `count` words; other counts give other words.
pub(crate) fn words(count: u32) -> Vec<u32> {
    let mut source = Words::new(count);
    (0..count).map(|_| source.next()).collect()
}

/// `count` bytes; other counts give other bytes.
pub(crate) fn bytes(count: u32) -> Vec<u8> {
    let mut source = Words::new(count);
    (0..count).map(|_| (source.next() >> 24) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::{Words, bytes, words};

    #[test]
    fn as_many_as_asked_for() {
        assert_eq!(words(0), []);
        assert_eq!(bytes(1000).len(), 1000);
    }

    #[test]
    fn every_byte_comes() {
        let bytes = bytes(1 << 14);
        assert!((0..=255).all(|byte| bytes.contains(&byte)));
    }

    #[test]
    fn below_is_below() {
        let mut source = Words::new(0);
        let mut seen = [false; 7];
        (0..200).for_each(|_| seen[source.below(7) as usize] = true);
        assert_eq!(seen, [true; 7]);
    }
}
