//! A value of the contract whose layout is left open.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Pair<T> {
    first: T,
    second: T,
}

fn main() {}
