//! Nodes of the tree (docs/spec/state.md, 2).
//!
//! ```text
//! leaf   = H(leaf tag   | key 32 | H(value tag | value) 32)
//! branch = H(branch tag | bit u8 | left 32 | right 32)
//! ```
//!
//! A branch stands where the keys below it first differ; `bit` counts from the most significant
//! bit of byte 0. Bits that all keys share make no node, so a tree of n leaves has n - 1 branches
//! and its shape depends on its keys alone, never on the order of changes.

use std::sync::Arc;

use twinroot_abi::Hash;
use twinroot_types::{Tag, hash};

/// The witness does not show what lies under a key; whoever made the witness is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the witness does not show key {0}")]
pub struct Missing(pub Hash);

/// A node of a tree, full or partial.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A subtree of which only the hash is known.
    Opaque(Hash),
    Leaf(Arc<Leaf>),
    Branch(Arc<Branch>),
}

#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) key: Hash,
    pub(crate) value: LeafValue,
    /// Its own hash: a leaf stands beside many changes and is hashed once.
    pub(crate) hash: Hash,
}

/// What is known of a leaf's value.
#[derive(Clone, Debug)]
pub(crate) enum LeafValue {
    Known(Arc<[u8]>),
    Hashed(Hash),
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) hash: Hash,
    pub(crate) bit: u8,
    pub(crate) children: [Node; 2],
}

impl Node {
    pub(crate) fn leaf(key: Hash, value: Arc<[u8]>) -> Self {
        Self::Leaf(Arc::new(Leaf::new(key, LeafValue::Known(value))))
    }

    pub(crate) fn branch(bit: u8, children: [Self; 2]) -> Self {
        let hash = Hash(hash(
            Tag::BRANCH,
            &[&[bit], &children[0].hash().0, &children[1].hash().0],
        ));
        Self::Branch(Arc::new(Branch {
            hash,
            bit,
            children,
        }))
    }

    pub(crate) fn hash(&self) -> Hash {
        match self {
            Self::Opaque(hash) => *hash,
            Self::Leaf(leaf) => leaf.hash,
            Self::Branch(branch) => branch.hash,
        }
    }

    /// The highest key below it. Of a node that is not shown, its hash stands in.
    pub(crate) fn last_key(&self) -> &Hash {
        let mut node = self;
        loop {
            match node {
                Self::Opaque(hash) => return hash,
                Self::Leaf(leaf) => return &leaf.key,
                Self::Branch(branch) => node = &branch.children[1],
            }
        }
    }

    /// The leaf that the bits of `key` lead to: the key's own, or the neighbour that proves its
    /// absence.
    pub(crate) fn descend(&self, key: &Hash) -> Result<&Leaf, Missing> {
        let mut node = self;
        loop {
            match node {
                Self::Opaque(_) => return Err(Missing(*key)),
                Self::Leaf(leaf) => return Ok(leaf),
                Self::Branch(branch) => node = &branch.children[bit_of(key, branch.bit)],
            }
        }
    }
}

impl Leaf {
    pub(crate) fn new(key: Hash, value: LeafValue) -> Self {
        let hash = Hash(hash(Tag::LEAF, &[&key.0, &value.hash().0]));
        Self { key, value, hash }
    }

    /// Whether it is known to have this key and this value, so that nothing is to be hashed.
    pub(crate) fn holds(&self, key: &Hash, value: Option<&Arc<[u8]>>) -> bool {
        matches!((&self.value, value), (LeafValue::Known(own), Some(value)) if own == value)
            && self.key == *key
    }
}

impl LeafValue {
    pub(crate) fn hash(&self) -> Hash {
        match self {
            Self::Known(value) => Hash(hash(Tag::VALUE, &[value])),
            Self::Hashed(hash) => *hash,
        }
    }
}

/// The bit of `key` at that place, as the index of a branch's child.
pub(crate) fn bit_of(key: &Hash, bit: u8) -> usize {
    usize::from(key.0[usize::from(bit / 8)] >> (7 - bit % 8) & 1)
}

/// The first bit in which two keys differ; `None` if they are the same.
pub(crate) fn first_difference(one: &Hash, other: &Hash) -> Option<u8> {
    let place = one.0.iter().zip(&other.0).position(|(a, b)| a != b)?;
    let bit = (one.0[place] ^ other.0[place]).leading_zeros();
    u8::try_from(place * 8 + usize::try_from(bit).ok()?).ok()
}
