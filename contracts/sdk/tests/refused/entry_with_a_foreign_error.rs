//! An entry that is called off with something that has no code.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn open(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
