//! An entry that takes a float.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {}

#[entries]
impl Cooling {
    pub fn report(&mut self, sensor: u32, celsius: f32) {
        let _ = (sensor, celsius);
    }
}

fn main() {}
