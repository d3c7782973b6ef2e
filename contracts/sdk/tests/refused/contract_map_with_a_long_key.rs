//! A key that no leaf can have.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {
    lids: Map<(Hash, Hash), u32>,
}

fn main() {}
