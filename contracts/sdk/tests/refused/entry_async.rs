//! An entry that waits.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub async fn open(&mut self) {}
}

fn main() {}
