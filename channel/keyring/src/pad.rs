//! Sizes that tell little.

/// The size that a content of `bytes` is padded to: the least of a few sizes that it fits into. Above the least one, each is
/// at most a sixteenth above the one before it (Padmé: of a number's binary digits only as many of the first stay as it takes
/// to write down how many there are).
pub(crate) fn padded(bytes: usize) -> Option<usize> {
    let bytes = bytes.max(LEAST);
    let exponent = bytes.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - kept)) - 1;
    Some(bytes.checked_add(mask)? & !mask)
}

/// The least size: what a young channel takes.
const LEAST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_are_few_sizes() {
        let mut sizes: Vec<usize> = (1..=1 << 20).filter_map(padded).collect();
        sizes.dedup();
        assert_eq!(sizes.first(), Some(&4096));
        assert_eq!(sizes.len(), 193, "for all lengths up to a mebibyte");
    }

    proptest! {
        #[test]
        fn a_size_is_enough_and_not_much_more(bytes in 4096_usize..1 << 40) {
            let size = padded(bytes).unwrap();
            prop_assert!(size >= bytes);
            prop_assert!((size - bytes) * 16 <= bytes);
            prop_assert_eq!(padded(size), Some(size));
        }
    }
}
