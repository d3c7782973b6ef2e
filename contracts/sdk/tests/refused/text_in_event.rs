//! An event with text of any length.

use twinroot_sdk::prelude::*;

#[events]
enum Event {
    Entered { name: String },
}

fn main() {}
