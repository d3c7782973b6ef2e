//! Whatever a feed says, once.

use twinroot_abi::{Fixed, Policy, Subject, TimeMs, Type};

use super::{Judged, Mark, Rule, Source};

/// Any message of one feed, a reading or a claim, each once: a meter whose readings only rise. What was taken
/// is used up, with all before it.
///
/// ```
/// use twinroot_sdk::{Any, Said, Value, contract, ensure, entries, errors};
///
/// #[contract]
/// pub struct Power {
///     meter: Any,
///     paid_up_to: Value<i64>,
/// }
///
/// #[errors]
/// pub enum Error {
///     /// A meter makes readings, not claims.
///     NoReading = 1,
/// }
///
/// #[entries]
/// impl Power {
///     /// How much was used since the last reading that was shown.
///     pub fn used(&mut self) -> Result<i64, Error> {
///         let Said::Reading(now) = self.meter.take().said else {
///             return Err(Error::NoReading);
///         };
///         let used = now.saturating_sub(self.paid_up_to.get());
///         self.paid_up_to.set(&now);
///         Ok(used)
///     }
/// }
/// ```
///
/// Whoever submits may pass messages over. Where that would do harm, say by a reading left out, take one of
/// the other policies. To hear an attestor once about an order, take a [`KOfN`](crate::KOfN).
pub type Any = Judged<Each>;

/// The rule of [`Any`].
pub struct Each;

/// What [`Any`] comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    /// Its place among the messages of the feed.
    pub place: Mark,
    /// When it was made.
    pub time: TimeMs,
    /// What it says.
    pub said: Said,
}

impl Fixed for Message {
    const SIZE: usize = <(Mark, TimeMs, Said)>::SIZE;
    const TYPE: Type = Type::Named("Message");

    fn write(&self, out: &mut [u8]) {
        (self.place, self.time, self.said).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (place, time, said) = Fixed::read(bytes)?;
        Some(Self { place, time, said })
    }
}

/// What a feed says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// An integer at the scale of the feed.
    Reading(i64),
    /// A code about one thing. Look at the subject: a claim about another parcel is none about yours.
    Claim {
        /// What it is about.
        subject: Subject,
        /// What is claimed.
        code: u16,
    },
}

/// A reading is padded, so that both take the same bytes.
type ReadingBytes = (u8, i64, [u8; 26]);
type ClaimBytes = (u8, Subject, u16);

impl Fixed for Said {
    const SIZE: usize = ClaimBytes::SIZE;
    const TYPE: Type = Type::Named("Said");

    fn write(&self, out: &mut [u8]) {
        match *self {
            Self::Reading(value) => (0_u8, value, [0_u8; 26]).write(out),
            Self::Claim { subject, code } => (1_u8, subject, code).write(out),
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.first()? {
            0 => {
                let (_, value, padding) = ReadingBytes::read(bytes)?;
                (padding == [0; 26]).then_some(Self::Reading(value))
            }
            1 => {
                let (_, subject, code) = ClaimBytes::read(bytes)?;
                Some(Self::Claim { subject, code })
            }
            _ => None,
        }
    }
}

impl Rule for Each {
    const TYPE: Type = Type::Named("Any");
    const POLICY: Policy = Policy::Any { params: 0 };
    type Watched = Source;
    type Verdict = Message;
}

impl Any {
    /// The message that came with the call, which is used up then, with all before it. Reverts as
    /// [`verdict`](Self::verdict) does, which only looks.
    pub fn take(&mut self) -> Message {
        let message = self.verdict();
        self.use_up(message.place);
        message
    }
}
