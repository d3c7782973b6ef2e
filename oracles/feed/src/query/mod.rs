//! Questions to an oracle of the ledger: how one is named, what the ledger keeps of it, and how that is
//! shown (docs/spec/oracles.md, 9).
//!
//! The ledger and the judge share these lines, so what the one keeps is what the other reads.

mod proof;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Hash, Height, PublicKey, QueryId};
use twinroot_exec::LedgerKey;
use twinroot_types::{Tag, hash, hash_of};

pub use proof::Shown;

/// Bytes that a question may have; it has one at least.
pub const QUESTION_BYTES: usize = 256;
/// Bytes that an answer may have.
pub const ANSWER_BYTES: usize = 256;
/// The most blocks that an answer is kept for after the last height for it.
pub const KEPT_BLOCKS: u64 = 100_000;

/// A question to one oracle, and its times. Whoever asks it, it is the same one, so a contract can name it
/// before it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Who is to answer.
    pub oracle: PublicKey,
    /// Hash of the question ([`Query::hash`]).
    pub question: Hash,
    /// The last height for the answer.
    pub answer_by: Height,
    /// The last height up to which the answer can be shown.
    pub kept_until: Height,
}

impl Query {
    /// What stands for the bytes of a question.
    #[must_use]
    pub fn hash(question: &[u8]) -> Hash {
        Hash(hash(Tag::QUESTION, &[question]))
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> QueryId {
        QueryId(hash_of(Tag::QUERY, self))
    }

    /// Its place in the ledger's tree.
    #[must_use]
    pub fn place(&self) -> LedgerKey {
        LedgerKey::Query(self.id())
    }

    /// Whether the answer is kept for a time that a query can have (docs/spec/oracles.md, 9.2).
    #[must_use]
    pub const fn is_kept_in_bounds(&self) -> bool {
        match self.kept_until.checked_sub(self.answer_by) {
            Some(Height(blocks)) => blocks >= 1 && blocks <= KEPT_BLOCKS,
            None => false,
        }
    }
}

/// A query that was asked: its leaf in the ledger's tree (docs/spec/arbiter.md, 7.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who is to answer.
    pub oracle: PublicKey,
    /// What was asked: 1 to 256 bytes.
    pub question: Vec<u8>,
    /// The last height for the answer.
    pub answer_by: Height,
    /// The last height up to which the answer can be shown.
    pub kept_until: Height,
    /// Who asked first, and paid.
    pub asker: PublicKey,
    /// Coins in it: the oracle's price, and nothing once it answered.
    pub held: Amount,
    /// What the oracle said.
    pub answer: Option<Answer>,
}

impl Asked {
    /// What it is named by.
    #[must_use]
    pub fn query(&self) -> Query {
        Query {
            oracle: self.oracle,
            question: Query::hash(&self.question),
            answer_by: self.answer_by,
            kept_until: self.kept_until,
        }
    }
}

/// What an oracle said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// At which height.
    pub at: Height,
    /// At most 256 bytes.
    pub bytes: Vec<u8>,
}
