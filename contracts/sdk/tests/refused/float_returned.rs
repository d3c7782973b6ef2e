//! An entry that gives a float.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {}

#[entries]
impl Cooling {
    pub fn mean(&self) -> (u32, f64) {
        (0, 0.0)
    }
}

fn main() {}
