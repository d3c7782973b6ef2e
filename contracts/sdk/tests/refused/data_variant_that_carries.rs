//! An enum whose values are of different sizes.

use twinroot_sdk::prelude::*;

#[derive(Data)]
enum Stage {
    Open,
    Paid(Amount),
}

fn main() {}
