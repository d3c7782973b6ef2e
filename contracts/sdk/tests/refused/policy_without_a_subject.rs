//! Parameters of a policy that do not say what the claims are about.

use twinroot_sdk::prelude::*;

#[contract]
struct Parcel {
    delivered: KOfN<2, 3>,
}

#[entries]
impl Parcel {
    pub fn init(&mut self, feeds: [FeedId; 3]) {
        self.delivered.watch(&Claims { feeds });
    }
}

fn main() {}
