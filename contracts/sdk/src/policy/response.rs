//! What an oracle of the ledger answers.

use twinroot_abi::{Fixed, Hash, Height, Policy, PublicKey, Type};

use super::{Judged, Rule};

/// What an oracle of the ledger answered to a question, or that it gave no answer in time. Whoever calls brings
/// a proof of the pinned block along; anybody may have asked the oracle, and paid for it.
///
/// ```
/// use twinroot_sdk::{Response, Side, contract, entries, env, transfer};
///
/// #[contract]
/// pub struct Bet {
///     result: Response,
/// }
///
/// #[entries]
/// impl Bet {
///     /// Everything goes to the initiator if the oracle says so, else to the responder.
///     pub fn settle(&mut self) {
///         let won = self.result.verdict().read_as() == Some(true);
///         let winner = if won { Side::Initiator } else { Side::Responder };
///         transfer(winner, env::balance());
///     }
/// }
/// ```
///
/// A query has one verdict for ever. While an answer can still come there is none (number 536), and when the
/// ledger need not keep it any more there is none any more (531): choose the heights so that both sides can
/// force a call in between.
pub type Response = Judged<OfOracle>;

/// The rule of [`Response`].
pub struct OfOracle;

/// Parameters of [`Response`]: a question to an oracle. The ledger has one of that name at most, whoever asks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Query {
    /// Who is to answer.
    pub oracle: PublicKey,
    /// blake2b-256 of `"twinroot/question/v1"` and the question. Put the order's nonce into the question.
    pub question: Hash,
    /// The last height for the answer.
    pub answer_by: Height,
    /// The last height at which the answer is kept, 1 to 100,000 blocks later.
    pub kept_until: Height,
}

impl Fixed for Query {
    const SIZE: usize = <(PublicKey, Hash, Height, Height)>::SIZE;
    const TYPE: Type = Type::Named("Query");

    fn write(&self, out: &mut [u8]) {
        (self.oracle, self.question, self.answer_by, self.kept_until).write(out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (oracle, question, answer_by, kept_until) = Fixed::read(bytes)?;
        Some(Self {
            oracle,
            question,
            answer_by,
            kept_until,
        })
    }
}

/// What [`Response`] comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a contract has it on the stack once, for the verdict; a box would ask for the arena"
)]
pub enum Answer {
    /// The oracle gave no answer in time, or was not asked, and never will give one.
    None,
    /// The oracle answered.
    Given {
        /// At which height.
        at: Height,
        /// How many bytes.
        length: u16,
        /// Those bytes, then zeros.
        bytes: [u8; Self::BYTES],
    },
}

/// No answer is padded, so that both take the same bytes.
type NoneBytes = (u8, [u8; GivenBytes::SIZE - 1]);
type GivenBytes = (u8, Height, u16, [u8; Answer::BYTES]);

impl Answer {
    /// Bytes that an answer has at most.
    pub const BYTES: usize = 256;

    /// The bytes of the answer, if there is one.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::None => None,
            Self::Given { length, bytes, .. } => bytes.get(..usize::from(*length)),
        }
    }

    /// The value that the bytes of the answer stand for in the codec; `None` where they are none of that type,
    /// and where there is no answer.
    #[must_use]
    pub fn read_as<T: Fixed>(&self) -> Option<T> {
        T::read(self.bytes()?)
    }
}

impl Fixed for Answer {
    const SIZE: usize = GivenBytes::SIZE;
    const TYPE: Type = Type::Named("Answer");

    fn write(&self, out: &mut [u8]) {
        match *self {
            Self::None => (0_u8, [0_u8; GivenBytes::SIZE - 1]).write(out),
            Self::Given { at, length, bytes } => (1_u8, at, length, bytes).write(out),
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.first()? {
            0 => {
                let (_, padding) = NoneBytes::read(bytes)?;
                (padding == [0; GivenBytes::SIZE - 1]).then_some(Self::None)
            }
            1 => {
                let (_, at, length, bytes) = GivenBytes::read(bytes)?;
                let fits = usize::from(length) <= Self::BYTES;
                fits.then_some(Self::Given { at, length, bytes })
            }
            _ => None,
        }
    }
}

impl Rule for OfOracle {
    const TYPE: Type = Type::Named("Response");
    const POLICY: Policy = Policy::Response { params: 0 };
    type Watched = Query;
    type Verdict = Answer;
}
