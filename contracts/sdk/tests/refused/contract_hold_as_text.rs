//! An argument of a contract that is no number.

use twinroot_sdk::prelude::*;

#[contract(hold = "a day")]
struct Jar {}

fn main() {}
