//! A `Result` that does not show its error.

use twinroot_sdk::prelude::*;

type Result<T> = core::result::Result<T, u32>;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn open(&mut self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
