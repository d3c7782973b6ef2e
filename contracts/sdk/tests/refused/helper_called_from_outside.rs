//! A method that is not public is no entry.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar {}

#[entries]
impl Jar {
    pub fn open(&mut self) {
        self.turn();
    }

    fn turn(&mut self) {}
}

fn from_outside<C: twinroot_sdk::Caller>(jar: &mut JarClient<C>) {
    jar.open();
    jar.turn();
}

fn main() {}
