//! What the hash of a block commits to, so that whoever knows the block needs to believe nobody (docs/spec/arbiter.md, 7.8).

use serde::{Deserialize, Serialize};
use twinroot_arbiter::LedgerKey;
use twinroot_exec::{Block, Env};
use twinroot_state::{Partial, Read, State, Touched, Tree};
use twinroot_types::Limits;

use crate::json::{BlockJson, bytes};

/// What the ledger kept at one place when a block began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The block.
    #[serde(with = "BlockJson")]
    pub block: Block,
    /// The witness of the ledger's tree for that place.
    #[serde(with = "bytes")]
    pub witness: Vec<u8>,
}

/// Why a proof proves nothing; who made it is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is made for another block than the one that is trusted.
    #[error("the proof is of another block")]
    OtherBlock,
    /// The witness is none, or not of the tree that the block commits to.
    #[error("the proof is not of what the block commits to")]
    OtherTree,
    /// It shows other places only, or more than this one.
    #[error("the proof does not show this place, and nothing else")]
    OtherPlace,
}

impl Proof {
    pub(crate) fn new(block: Block, tree: &Tree, place: LedgerKey) -> Self {
        Self {
            block,
            witness: tree.prove(&touched(place)),
        }
    }

    /// What the ledger kept at `place` when the block `trusted` began; none where nothing was there.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(&self, place: LedgerKey, trusted: Env) -> Result<Option<Vec<u8>>, ProofError> {
        if self.block.env() != trusted {
            return Err(ProofError::OtherBlock);
        }
        let part = Partial::decode(&self.witness, Limits::V1.witness_bytes)
            .map_err(|_| ProofError::OtherTree)?;
        if part.root() != self.block.app {
            return Err(ProofError::OtherTree);
        }
        let leaf = part
            .read(&place.hash())
            .map_err(|_| ProofError::OtherPlace)?;
        part.check_no_surplus(&self.witness, &touched(place))
            .map_err(|_| ProofError::OtherPlace)?;
        Ok(leaf.map(|leaf| leaf.to_vec()))
    }

    /// The message with which a contract reads a question's answer at this block (docs/spec/oracles.md, 9.4).
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [self.block.parent.0.as_slice(), &self.witness].concat()
    }
}

fn touched(place: LedgerKey) -> Touched {
    Touched {
        read: [place.hash()].into(),
        ..Touched::default()
    }
}
