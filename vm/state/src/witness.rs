//! A witness: the touched leaves of a state and the hashes beside their paths
//! (docs/spec/state.md, 4).
//!
//! ```text
//! witness = nodes in pre-order: opaque hash | branch bit | leaf key, value or its hash
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Hash, Root};
use twinroot_types::{DecodeError, Limits, at_most, decode, encode};

use crate::node::{Leaf, LeafValue, Missing, Node, bit_of};
use crate::overlay::{Changes, Read, Touched};
use crate::tree::{self, State, Tree};

/// What one state shows of itself: enough to carry out one update and to reach its root.
#[derive(Clone, Debug)]
pub struct Partial {
    top: Option<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Entry {
    Opaque(Hash),
    Branch(u8),
    /// A leaf that is read, its value with it.
    Leaf(Hash, Vec<u8>),
    /// A leaf that is only overwritten, or that proves its neighbour's absence.
    Hashed(Hash, Hash),
}

/// A tree has one branch less than other nodes, and no two of them take less than 2 + 33 bytes. More
/// entries than fit so into a witness are none, and would only fill memory.
const ENTRIES: usize = Limits::V1.witness_bytes / 35 * 2;

#[derive(Serialize, Deserialize)]
struct Entries(#[serde(deserialize_with = "at_most::<ENTRIES, _, _>")] Vec<Entry>);

impl Tree {
    /// The witness that shows what is `touched`, and nothing else.
    #[must_use]
    pub fn prove(&self, touched: &Touched) -> Vec<u8> {
        prove(self.top.as_ref(), touched)
    }
}

impl Partial {
    /// The part of a state that a witness shows.
    ///
    /// # Errors
    /// [`WitnessError`] where the bytes are no witness, or show a branch without anything below it.
    pub fn decode(witness: &[u8], limit: usize) -> Result<Self, WitnessError> {
        let Entries(entries) = decode(witness, limit)?;
        let mut rest = entries.into_iter();
        let top = if rest.len() == 0 {
            None
        } else {
            Some(node(&mut rest, None)?)
        };
        if rest.len() > 0 {
            return Err(WitnessError::Shape);
        }
        Ok(Self { top })
    }

    /// Checks that the witness shows what is `touched`, and nothing else.
    ///
    /// # Errors
    /// [`WitnessError::Surplus`] where it shows more.
    pub fn check_no_surplus(&self, witness: &[u8], touched: &Touched) -> Result<(), WitnessError> {
        if prove(self.top.as_ref(), touched) == witness {
            Ok(())
        } else {
            Err(WitnessError::Surplus)
        }
    }
}

impl Read for Partial {
    fn read(&self, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing> {
        tree::read(self.top.as_ref(), key)
    }
}

impl State for Partial {
    fn root(&self) -> Root {
        tree::root(self.top.as_ref())
    }

    fn updated(&self, changes: &Changes) -> Result<Self, Missing> {
        Ok(Self {
            top: tree::updated(self.top.as_ref(), changes)?,
        })
    }
}

/// Why bytes are no witness; whoever made them is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The bytes are not canonical, or too many.
    #[error("the witness is {0}")]
    Bytes(#[from] DecodeError),
    /// The nodes do not form one tree whose branches descend.
    #[error("the nodes of the witness form no tree")]
    Shape,
    /// It shows nodes that the update does not touch.
    #[error("the witness shows nodes that the update does not touch")]
    Surplus,
}

/// Reads the node that begins here. A branch lies below every bit above it, so nothing nests deeper
/// than a key has bits.
fn node(rest: &mut impl Iterator<Item = Entry>, above: Option<u8>) -> Result<Node, WitnessError> {
    Ok(match rest.next().ok_or(WitnessError::Shape)? {
        Entry::Opaque(hash) => Node::Opaque(hash),
        Entry::Leaf(key, value) => Node::leaf(key, value.into()),
        Entry::Hashed(key, hash) => Node::Leaf(Arc::new(Leaf::new(key, LeafValue::Hashed(hash)))),
        Entry::Branch(bit) if above.is_some_and(|above| above >= bit) => {
            return Err(WitnessError::Shape);
        }
        Entry::Branch(bit) => {
            let children = [node(rest, Some(bit))?, node(rest, Some(bit))?];
            if matches!(children, [Node::Opaque(_), Node::Opaque(_)]) {
                return Err(WitnessError::Surplus);
            }
            Node::branch(bit, children)
        }
    })
}

fn prove(top: Option<&Node>, touched: &Touched) -> Vec<u8> {
    let keys: BTreeSet<Hash> = touched.read.union(&touched.written).copied().collect();
    let keys: Vec<Hash> = keys.into_iter().collect();
    let mut entries = Vec::new();
    if let Some(top) = top {
        show(top, &keys, &touched.read, &mut entries);
    }
    encode(&entries)
}

fn show(node: &Node, keys: &[Hash], read: &BTreeSet<Hash>, entries: &mut Vec<Entry>) {
    match node {
        _ if keys.is_empty() => entries.push(Entry::Opaque(node.hash())),
        Node::Opaque(hash) => entries.push(Entry::Opaque(*hash)),
        Node::Leaf(leaf) => entries.push(match &leaf.value {
            LeafValue::Known(value) if read.contains(&leaf.key) => {
                Entry::Leaf(leaf.key, value.to_vec())
            }
            value => Entry::Hashed(leaf.key, value.hash()),
        }),
        Node::Branch(branch) => {
            entries.push(Entry::Branch(branch.bit));
            let (ones, zeros): (Vec<Hash>, Vec<Hash>) =
                keys.iter().partition(|key| bit_of(key, branch.bit) == 1);
            show(&branch.children[0], &zeros, read, entries);
            show(&branch.children[1], &ones, read, entries);
        }
    }
}
