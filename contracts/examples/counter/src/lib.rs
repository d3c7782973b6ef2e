//! A counter that both sides of a channel can raise, by a little at a time.

#![no_std]

use twinroot_sdk::prelude::*;

/// A number that only rises.
#[contract]
pub struct Counter {
    /// How far it has come.
    count: Value<u64>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The step is 0 or above 100: take one between.
    Step = 1,
}

#[entries]
impl Counter {
    /// Begins at 0.
    pub fn init(&mut self) {
        self.count.set(&0);
    }

    /// Raises the count by `step`, and gives what it is then.
    pub fn raise(&mut self, step: u64) -> u64 {
        ensure((1..=100).contains(&step), Error::Step);
        let count = self.count.get() + step;
        self.count.set(&count);
        count
    }
}
