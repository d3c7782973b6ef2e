//! An entry that leaves a type open without naming it.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn put(&mut self, what: impl Into<u64>) {
        let _: u64 = what.into();
    }
}

fn main() {}
