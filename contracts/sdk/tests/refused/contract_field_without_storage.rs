//! A field that keeps nothing.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {
    total: Amount,
    lids: Map<u32, u32>,
}

fn main() {}
