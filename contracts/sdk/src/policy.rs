//! Oracle policies: declared as fields of the contract, judged by the host.
//!
//! Signatures, sources and times are checked before the contract sees a verdict, by rules that both
//! sides can read in the code; the contract decides only what follows from it. Policies stand in a
//! section of the module that the code hash covers (docs/spec/oracles.md, 5); their parameters are a leaf
//! of the state, which the contract sets.

use core::marker::PhantomData;

use twinroot_abi::{FeedId, Fixed, Policy, REVERT_JUDGE, Subject, TimeMs, Type};

use crate::buffer::Buffer;
use crate::call::revert;
use crate::field::{Field, Place};
use crate::{host, storage};

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

/// A kind of policy, as the types above name it.
pub trait Rule {
    /// What it is called.
    const TYPE: Type;
    /// The policy, its slot still open.
    const POLICY: Policy;
    /// Its parameters.
    type Watched: Fixed;
    /// What it comes to.
    type Verdict: Fixed;
}

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
    const POLICY: Policy = {
        assert!(N >= 1 && N <= 16, "KOfN<K, N>: there are 1 to 16 attestors");
        assert!(
            K as usize <= N,
            "KOfN<K, N>: more attestors have to agree than there are"
        );
        assert!(
            2 * K as usize > N,
            "KOfN<K, N>: more than half of the attestors have to agree, or two answers could win at once"
        );
        Policy::KOfNEqual { k: K, params: 0 }
    };
    type Watched = Claims<N>;
    type Verdict = u16;
}

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
    const POLICY: Policy = {
        assert!(N >= 1, "RunLength<N>: a run has at least one reading");
        assert!(
            N <= 256,
            "RunLength<N>: a call carries 256 messages at most, so a longer run could never be shown"
        );
        Policy::RunLength { n: N, params: 0 }
    };
    type Watched = Band;
    type Verdict = (TimeMs, TimeMs);
}

/// A policy among the fields of a contract.
pub struct Judged<R> {
    place: Place,
    rule: PhantomData<R>,
}

impl<R: Rule> Field for Judged<R> {
    const TYPE: Type = R::TYPE;
    const POLICY: Option<Policy> = Some(R::POLICY);
    type First = R::Watched;

    fn at(place: Place) -> Self {
        Self {
            place,
            rule: PhantomData,
        }
    }

    fn begin(&mut self, first: R::Watched) {
        self.watch(&first);
    }
}

impl<R: Rule> Judged<R> {
    /// Says who is believed, and about what. Without it there is no verdict.
    pub fn watch(&mut self, watched: &R::Watched) {
        storage::write(&self.place.slot.to_le_bytes(), watched);
    }

    /// Who is believed, and about what, if it was said.
    #[must_use]
    pub fn watched(&self) -> Option<R::Watched> {
        storage::read(&self.place.slot.to_le_bytes())
    }

    /// What the facts come to that came with the call. Reverts with [`REVERT_JUDGE`] plus the number of the
    /// rule that they break (docs/spec/oracles.md, 6).
    #[must_use]
    pub fn verdict(&self) -> R::Verdict {
        self.judge()
            .unwrap_or_else(|rule| revert(REVERT_JUDGE + rule))
    }

    /// What the facts come to that came with the call, or the number of the rule that they break.
    ///
    /// # Errors
    /// The number, 1 to 65,535 (docs/spec/oracles.md, 6).
    pub fn judge(&self) -> Result<R::Verdict, u32> {
        let size = R::Verdict::SIZE;
        let mut buffer = Buffer::new();
        // SAFETY: the buffer has room for `SIZE` bytes.
        let answer = unsafe { host::judge(self.place.policy, buffer.place::<R::Verdict>(), size) };
        if answer < 0 {
            return Err(answer.unsigned_abs());
        }
        if answer as usize != size {
            revert(REVERT_JUDGE);
        }
        // SAFETY: the host wrote the whole verdict of `SIZE` bytes.
        let verdict = unsafe { buffer.read() };
        Ok(verdict.unwrap_or_else(|| revert(REVERT_JUDGE)))
    }
}
