//! A value of the contract that says nothing.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Nothing {}

fn main() {}
