//! No errors at all.

use twinroot_sdk::prelude::*;

#[errors]
enum Error {}

fn main() {}
