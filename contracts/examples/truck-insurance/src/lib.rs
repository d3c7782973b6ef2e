//! A load of medicines is insured against heat and frost. The insurer locks the cover; twelve readings in a row
//! of the truck's thermometer outside its band, during the journey, pay it to the insured. What
//! counts is when it was too warm or too cold, not when the claim is made: any block before the end will do.
//!
//! ```text
//! init --> Agreed -- fund --> Funded -- claim (12 readings) ----> Claimed, insured is paid
//!                               \------ expire (from end_height) --> Expired, insurer is paid
//! ```
//!
//! Whoever calls `init` is the insurer, the other side of the channel the insured. A payout is
//! always the whole balance, which is the cover and whatever else came with a call.

#![cfg_attr(target_arch = "wasm32", no_std)]

use twinroot_sdk::storage::Slot;
use twinroot_sdk::{
    Amount, FeedId, Height, Policy, Side, TimeMs, emit, ensure, entries, env, fixed, input,
    policies, revert, transfer, verdict,
};

entries! { init, fund, claim, expire }

policies! { Policy::RunLength { n: 12, params: JOURNEY.number() } }

/// Number of the policy that judges the readings.
const BREACH: u32 = 0;

/// What is measured; read by the host when it judges.
const JOURNEY: Slot<Journey> = Slot::new(0);
/// The cover and what became of it; in one slot, because every entry needs most of it.
const COVER: Slot<Cover> = Slot::new(1);

fixed! {
    /// A thermometer, its band and the time that counts.
    pub struct Journey {
        /// The thermometer.
        pub feed: FeedId,
        /// A reading below this is outside the band.
        pub low: i64,
        /// A reading above this is outside the band.
        pub high: i64,
        /// From when on readings count.
        pub t0: TimeMs,
        /// Until when, inclusive.
        pub t1: TimeMs,
    }
}

fixed! {
    /// Arguments of [`init`], 80 bytes.
    pub struct Terms {
        /// What a breach pays.
        pub cover: Amount,
        /// From this height on the insurer can have the cover back; leave time after `t1` to claim.
        pub end_height: Height,
        /// What is measured.
        pub journey: Journey,
    }
}

fixed! {
    /// A cover between the two sides of the channel.
    struct Cover {
        insurer: Side,
        amount: Amount,
        end_height: Height,
        stage: Stage,
    }
}

fixed! {
    /// What became of a cover.
    #[derive(PartialEq)]
    enum Stage {
        Agreed = 0,
        Funded = 1,
        Claimed = 2,
        Expired = 3,
    }
}

fixed! {
    /// Event: the insured was paid, 26 bytes.
    pub struct Paid {
        /// Tells it from [`Returned`]: 1.
        pub event: u8,
        /// The insured.
        pub to: Side,
        /// How much.
        pub coins: Amount,
        /// Time of the first reading outside the band.
        pub first: TimeMs,
        /// Time of the last one.
        pub last: TimeMs,
    }
}

fixed! {
    /// Event: the insurer has the cover back, 10 bytes.
    pub struct Returned {
        /// Tells it from [`Paid`]: 2.
        pub event: u8,
        /// The insurer.
        pub to: Side,
        /// How much.
        pub coins: Amount,
    }
}

/// Why an entry is called off.
#[derive(Clone, Copy)]
pub enum Error {
    /// There is a cover already.
    AlreadyInitialised = 1,
    /// The call brought other coins than the cover.
    WrongCover = 2,
    /// Only the insurer pays the cover in.
    NotInsurer = 3,
    /// The cover is paid in already.
    AlreadyFunded = 4,
    /// The cover is not paid in yet.
    NotFunded = 5,
    /// The end height is not reached.
    TooEarly = 6,
    /// The insured was paid before.
    AlreadyClaimed = 7,
    /// The insurer has the cover back.
    Expired = 8,
}

impl From<Error> for u32 {
    fn from(error: Error) -> Self {
        error as Self
    }
}

/// Sets the terms ([`Terms`]); the caller is the insurer.
pub fn init() {
    ensure(!COVER.exists(), Error::AlreadyInitialised);
    let Terms {
        cover,
        end_height,
        journey,
    } = input();
    JOURNEY.set(&journey);
    COVER.set(&Cover {
        insurer: env::caller(),
        amount: cover,
        end_height,
        stage: Stage::Agreed,
    });
}

/// Takes the cover from the insurer, once.
pub fn fund() {
    let cover = COVER.load();
    ensure(cover.stage == Stage::Agreed, Error::AlreadyFunded);
    ensure(env::caller() == cover.insurer, Error::NotInsurer);
    ensure(env::value() == cover.amount, Error::WrongCover);
    COVER.set(&Cover {
        stage: Stage::Funded,
        ..cover
    });
}

/// Pays the insured if the readings show a breach. Anyone may call it; what decides are the readings.
pub fn claim() {
    let cover = funded_cover();
    let (first, last): (TimeMs, TimeMs) = verdict(BREACH);
    let to = cover.insurer.other();
    let coins = pay_out(cover, Stage::Claimed, to);
    emit(&Paid {
        event: 1,
        to,
        coins,
        first,
        last,
    });
}

/// Pays the insurer back from the end height on. Anyone may call it; the coins can go to nobody else.
pub fn expire() {
    let cover = funded_cover();
    ensure(env::height() >= cover.end_height, Error::TooEarly);
    let to = cover.insurer;
    let coins = pay_out(cover, Stage::Expired, to);
    emit(&Returned {
        event: 2,
        to,
        coins,
    });
}

fn funded_cover() -> Cover {
    let cover = COVER.load();
    match cover.stage {
        Stage::Agreed => revert(Error::NotFunded),
        Stage::Funded => cover,
        Stage::Claimed => revert(Error::AlreadyClaimed),
        Stage::Expired => revert(Error::Expired),
    }
}

fn pay_out(cover: Cover, stage: Stage, to: Side) -> Amount {
    let coins = env::balance();
    COVER.set(&Cover { stage, ..cover });
    transfer(to, coins);
    coins
}
