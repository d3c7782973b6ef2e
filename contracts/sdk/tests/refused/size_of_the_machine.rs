//! Integers that differ from machine to machine.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Counted {
    up: usize,
    down: isize,
}

fn main() {}
