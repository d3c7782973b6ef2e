//! An `init` that takes a type without a layout.

use twinroot_sdk::prelude::*;

struct Deal {
    price: Amount,
}

#[contract]
struct Shop {
    price: Value<Amount>,
}

#[entries]
impl Shop {
    pub fn init(&mut self, deal: Deal) {
        self.price.set(&deal.price);
    }
}

fn main() {}
