//! An entry that asks its caller for care.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub unsafe fn open(&mut self) {}
}

fn main() {}
