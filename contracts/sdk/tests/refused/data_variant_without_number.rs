//! An enum of which it is open what is kept.

use twinroot_sdk::prelude::*;

#[derive(Data)]
enum Stage {
    Open = 0,
    Paid,
}

fn main() {}
