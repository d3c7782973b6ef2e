//! A random walk.

use fastrand::Rng;

/// Values that each differ from the one before by `step` at most, up or down.
pub(super) struct Walk {
    value: i64,
    step: u32,
    chance: Rng,
}

impl Walk {
    pub(super) fn new(value: i64, step: u32, seed: u64) -> Self {
        Self {
            value,
            step,
            chance: Rng::with_seed(seed),
        }
    }
}

impl Iterator for Walk {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let value = self.value;
        let step = i64::from(self.step);
        self.value = value.saturating_add(self.chance.i64(-step..=step));
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Walk;

    #[test]
    fn a_walk_begins_where_it_should_and_takes_no_longer_steps() {
        let walk: Vec<_> = Walk::new(5_000, 200, 7).take(1_000).collect();
        assert_eq!(walk[0], 5_000);
        assert!(walk.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 200));
        assert_eq!(Walk::new(5, 0, 7).nth(99), Some(5));
        assert_ne!(
            walk,
            Walk::new(5_000, 200, 8).take(1_000).collect::<Vec<_>>()
        );
    }
}
