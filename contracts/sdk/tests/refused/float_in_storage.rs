//! A float in the storage.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {
    limit: Value<f32>,
}

fn main() {}
