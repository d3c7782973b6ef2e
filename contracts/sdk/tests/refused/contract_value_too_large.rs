//! A value that no call could read.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {
    lids: Value<[u64; 129]>,
}

fn main() {}
