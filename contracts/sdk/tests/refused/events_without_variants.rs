//! No events at all.

use twinroot_sdk::prelude::*;

#[events]
enum Event {}

fn main() {}
