//! Readings that leave a band for some time.

use twinroot_abi::{FeedId, Fixed, Policy, TimeMs, Type};

use super::{Judged, Rule};

/// Readings of one feed leave a band for at least `MS` milliseconds. A spike is no breach; neither is a
/// silence, in which nobody knows what the value was.
///
/// ```
/// use twinroot_sdk::{Duration, TimeMs, contract, entries};
///
/// const TEN_MINUTES: u64 = 600_000;
///
/// #[contract]
/// pub struct Cooling {
///     breach: Duration<TEN_MINUTES>,
/// }
///
/// #[entries]
/// impl Cooling {
///     /// When the first and the last reading of the breach were made.
///     pub fn breach(&mut self) -> (TimeMs, TimeMs) {
///         self.breach.verdict()
///     }
/// }
/// ```
///
/// No time at all would make a breach of every spike, so this does not compile:
///
/// ```compile_fail
/// # use twinroot_sdk::{Duration, contract};
/// #[contract]
/// pub struct Cooling {
///     breach: Duration<0>,
/// }
/// ```
///
/// A call carries 256 messages at most, so take a feed that reads no more often than each `MS / 255`.
pub type Duration<const MS: u64> = Judged<OutFor<MS>>;

/// The rule of [`Duration`].
pub struct OutFor<const MS: u64>;

/// Parameters of [`Duration`]: who measures, what is in order, and the time that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Excursion {
    /// The feed.
    pub feed: FeedId,
    /// A reading below this is outside, at the scale of the feed.
    pub low: i64,
    /// A reading above this is outside.
    pub high: i64,
    /// How far inside a reading has to be before the breach is over. 0 where each reading inside ends it.
    pub hysteresis: u64,
    /// The longest time in ms from one reading to the next; a few periods of the feed.
    pub gap_ms: u64,
    /// From when on readings count.
    pub from: TimeMs,
    /// Until when, inclusive.
    pub to: TimeMs,
}

impl Fixed for Excursion {
    const SIZE: usize = <(FeedId, i64, i64, u64, u64, TimeMs, TimeMs)>::SIZE;
    const TYPE: Type = Type::Named("Excursion");

    fn write(&self, out: &mut [u8]) {
        (
            self.feed,
            self.low,
            self.high,
            self.hysteresis,
            self.gap_ms,
            self.from,
            self.to,
        )
            .write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (feed, low, high, hysteresis, gap_ms, from, to) = Fixed::read(bytes)?;
        Some(Self {
            feed,
            low,
            high,
            hysteresis,
            gap_ms,
            from,
            to,
        })
    }
}

impl<const MS: u64> Rule for OutFor<MS> {
    const TYPE: Type = Type::Of("Duration", &[Type::Number(MS)]);
    const POLICY: Policy = Policy::Duration { ms: MS, params: 0 };
    const FAULT: Option<&'static str> = if MS < 1 {
        Some("Duration<MS>: a breach takes at least 1 millisecond, or every spike would be one")
    } else {
        None
    };
    type Watched = Excursion;
    type Verdict = (TimeMs, TimeMs);
}
