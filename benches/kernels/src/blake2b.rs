//! BLAKE2b (RFC 7693): 64-bit words and rotations, which a 32-bit machine would have to split.

use crate::words;

/// Square roots of the first primes, 64 bits of their fractions.
const START: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Which word of the block comes when; rounds 10 and 11 are as 0 and 1.
const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const ROUNDS: usize = 12;

const BLOCK: usize = 128;

/// Hashes `bytes` bytes; the first 8 bytes of the hash.
#[must_use]
pub fn blake2b(bytes: u32) -> u64 {
    let hash = blake2b_512(&words::bytes(bytes));
    hash.iter()
        .take(8)
        .fold(0, |first, byte| first << 8 | u64::from(*byte))
}

/// The hash of `bytes`, 64 bytes and without a key.
#[must_use]
pub fn blake2b_512(bytes: &[u8]) -> [u8; 64] {
    let mut state = START;
    // The parameters: 64 bytes of hash, no key, neither fan-out nor depth.
    state[0] ^= 0x0101_0040;
    // The last block is always one with the flag, and full if it can be.
    let before_last = bytes.len().saturating_sub(1) / BLOCK * BLOCK;
    let (blocks, rest) = bytes.split_at(before_last);
    let mut taken = 0;
    for block in blocks.as_chunks().0 {
        taken += BLOCK as u64;
        compress(&mut state, block, taken, false);
    }
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    compress(&mut state, &last, bytes.len() as u64, true);
    let mut hash = [0; 64];
    for (place, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *place = word.to_le_bytes();
    }
    hash
}

fn compress(state: &mut [u64; 8], block: &[u8; BLOCK], taken: u64, last: bool) {
    let mut words = [0; 16];
    for (place, word) in words.iter_mut().zip(block.as_chunks().0) {
        *place = u64::from_le_bytes(*word);
    }
    let mut v = [0; 16];
    v[..8].copy_from_slice(state);
    v[8..].copy_from_slice(&START);
    v[12] ^= taken;
    if last {
        v[14] = !v[14];
    }
    for round in 0..ROUNDS {
        let order = &ORDER[round % ORDER.len()];
        let word = |place: usize| words[order[place]];
        // Columns, then diagonals.
        mix(&mut v, [0, 4, 8, 12], [word(0), word(1)]);
        mix(&mut v, [1, 5, 9, 13], [word(2), word(3)]);
        mix(&mut v, [2, 6, 10, 14], [word(4), word(5)]);
        mix(&mut v, [3, 7, 11, 15], [word(6), word(7)]);
        mix(&mut v, [0, 5, 10, 15], [word(8), word(9)]);
        mix(&mut v, [1, 6, 11, 12], [word(10), word(11)]);
        mix(&mut v, [2, 7, 8, 13], [word(12), word(13)]);
        mix(&mut v, [3, 4, 9, 14], [word(14), word(15)]);
    }
    for (place, word) in state.iter_mut().enumerate() {
        *word ^= v[place] ^ v[place + 8];
    }
}

/// Inlined, so that the state stays in registers.
#[inline(always)]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], [x, y]: [u64; 2]) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    use super::{blake2b, blake2b_512};
    use crate::words::bytes;

    /// The example of RFC 7693.
    #[test]
    fn known_hash() {
        let hash = blake2b_512(b"abc");
        assert_eq!(hash[..8], 0xba80_a53f_981c_4d0d_u64.to_be_bytes());
        assert_eq!(hash[56..], 0xb923_86ed_d400_9923_u64.to_be_bytes());
    }

    #[test]
    fn as_another_implementation_at_every_length() {
        for length in 0..600 {
            let bytes = bytes(length);
            let hash = blake2b_512(&bytes);
            assert_eq!(hash[..], *blake2b_simd::blake2b(&bytes).as_bytes());
            assert_eq!(blake2b(length).to_be_bytes(), hash[..8]);
        }
    }
}
