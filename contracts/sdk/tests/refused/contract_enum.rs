//! A contract without fields to keep.

use twinroot_sdk::prelude::*;

#[contract]
enum Jar {
    Open,
}

fn main() {}
