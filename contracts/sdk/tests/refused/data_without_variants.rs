//! An enum without a value.

use twinroot_sdk::prelude::*;

#[derive(Data)]
enum Never {}

fn main() {}
