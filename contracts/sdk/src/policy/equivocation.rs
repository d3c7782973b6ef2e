//! A feed that contradicts itself.

use twinroot_abi::{FeedId, Fixed, MessageId, Policy, Type};

use super::{Judged, Rule};

/// One feed signed two messages that cannot both be honest: another value for the same place, say one for each
/// side. The messages are all the evidence there has to be, and anybody can bring them.
///
/// ```
/// use twinroot_sdk::{Band, Equivocation, FeedId, RunLength, Value, contract, ensure, entries, errors};
///
/// #[contract]
/// pub struct Insurance {
///     spoiled: RunLength<12>,
///     false_feed: Equivocation,
///     substitute: Value<FeedId>,
/// }
///
/// #[errors]
/// pub enum Error {
///     /// The device may have lost its memory and its clock.
///     MayBeHonest = 1,
/// }
///
/// #[entries]
/// impl Insurance {
///     /// Lets the other thermometer speak instead of one that lied.
///     pub fn replace(&mut self) {
///         ensure(self.false_feed.verdict().is_fraud(), Error::MayBeHonest);
///         let feed = self.substitute.get();
///         if let Some(band) = self.spoiled.watched() {
///             self.spoiled.watch(&Band { feed, ..band });
///         }
///         self.false_feed.watch(&feed);
///     }
/// }
/// ```
///
/// The verdict voids nothing by itself: the contract says what follows. No other policy asks whether a feed was
/// proven false, so a contract that minds watches another feed in the call that got the verdict.
pub type Equivocation = Judged<Contradicted>;

/// The rule of [`Equivocation`].
pub struct Contradicted;

/// What [`Equivocation`] comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contradiction {
    /// How the messages contradict each other (docs/spec/oracles.md, 8.3): 1 they stand in one place, 2 a link
    /// is wrong, 3 the time falls within an epoch, 4 it falls from one epoch to a later one.
    pub conflict: u8,
    /// The lower message.
    pub lower: MessageId,
    /// The higher one.
    pub higher: MessageId,
}

impl Contradiction {
    /// Whether no honest device signs both. A time that falls across epochs (4) can also be that of a device
    /// which lost its memory and then was told a wrong hour.
    #[must_use]
    pub const fn is_fraud(&self) -> bool {
        self.conflict <= 3
    }
}

impl Fixed for Contradiction {
    const SIZE: usize = <(u8, MessageId, MessageId)>::SIZE;
    const TYPE: Type = Type::Named("Contradiction");

    fn write(&self, out: &mut [u8]) {
        (self.conflict, self.lower, self.higher).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (conflict, lower, higher) = Fixed::read(bytes)?;
        Some(Self {
            conflict,
            lower,
            higher,
        })
    }
}

impl Rule for Contradicted {
    const TYPE: Type = Type::Named("Equivocation");
    const POLICY: Policy = Policy::Equivocation { params: 0 };
    type Watched = FeedId;
    type Verdict = Contradiction;
}
