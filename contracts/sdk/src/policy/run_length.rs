//! Readings in a row that lie outside a band.

use twinroot_abi::{FeedId, Fixed, Policy, TimeMs, Type};

use super::{Judged, Rule};

/// `N` consecutive readings of one feed lie outside a band: a breach that is no spike.
///
/// ```
/// use twinroot_sdk::{RunLength, TimeMs, contract, entries};
///
/// #[contract]
/// pub struct Cooling {
///     breach: RunLength<12>,
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
pub type RunLength<const N: u16> = Judged<Run<N>>;

/// The rule of [`RunLength`].
pub struct Run<const N: u16>;

/// Parameters of [`RunLength`]: who measures, what is in order, and the time that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Band {
    /// The feed.
    pub feed: FeedId,
    /// A reading below this is outside, at the scale of the feed.
    pub low: i64,
    /// A reading above this is outside.
    pub high: i64,
    /// From when on readings count.
    pub from: TimeMs,
    /// Until when, inclusive.
    pub to: TimeMs,
}

impl Fixed for Band {
    const SIZE: usize = <(FeedId, i64, i64, TimeMs, TimeMs)>::SIZE;
    const TYPE: Type = Type::Named("Band");

    fn write(&self, out: &mut [u8]) {
        (self.feed, self.low, self.high, self.from, self.to).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (feed, low, high, from, to) = Fixed::read(bytes)?;
        Some(Self {
            feed,
            low,
            high,
            from,
            to,
        })
    }
}

impl<const N: u16> Rule for Run<N> {
    const TYPE: Type = Type::Of("RunLength", &[Type::Number(N as u64)]);
    const POLICY: Policy = Policy::RunLength { n: N, params: 0 };
    const FAULT: Option<&'static str> = if N < 1 {
        Some("RunLength<N>: a run has at least one reading; N is 1 to 256")
    } else if N > 256 {
        Some(
            "RunLength<N>: a call carries 256 messages at most, so a longer run could never be shown; N is 1 to 256",
        )
    } else {
        None
    };
    type Watched = Band;
    type Verdict = (TimeMs, TimeMs);
}
