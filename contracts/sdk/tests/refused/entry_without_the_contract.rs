//! A public function that is no method.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn largest() -> Amount {
        Amount(100)
    }
}

fn main() {}
