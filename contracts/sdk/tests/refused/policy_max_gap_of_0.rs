//! A silence that takes no time.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {
    silence: MaxGap<0>,
}

fn main() {}
