//! An argument of a contract that is given twice.

use twinroot_sdk::prelude::*;

#[contract(hold = 20_000, hold = 10)]
struct Jar {}

fn main() {}
