//! Something is sold. The buyer locks the price; two of three attestors who say that it was delivered
//! release it to the seller. If they do not by the refund height, the buyer has it back.
//!
//! ```text
//! init --> agreed -- pay --> paid -- release (2 of 3: delivered) --> over, the seller is paid
//!                             \----- refund (from refund_height) --> over, the buyer is paid
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// A sale between the two sides of a channel. The other side of the buyer is the seller.
#[contract(hold = 20_000, fallback = 100)]
pub struct Escrow {
    /// Who pays.
    buyer: Value<Side>,
    /// What the goods cost; gone when the coins have gone to one of the sides.
    price: Value<Amount>,
    /// From this height on the buyer can have the price back.
    refund_height: Value<Height>,
    /// Who attests the delivery, and of what.
    delivered: KOfN<2, 3>,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The contract then holds other coins than the price: pay the price, once.
    WrongPrice = 1,
    /// The refund height is not reached: wait for it.
    TooEarly = 2,
    /// The attestors agree on something else than a delivery.
    NotDelivered = 3,
}

/// What attestors claim when the goods arrived.
pub const DELIVERED: u16 = 1;

#[entries]
impl Escrow {
    /// Takes the price from the buyer, once.
    #[payable]
    pub fn pay(&mut self) {
        ensure(env::balance() == self.price.get(), Error::WrongPrice);
    }

    /// Pays the seller if two of the attestors say that the goods arrived. Anyone may call it; what
    /// decides is their word.
    pub fn release(&mut self) {
        ensure(self.delivered.verdict() == DELIVERED, Error::NotDelivered);
        transfer(self.buyer.get().other(), self.price.take());
    }

    /// Pays the buyer back from the refund height on. Anyone may call it; the coins can go to nobody else.
    pub fn refund(&mut self) {
        ensure(env::height() >= self.refund_height.get(), Error::TooEarly);
        transfer(self.buyer.get(), self.price.take());
    }
}
