//! A reason that is a text.

use twinroot_sdk::prelude::*;

fn check(height: Height) {
    ensure(env::height() >= height, "it is too early");
}

fn main() {}
