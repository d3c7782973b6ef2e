//! `entries` takes no arguments.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries(open)]
impl Jar {
    pub fn open(&mut self) {}
}

fn main() {}
