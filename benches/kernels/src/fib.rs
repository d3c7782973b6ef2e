//! Calls and little else.

/// The `n`-th Fibonacci number by its definition: some 1.6^n calls, each a frame of its own.
#[must_use]
pub fn fib(n: u32) -> u64 {
    if n < 2 {
        u64::from(n)
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

#[cfg(test)]
mod tests {
    use super::fib;

    #[test]
    fn known_numbers() {
        assert_eq!([0, 1, 2, 10, 20].map(fib), [0, 1, 1, 55, 6765]);
    }
}
