//! A union.

use twinroot_sdk::prelude::*;

#[derive(Data)]
union Both {
    number: u64,
    bytes: [u8; 8],
}

fn main() {}
