//! Nobody is believed.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    delivered: KOfN<0, 0>,
}

fn main() {}
