//! A load is insured against heat and frost, and its thermometer may be replaced on the way: a battery dies, a
//! truck is changed. The insurer proposes another sensor from some time on, the insured agrees; from then on the
//! new one counts. Twelve readings in a row outside the band, of the sensor that counted then, pay the cover.
//!
//! ```text
//! init --> agreed -- fund --> funded -- claim (12 of the first) ------------> over, the insured is paid
//!                               |  \--- claim_later (12 of the second) -----> over, the insured is paid
//!                               |  \--- expire (from end_height) -----------> over, the insurer is paid
//!                          propose, accept: the first counts until then, the second from then on
//! ```

#![no_std]

use twinroot_sdk::prelude::*;

/// A cover between the two sides of a channel. The other side of the insurer is the insured.
#[contract(hold = 20_000, fallback = 100)]
pub struct ColdChain {
    /// Who pays if it gets too warm.
    insurer: Value<Side>,
    /// What a breach pays; gone when the coins have gone to one of the sides.
    cover: Value<Amount>,
    /// From this height on the insurer can have the cover back; leave time after the journey to claim.
    end_height: Value<Height>,
    /// What is measured first, and what is in order.
    breach: RunLength<12>,
    /// What is measured by the sensor that took over.
    later: RunLength<12>,
    /// A sensor that one side has proposed.
    proposed: Value<Replacement>,
}

/// Another sensor.
#[derive(Data)]
pub struct Replacement {
    /// Who proposed it.
    by: Side,
    /// Its feed.
    feed: FeedId,
    /// From when on it counts; the one before counts no more from then.
    from: TimeMs,
}

/// Why an entry is called off.
#[errors]
pub enum Error {
    /// The contract then holds other coins than the cover: pay the cover in, once.
    WrongCover = 1,
    /// The end height is not reached: wait for it.
    TooEarly = 2,
    /// The sensor was replaced once already.
    ReplacedBefore = 3,
    /// Nobody has proposed a sensor, or you have: the other side agrees to it.
    NothingToAccept = 4,
    /// The new sensor must begin inside the time that is insured.
    OutsideTheJourney = 5,
    /// Another sensor was proposed than you agree to: look again.
    OtherProposal = 6,
}

/// What became of the cover.
#[events]
pub enum Event {
    /// The insured was paid.
    Paid {
        /// How much.
        coins: Amount,
        /// Time of the first reading outside the band.
        first: TimeMs,
        /// Time of the last one.
        last: TimeMs,
    },
    /// The insurer has the cover back.
    Returned {
        /// How much.
        coins: Amount,
    },
    /// Another sensor counts.
    Replaced {
        /// Its feed.
        feed: FeedId,
        /// From when on.
        from: TimeMs,
    },
}

#[entries]
impl ColdChain {
    /// Keeps the terms; one sensor counts for the whole journey until it is replaced.
    pub fn init(&mut self, insurer: Side, cover: Amount, end_height: Height, band: Band) {
        self.insurer.set(&insurer);
        self.cover.set(&cover);
        self.end_height.set(&end_height);
        self.breach.watch(&band);
    }

    /// Takes the cover from the insurer, once.
    #[payable]
    pub fn fund(&mut self) {
        ensure(env::balance() == self.cover.get(), Error::WrongCover);
    }

    /// Proposes another sensor from some time on. A new proposal takes the place of the one before.
    pub fn propose(&mut self, feed: FeedId, from: TimeMs) {
        ensure(self.later.watched().is_none(), Error::ReplacedBefore);
        let band = self.band();
        ensure(
            band.from < from && from <= band.to,
            Error::OutsideTheJourney,
        );
        let by = env::caller();
        self.proposed.set(&Replacement { by, feed, from });
    }

    /// Agrees to what the other side proposed; it is named again, so that nobody agrees to a proposal that was
    /// exchanged in between.
    pub fn accept(&mut self, feed: FeedId, from: TimeMs) {
        let proposed = self.proposed.find();
        let proposed = proposed.unwrap_or_else(|| revert(Error::NothingToAccept));
        ensure(proposed.by != env::caller(), Error::NothingToAccept);
        ensure(
            proposed.feed == feed && proposed.from == from,
            Error::OtherProposal,
        );
        let band = self.band();
        self.later.watch(&Band { feed, from, ..band });
        let to = TimeMs(from.0 - 1);
        self.breach.watch(&Band { to, ..band });
        self.proposed.remove();
        Event::Replaced { feed, from }.emit();
    }

    /// Pays the insured for a breach that the first sensor saw. Anyone may call it; what decides are the readings.
    pub fn claim(&mut self) {
        self.pay(self.breach.verdict());
    }

    /// The same for a breach that the sensor saw that took over.
    pub fn claim_later(&mut self) {
        self.pay(self.later.verdict());
    }

    /// Pays the insurer back from the end height on. Anyone may call it; the coins can go to nobody else.
    pub fn expire(&mut self) {
        ensure(env::height() >= self.end_height.get(), Error::TooEarly);
        let coins = self.cover.take();
        transfer(self.insurer.get(), coins);
        Event::Returned { coins }.emit();
    }

    fn band(&self) -> Band {
        self.breach
            .watched()
            .unwrap_or_else(|| revert(Error::OutsideTheJourney))
    }

    fn pay(&mut self, (first, last): (TimeMs, TimeMs)) {
        let coins = self.cover.take();
        transfer(self.insurer.get().other(), coins);
        Event::Paid { coins, first, last }.emit();
    }
}
