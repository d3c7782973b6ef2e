//! Branches that no predictor knows, on 64 bits.

/// The longest Collatz chain from a start below `limit`: the start in the upper half of the answer,
/// the numbers of its chain, 1 included, in the lower. Of chains of one length the first counts.
#[must_use]
pub fn collatz(limit: u32) -> u64 {
    let mut longest = (0, 0);
    for start in 1..limit {
        let length = chain(start);
        if length > longest.1 {
            longest = (start, length);
        }
    }
    u64::from(longest.0) << 32 | u64::from(longest.1)
}

fn chain(start: u32) -> u32 {
    let mut number = u64::from(start);
    let mut length = 1;
    while number != 1 {
        number = if number.is_multiple_of(2) {
            number / 2
        } else {
            number.wrapping_mul(3).wrapping_add(1)
        };
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::collatz;

    /// The numbers are those of the OEIS, A006877 and A006878, whose lengths leave 1 out.
    #[test]
    fn known_chains() {
        let answer = |start: u64, steps: u64| start << 32 | (steps + 1);
        assert_eq!(collatz(0), 0);
        assert_eq!(collatz(2), answer(1, 0));
        assert_eq!(collatz(10), answer(9, 19));
        assert_eq!(collatz(100), answer(97, 118));
        assert_eq!(collatz(1_000), answer(871, 178));
        assert_eq!(collatz(10_000), answer(6171, 261));
    }
}
