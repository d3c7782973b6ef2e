//! More attestors than there are.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    buyer: Value<Side>,
    delivered: KOfN<3, 2>,
}

fn main() {}
