//! An entry whose argument has no name.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn put(&mut self, (first, second): (u64, u64)) {
        let _ = first + second;
    }
}

fn main() {}
