//! An `init` that is written like a constructor.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn init() -> Self {
        Self {}
    }
}

fn main() {}
