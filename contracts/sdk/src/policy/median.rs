//! The middle one of several readings.

use twinroot_abi::{FeedId, Fixed, Policy, TimeMs, Type};

use super::{Judged, Rule};

/// The middle one of what `N` feeds read in one window of time: a price that no minority of them can move.
/// Of each feed the first reading in the window counts, and all feeds have to be heard, so nothing is
/// left to the choice of whoever submits.
///
/// ```
/// use twinroot_sdk::{Median, TimeMs, contract, entries};
///
/// #[contract]
/// pub struct Future {
///     price: Median<3>,
/// }
///
/// #[entries]
/// impl Future {
///     /// The price, and when the last of the three was heard.
///     pub fn price(&self) -> (i64, TimeMs) {
///         self.price.verdict()
///     }
/// }
/// ```
///
/// An even number of readings has no middle one, so this does not compile:
///
/// ```compile_fail
/// # use twinroot_sdk::{Median, contract};
/// #[contract]
/// pub struct Future {
///     price: Median<4>,
/// }
/// ```
///
/// A contract that asks again and again sets the next window itself, by [`Judged::watch`].
pub type Median<const N: usize> = Judged<MiddleOf<N>>;

/// The rule of [`Median`].
pub struct MiddleOf<const N: usize>;

/// Parameters of [`Median`]: who measures, and the time that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sources<const N: usize> {
    /// From when on readings count.
    pub from: TimeMs,
    /// Until when, inclusive.
    pub to: TimeMs,
    /// The feeds, ascending and different, all of the same quantity, unit and scale, or there will
    /// never be a verdict.
    pub feeds: [FeedId; N],
}

impl<const N: usize> Fixed for Sources<N> {
    const SIZE: usize = <(TimeMs, TimeMs, [FeedId; N])>::SIZE;
    const TYPE: Type = Type::Of("Sources", &[Type::Number(N as u64)]);

    fn write(&self, out: &mut [u8]) {
        (self.from, self.to, self.feeds).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (from, to, feeds) = Fixed::read(bytes)?;
        Some(Self { from, to, feeds })
    }
}

impl<const N: usize> Rule for MiddleOf<N> {
    const TYPE: Type = Type::Of("Median", &[Type::Number(N as u64)]);
    const POLICY: Policy = Policy::Median {
        n: N as u16,
        params: 0,
    };
    const FAULT: Option<&'static str> = if N.is_multiple_of(2) {
        Some(
            "Median<N>: an even number of readings has two in the middle, and no rule says which one counts; take an odd number",
        )
    } else if N < 3 {
        Some(
            "Median<N>: with fewer than 3 feeds each alone decides what the middle is; N is 3 to 15",
        )
    } else if N > 15 {
        Some("Median<N>: there are 15 feeds at most; N is 3 to 15")
    } else {
        None
    };
    type Watched = Sources<N>;
    type Verdict = (i64, TimeMs);
}
