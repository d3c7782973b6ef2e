//! An entry that leaves a type open.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn put<T: Into<u64>>(&mut self, what: T) {
        let _: u64 = what.into();
    }
}

fn main() {}
