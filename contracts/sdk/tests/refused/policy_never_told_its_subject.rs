//! An `init` that leaves a policy without its parameters.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    buyer: Value<Side>,
    delivered: KOfN<2, 3>,
}

#[entries]
impl Parcel {
    pub fn init(&mut self, buyer: Side) {
        self.buyer.set(&buyer);
    }

    pub fn report(&mut self) -> u16 {
        self.delivered.verdict()
    }
}

fn main() {}
