//! More than the whole to the creator, and more than a byte.

use twinroot_sdk::prelude::*;

#[contract(fallback = 10_000)]
struct Jar {}

fn main() {}
