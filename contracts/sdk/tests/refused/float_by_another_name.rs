//! A float that only the compiler recognises.

use twinroot_sdk::prelude::*;

type Celsius = f64;

#[contract]
struct Cooling {
    limit: Value<Celsius>,
}

fn main() {}
