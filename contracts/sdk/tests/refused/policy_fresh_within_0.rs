//! A reading that would have to be there before it is made.

use twinroot_sdk::prelude::*;

#[contract]
struct Meter {
    reading: Fresh<0>,
}

fn main() {}
