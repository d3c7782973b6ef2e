//! A reading that is young enough.

use twinroot_abi::{Fixed, Policy, TimeMs, Type};

use super::{Judged, Mark, Rule, Source};

/// A reading of one feed that is at most `MS` milliseconds old at the pinned block: a price. What was taken
/// is used up, with all before it, so an older price never comes after a newer one.
///
/// ```
/// use twinroot_sdk::{Fresh, contract, entries};
///
/// const A_MINUTE: u64 = 60_000;
///
/// #[contract]
/// pub struct Exchange {
///     price: Fresh<A_MINUTE>,
/// }
///
/// #[entries]
/// impl Exchange {
///     /// The price that counts from now on.
///     pub fn price(&mut self) -> i64 {
///         self.price.take().value
///     }
/// }
/// ```
///
/// No reading is that young, so this does not compile:
///
/// ```compile_fail
/// # use twinroot_sdk::{Fresh, contract};
/// #[contract]
/// pub struct Exchange {
///     price: Fresh<0>,
/// }
/// ```
///
/// Whoever submits chooses among the readings of the last `MS` milliseconds. Where one of them must not be
/// chosen over another, take a [`Median`](crate::Median).
pub type Fresh<const MS: u64> = Judged<YoungerThan<MS>>;

/// The rule of [`Fresh`].
pub struct YoungerThan<const MS: u64>;

/// What [`Fresh`] comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// What was read, at the scale of the feed.
    pub value: i64,
    /// When.
    pub time: TimeMs,
    /// Its place among the messages of the feed.
    pub place: Mark,
}

impl Fixed for Reading {
    const SIZE: usize = <(i64, TimeMs, Mark)>::SIZE;
    const TYPE: Type = Type::Named("Reading");

    fn write(&self, out: &mut [u8]) {
        (self.value, self.time, self.place).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (value, time, place) = Fixed::read(bytes)?;
        Some(Self { value, time, place })
    }
}

impl<const MS: u64> Rule for YoungerThan<MS> {
    const TYPE: Type = Type::Of("Fresh", &[Type::Number(MS)]);
    const POLICY: Policy = Policy::Fresh { ms: MS, params: 0 };
    const FAULT: Option<&'static str> = if MS < 1 {
        Some(
            "Fresh<MS>: a reading is some milliseconds old when it arrives, so at least 1 has to be allowed",
        )
    } else {
        None
    };
    type Watched = Source;
    type Verdict = Reading;
}

impl<const MS: u64> Judged<YoungerThan<MS>> {
    /// The reading that came with the call, which is used up then, with all before it. Reverts as
    /// [`verdict`](Self::verdict) does, which only looks.
    pub fn take(&mut self) -> Reading {
        let reading = self.verdict();
        self.use_up(reading.place);
        reading
    }
}
