//! An array of values that cannot be copied.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Deal {
    price: Amount,
}

#[contract]
struct Shop {
    deals: Value<[Deal; 3]>,
}

fn main() {}
