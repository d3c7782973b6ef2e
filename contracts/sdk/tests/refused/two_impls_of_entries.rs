//! Entries of one contract in two places.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn open(&mut self) {}
}

#[entries]
impl Jar {
    pub fn close(&mut self) {}
}

fn main() {}
