//! Attestors who agree.

use twinroot_abi::{FeedId, Fixed, Policy, Subject, Type};

use super::{Judged, Rule};

/// `K` of `N` attestors claim the same code about one subject: a delivery, the result of a match.
/// Each attestor counts once, whatever it claims and however often.
///
/// ```
/// use twinroot_sdk::{KOfN, contract, entries};
///
/// #[contract]
/// pub struct Parcel {
///     delivered: KOfN<2, 3>,
/// }
///
/// #[entries]
/// impl Parcel {
///     /// What two of the three say.
///     pub fn report(&mut self) -> u16 {
///         self.delivered.verdict()
///     }
/// }
/// ```
///
/// Fewer than half would let two codes win at once, so this does not compile:
///
/// ```compile_fail
/// # use twinroot_sdk::{KOfN, contract};
/// #[contract]
/// pub struct Parcel {
///     delivered: KOfN<1, 3>,
/// }
/// ```
pub type KOfN<const K: u16, const N: usize> = Judged<KOfNEqual<K, N>>;

/// The rule of [`KOfN`].
pub struct KOfNEqual<const K: u16, const N: usize>;

/// Parameters of [`KOfN`]: who is believed, and about what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claims<const N: usize> {
    /// What the claims are about: the hash of an order, say, so that a claim about another parcel does
    /// not count.
    pub subject: Subject,
    /// The attestors, ascending and different, or nothing will ever be agreed.
    pub feeds: [FeedId; N],
}

impl<const N: usize> Fixed for Claims<N> {
    const SIZE: usize = <(Subject, [FeedId; N])>::SIZE;
    const TYPE: Type = Type::Of("Claims", &[Type::Number(N as u64)]);

    fn write(&self, out: &mut [u8]) {
        (self.subject, self.feeds).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (subject, feeds) = Fixed::read(bytes)?;
        Some(Self { subject, feeds })
    }
}

impl<const K: u16, const N: usize> Rule for KOfNEqual<K, N> {
    const TYPE: Type = Type::Of("KOfN", &[Type::Number(K as u64), Type::Number(N as u64)]);
    const POLICY: Policy = Policy::KOfNEqual { k: K, params: 0 };
    const FAULT: Option<&'static str> = if N < 1 || N > 16 {
        Some("KOfN<K, N>: N is the number of attestors, 1 to 16")
    } else if K as usize > N {
        Some("KOfN<K, N>: more attestors have to agree than there are; K is at most N")
    } else if 2 * K as usize <= N {
        Some("KOfN<K, N>: two answers could win at once; K is more than half of N")
    } else {
        None
    };
    type Watched = Claims<N>;
    type Verdict = u16;
}
