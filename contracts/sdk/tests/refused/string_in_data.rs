//! A value of the contract with text of any length.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Person {
    name: String,
}

fn main() {}
