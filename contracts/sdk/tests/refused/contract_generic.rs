//! A contract that leaves a type open.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar<T> {
    total: Value<T>,
}

fn main() {}
