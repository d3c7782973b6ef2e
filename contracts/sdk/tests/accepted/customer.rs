//! A contract that calls others, and one that keeps nothing.

use twinroot_sdk::contract::{self, CallError};
use twinroot_sdk::prelude::*;

/// What a shop can do.
#[client]
pub trait Shop {
    /// Buys, and gives the change.
    fn buy(&mut self, what: u64, price: Amount) -> Result<Amount, u32>;

    fn open(&self) -> bool;
}

#[contract(fallback = 0)]
pub struct Customer {
    shop: Value<ContractId>,
}

#[entries]
impl Customer {
    #[payable]
    pub fn shop(&mut self, what: u64) -> Amount {
        let mut shop = ShopClient(contract::at(self.shop.get(), Gas(100_000)).with(Amount(30)));
        let open: Result<bool, CallError> = shop.open();
        ensure(open == Ok(true), 1_u32);
        let change: Result<Amount, CallError> = shop.buy(what, Amount(30));
        change.unwrap_or_default()
    }
}

mod bell {
    use twinroot_sdk::prelude::*;

    #[contract(hold = 10)]
    pub struct Bell;

    #[entries]
    impl Bell {
        pub fn ring(&mut self) {}
    }
}

fn main() {}
