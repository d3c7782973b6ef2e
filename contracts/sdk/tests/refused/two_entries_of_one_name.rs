//! Two entries of one name.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn open(&mut self) {}

    pub fn open(&self) {}
}

fn main() {}
