//! A field that would be gone after the call.

use twinroot_sdk::prelude::*;

use std::collections::BTreeMap;

#[contract]
struct Jar {
    lids: BTreeMap<u32, u32>,
}

fn main() {}
