//! A misspelt argument of a contract.

use twinroot_sdk::prelude::*;

#[contract(hold = 20_000, fall_back = 100)]
struct Jar {}

fn main() {}
