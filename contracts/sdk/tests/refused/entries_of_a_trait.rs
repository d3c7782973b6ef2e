//! Entries in the `impl` of a trait.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

trait Open {
    fn open(&mut self);
}

#[entries]
impl Open for Jar {
    fn open(&mut self) {}
}

fn main() {}
