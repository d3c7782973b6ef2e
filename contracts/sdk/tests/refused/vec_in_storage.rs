//! A value of any length in the storage.

use twinroot_sdk::prelude::*;

#[contract]
struct Register {
    names: Value<Vec<u8>>,
}

fn main() {}
