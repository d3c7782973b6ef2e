//! A sensor that was silent.

use twinroot_abi::{FeedId, Fixed, Policy, TimeMs, Type};

use super::{Judged, Rule};

/// One feed said nothing for longer than `MS` milliseconds: a sensor that was unplugged, until somebody
/// plugged it in again. The message that ends the silence says itself when the one before it was made, so
/// it is all the evidence there has to be.
///
/// ```
/// use twinroot_sdk::{MaxGap, TimeMs, contract, entries};
///
/// const AN_HOUR: u64 = 3_600_000;
///
/// #[contract]
/// pub struct Cooling {
///     blind: MaxGap<AN_HOUR>,
/// }
///
/// #[entries]
/// impl Cooling {
///     /// From when to when nobody knows how warm it was.
///     pub fn blind(&mut self) -> (TimeMs, TimeMs) {
///         self.blind.verdict()
///     }
/// }
/// ```
///
/// Every two messages would be too far apart here, so this does not compile:
///
/// ```compile_fail
/// # use twinroot_sdk::{MaxGap, contract};
/// #[contract]
/// pub struct Cooling {
///     blind: MaxGap<0>,
/// }
/// ```
///
/// A silence that goes on cannot be shown: who can tell whether a message was made and kept back? Let whoever
/// says that the sensor works show a reading of it by a deadline.
pub type MaxGap<const MS: u64> = Judged<SilentFor<MS>>;

/// The rule of [`MaxGap`].
pub struct SilentFor<const MS: u64>;

/// Parameters of [`MaxGap`]: whose silence counts, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sensor {
    /// The feed.
    pub feed: FeedId,
    /// From when on its silence counts.
    pub from: TimeMs,
    /// Until when, inclusive.
    pub to: TimeMs,
}

impl Fixed for Sensor {
    const SIZE: usize = <(FeedId, TimeMs, TimeMs)>::SIZE;
    const TYPE: Type = Type::Named("Sensor");

    fn write(&self, out: &mut [u8]) {
        (self.feed, self.from, self.to).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (feed, from, to) = Fixed::read(bytes)?;
        Some(Self { feed, from, to })
    }
}

impl<const MS: u64> Rule for SilentFor<MS> {
    const TYPE: Type = Type::Of("MaxGap", &[Type::Number(MS)]);
    const POLICY: Policy = Policy::MaxGap { ms: MS, params: 0 };
    const FAULT: Option<&'static str> = if MS < 1 {
        Some(
            "MaxGap<MS>: a gap of at least 1 millisecond has to be allowed, or every two messages are too far apart",
        )
    } else {
        None
    };
    type Watched = Sensor;
    type Verdict = (TimeMs, TimeMs);
}
