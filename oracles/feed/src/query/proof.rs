//! What a pinned block shows of a query (docs/spec/oracles.md, 9.4).

use twinroot_abi::Hash;
use twinroot_exec::{Block, Env};
use twinroot_state::{Partial, Read, State, Touched, Tree};
use twinroot_types::decode;

use super::{ANSWER_BYTES, Asked, QUESTION_BYTES, Query};
use crate::BundleError;

/// A query as the ledger had it when the pinned block began; `None` where it had none of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(pub Option<Asked>);

impl Shown {
    /// The message that shows a query at the block `parent` is before, whose hash commits to `tree`.
    #[must_use]
    pub fn prove(query: &Query, parent: Hash, tree: &Tree) -> Vec<u8> {
        [parent.0.as_slice(), &tree.prove(&touched(query))].concat()
    }

    /// What `message` shows of a query at the block `pinned`.
    ///
    /// # Errors
    /// [`BundleError`]: the first rule that it breaks.
    pub fn open(message: &[u8], query: &Query, pinned: Env) -> Result<Self, BundleError> {
        let (parent, witness) = message.split_first_chunk().ok_or(BundleError::BadProof)?;
        let limit = WITNESS_BYTES;
        let part = Partial::decode(witness, limit).map_err(|_| BundleError::BadProof)?;
        // All that the hash commits to but these two is in the state already.
        let block = Block {
            parent: Hash(*parent),
            height: pinned.height,
            time: pinned.time,
            app: part.root(),
        };
        if block.env() != pinned {
            return Err(BundleError::OtherBlock);
        }
        let leaf = part.read(&query.place().hash());
        let leaf = leaf.map_err(|_| BundleError::NotShown)?;
        part.check_no_surplus(witness, &touched(query))
            .map_err(|_| BundleError::Surplus)?;
        let asked = leaf
            .map(|leaf| decode(&leaf, LEAF_BYTES))
            .transpose()
            .map_err(|_| BundleError::BadProof)?;
        Ok(Self(asked))
    }
}

fn touched(query: &Query) -> Touched {
    Touched {
        read: [query.place().hash()].into(),
        ..Touched::default()
    }
}

/// The longest leaf: two keys, two heights, coins, and question and answer with their lengths and the
/// answer's height.
const LEAF_BYTES: usize =
    32 + 32 + 10 + 10 + 10 + (2 + QUESTION_BYTES) + (1 + 10 + 2 + ANSWER_BYTES);

/// The longest witness of one leaf: the count, for each bit of a key a branch and the node beside the way,
/// and the leaf.
const WITNESS_BYTES: usize = 2 + 256 * (2 + 33) + (1 + 32 + 2 + LEAF_BYTES);
