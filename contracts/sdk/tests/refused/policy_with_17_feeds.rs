//! More attestors than a policy has.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    delivered: KOfN<9, 17>,
}

fn main() {}
