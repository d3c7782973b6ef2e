//! What an oracle of the ledger answered, or that it did not (docs/spec/oracles.md, 9.5).

use twinroot_abi::from_bytes;
use twinroot_exec::{Bundle, Env};

use super::check_counts;
use crate::{ANSWER_BYTES, Answer, BundleError, Query, Shown};

/// What is asked: the query that the policy's parameters name, and as of which block.
pub(crate) struct Response {
    query: Query,
    pinned: Env,
}

impl Response {
    pub(crate) fn new(params: &[u8], pinned: Env) -> Result<Self, BundleError> {
        let (oracle, question, answer_by, kept_until) =
            from_bytes(params).ok_or(BundleError::BadParams)?;
        let query = Query {
            oracle,
            question,
            answer_by,
            kept_until,
        };
        if !query.is_kept_in_bounds() {
            return Err(BundleError::BadParams);
        }
        Ok(Self { query, pinned })
    }

    pub(crate) fn verdict(&self, facts: &Bundle) -> Result<Vec<u8>, BundleError> {
        check_counts(facts, 0, 1..=1)?;
        let proof = facts.messages.first().ok_or(BundleError::TooFewMessages)?;
        Ok(told(self.answer(proof)?))
    }

    /// The answer that the query has for good, `None` where it has none for good.
    pub(crate) fn answer(&self, proof: &[u8]) -> Result<Option<Answer>, BundleError> {
        if self.pinned.height > self.query.kept_until {
            return Err(BundleError::Forgotten);
        }
        let Shown(asked) = Shown::open(proof, &self.query, self.pinned)?;
        let answer = asked.and_then(|asked| asked.answer);
        // The block commits to the ledger as of the block before it.
        if answer.is_none() && self.pinned.height <= self.query.answer_by {
            return Err(BundleError::Pending);
        }
        Ok(answer)
    }
}

/// Both in one size.
fn told(answer: Option<Answer>) -> Vec<u8> {
    let mut verdict = match answer {
        None => vec![0],
        Some(Answer { at, bytes }) => [
            &[1],
            at.0.to_le_bytes().as_slice(),
            &u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes(),
            &bytes,
        ]
        .concat(),
    };
    verdict.resize(1 + 8 + 2 + ANSWER_BYTES, 0);
    verdict
}
