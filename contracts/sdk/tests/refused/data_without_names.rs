//! A value of the contract whose parts have no names.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Pair(u64, u64);

fn main() {}
