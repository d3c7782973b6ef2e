//! A contract whose fields have no names.

use twinroot_sdk::prelude::*;

#[contract]
struct Jar(Value<Amount>);

fn main() {}
