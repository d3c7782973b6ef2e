//! A television is sold. The buyer locks the price; two of three attestors (the carrier, the shop,
//! a neighbour) who say that it was delivered release it to the seller. If they do not by the
//! refund height, the buyer has it back.
//!
//! ```text
//! init --> Agreed -- pay --> Paid -- release (2 of 3: delivered) --> Closed, seller is paid
//!                             \----- refund (from refund_height) --> Closed, buyer is paid
//! ```
//!
//! Whoever calls `init` is the buyer, the other side of the channel the seller. A payout is always
//! the whole balance, so that no coin is left behind, wherever it came from.

#![cfg_attr(target_arch = "wasm32", no_std)]

use twinroot_sdk::storage::Slot;
use twinroot_sdk::{
    Amount, FeedId, Height, Policy, Side, Subject, emit, ensure, entries, env, fixed, input,
    policies, revert, transfer, verdict,
};

entries! { init, pay, release, refund }

policies! { Policy::KOfNEqual { k: 2, params: ORDER.number() } }

/// Number of the policy that judges the delivery.
const DELIVERY: u32 = 0;
/// What attestors claim when the goods arrived.
const DELIVERED: u16 = 1;

/// What is delivered and who says so; read by the host when it judges.
const ORDER: Slot<Order> = Slot::new(0);
/// The deal and how far it is; in one slot, because every entry needs most of it.
const DEAL: Slot<Deal> = Slot::new(1);

fixed! {
    /// Arguments of [`init`], 144 bytes.
    pub struct Terms {
        /// What the goods cost.
        pub price: Amount,
        /// From this height on the buyer can have the price back.
        pub refund_height: Height,
        /// What is delivered and who says so.
        pub order: Order,
    }
}

fixed! {
    /// Parameters of the policy: an order and who attests its delivery.
    pub struct Order {
        /// The order, as attestors name it.
        pub subject: Subject,
        /// Feeds of the attestors, ascending and different, or nothing can ever release the price.
        pub attestors: [FeedId; 3],
    }
}

fixed! {
    /// A sale between the two sides of the channel.
    struct Deal {
        buyer: Side,
        price: Amount,
        refund_height: Height,
        stage: Stage,
    }
}

fixed! {
    /// How far a deal is.
    #[derive(PartialEq)]
    enum Stage {
        Agreed = 0,
        Paid = 1,
        Closed = 2,
    }
}

fixed! {
    /// Event: the coins went to one of the sides, 10 bytes.
    pub struct Settled {
        /// Why.
        pub cause: Cause,
        /// Who has the coins.
        pub to: Side,
        /// How many.
        pub coins: Amount,
    }
}

fixed! {
    /// Why the coins went where they went.
    pub enum Cause {
        /// The goods arrived: to the seller.
        Released = 1,
        /// They did not in time: back to the buyer.
        Refunded = 2,
    }
}

/// Why an entry is called off.
#[derive(Clone, Copy)]
pub enum Error {
    /// There is a deal already.
    AlreadyInitialised = 1,
    /// The call brought other coins than the price.
    WrongPrice = 2,
    /// Only the buyer pays.
    NotBuyer = 3,
    /// The price is paid already.
    AlreadyPaid = 4,
    /// The price is not paid yet.
    NotFunded = 5,
    /// The refund height is not reached.
    TooEarly = 6,
    /// The attestors agree on something else than a delivery.
    NotDelivered = 7,
    /// The coins went to one of the sides before.
    Closed = 8,
}

impl From<Error> for u32 {
    fn from(error: Error) -> Self {
        error as Self
    }
}

/// Sets the terms ([`Terms`]); the caller is the buyer.
pub fn init() {
    ensure(!DEAL.exists(), Error::AlreadyInitialised);
    let Terms {
        price,
        refund_height,
        order,
    } = input();
    ORDER.set(&order);
    DEAL.set(&Deal {
        buyer: env::caller(),
        price,
        refund_height,
        stage: Stage::Agreed,
    });
}

/// Takes the price from the buyer, once.
pub fn pay() {
    let deal = DEAL.load();
    ensure(deal.stage == Stage::Agreed, Error::AlreadyPaid);
    ensure(env::caller() == deal.buyer, Error::NotBuyer);
    ensure(env::value() == deal.price, Error::WrongPrice);
    DEAL.set(&Deal {
        stage: Stage::Paid,
        ..deal
    });
}

/// Pays the seller if two of the attestors say that the goods arrived. Anyone may call it; what
/// decides is their word.
pub fn release() {
    let deal = paid_deal();
    ensure(verdict::<u16>(DELIVERY) == DELIVERED, Error::NotDelivered);
    let seller = deal.buyer.other();
    settle(deal, Cause::Released, seller);
}

/// Pays the buyer back from the refund height on. Anyone may call it; the coins can go to nobody else.
pub fn refund() {
    let deal = paid_deal();
    ensure(env::height() >= deal.refund_height, Error::TooEarly);
    let buyer = deal.buyer;
    settle(deal, Cause::Refunded, buyer);
}

fn paid_deal() -> Deal {
    let deal = DEAL.load();
    match deal.stage {
        Stage::Agreed => revert(Error::NotFunded),
        Stage::Paid => deal,
        Stage::Closed => revert(Error::Closed),
    }
}

fn settle(deal: Deal, cause: Cause, to: Side) {
    let coins = env::balance();
    DEAL.set(&Deal {
        stage: Stage::Closed,
        ..deal
    });
    transfer(to, coins);
    emit(&Settled { cause, to, coins });
}
