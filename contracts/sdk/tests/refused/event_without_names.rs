//! An event whose fields have no names.

use twinroot_sdk::prelude::*;

#[events]
enum Event {
    Paid(Side, Amount),
}

fn main() {}
