//! An event with a float.

use twinroot_sdk::prelude::*;

#[events]
enum Event {
    Measured { celsius: f64 },
}

fn main() {}
