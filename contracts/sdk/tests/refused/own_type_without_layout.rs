//! A type of one's own that got no layout, wherever it is named.

use twinroot_sdk::prelude::*;

struct Deal {
    price: Amount,
}

#[derive(Data)]
struct Sale {
    deal: Deal,
}

#[contract]
struct Shop {
    deal: Value<Deal>,
    deals: Map<Hash, Deal>,
}

#[entries]
impl Shop {
    pub fn offer(&mut self, deal: Deal, both: (u32, Deal)) {
        let _ = (deal, both);
    }

    pub fn deal(&self) -> Deal {
        Deal { price: Amount(0) }
    }
}

fn main() {}
