//! A breach that no call could show.

use twinroot_sdk::prelude::*;

#[contract]
struct Cooling {
    breach: RunLength<257>,
}

fn main() {}
