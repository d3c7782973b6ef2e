//! A loop over bytes in which each turn waits for the one before.

use core::fmt;

use crate::words;

/// FNV-1a with 64 bits. Text can be written into it, so that nothing is kept of what is only hashed.
pub struct Fnv(u64);

impl Fnv {
    /// Of nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The hash of all so far.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.0
    }
}

impl Default for Fnv {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.update(text.as_bytes());
        Ok(())
    }
}

/// Hashes `bytes` bytes.
#[must_use]
pub fn fnv(bytes: u32) -> u64 {
    let mut hash = Fnv::new();
    hash.update(&words::bytes(bytes));
    hash.hash()
}

#[cfg(test)]
mod tests {
    use super::{Fnv, fnv};

    /// Of the list by the authors of the hash.
    #[test]
    fn known_hashes() {
        let hash = |text: &str| {
            let mut hash = Fnv::new();
            hash.update(text.as_bytes());
            hash.hash()
        };
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(fnv(1), fnv(2));
    }
}
