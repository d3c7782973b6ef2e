//! Two answers could win at once.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    delivered: KOfN<2, 4>,
}

fn main() {}
