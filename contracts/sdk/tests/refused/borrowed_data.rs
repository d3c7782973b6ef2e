//! A value of the contract that borrows.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Person {
    name: &'static str,
}

fn main() {}
