//! blake2b-256 with a domain tag for each kind of thing (docs/spec/encoding.md, 2).
//!
//! ```text
//! hash(tag, parts) = blake2b-256( tag | parts one after the other )
//! ```
//!
//! No tag is the beginning of another, so no two kinds of things share a preimage.

use blake2b_simd::{BLOCKBYTES, Params};
use serde::Serialize;

use crate::encode;

/// What kind of thing is hashed or signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(&'static str);

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl Tag {
            $($(#[$doc])* pub const $name: Self = Self($text);)*

            /// Every tag there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

tags! {
    /// The canonical module of a contract.
    CODE = "twinroot/code/v1";
    /// Parameters of a channel: signed by both to open it, hashed to name it.
    OPEN = "twinroot/open/v1";
    /// A commitment to a state: signed by both, hashed to chain them.
    COMMITMENT = "twinroot/commitment/v1";
    /// An update of a state, by hash.
    UPDATE = "twinroot/update/v1";
    /// A deposit or a withdrawal: signed by both.
    FUNDING = "twinroot/funding/v1";
    /// A mutual close: signed by both.
    CLOSE = "twinroot/close/v1";
    /// A transaction: signed by its sender, hashed to name it.
    TRANSACTION = "twinroot/transaction/v1";
    /// The genesis of a ledger.
    GENESIS = "twinroot/genesis/v1";
    /// A block of a ledger.
    BLOCK = "twinroot/block/v1";
    /// A key of a ledger's tree.
    LEDGER = "twinroot/ledger/v1";
    /// The descriptor of a feed.
    FEED = "twinroot/feed/v1";
    /// An observation: signed by a feed, hashed to name it.
    READING = "twinroot/read/v1";
    /// A question to an oracle of a ledger, its times included.
    QUERY = "twinroot/query/v1";
    /// What is asked in it.
    QUESTION = "twinroot/question/v1";
    /// The name of a contract.
    CONTRACT = "twinroot/contract/v1";
    /// The fee table.
    FEES = "twinroot/fees/v1";
    /// A key of the state tree.
    KEY = "twinroot/key/v1";
    /// A value of the state tree.
    VALUE = "twinroot/value/v1";
    /// A leaf of the state tree.
    LEAF = "twinroot/leaf/v1";
    /// A branch of the state tree.
    BRANCH = "twinroot/branch/v1";
}

impl Tag {
    /// The bytes that begin the preimage.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        self.0.as_bytes()
    }
}

/// The hash of `parts`, one after the other, under `tag`.
#[must_use]
pub fn hash(tag: Tag, parts: &[&[u8]]) -> [u8; 32] {
    let pieces = || [tag.bytes()].into_iter().chain(parts.iter().copied());
    let mut params = Params::new();
    params.hash_length(HASH_BYTES);
    // Nodes of a tree and keys, which are hashed most, fit into one block: gathered first, they take
    // little more than half the time.
    let mut block = [0; BLOCKBYTES];
    let digest = match gather(&mut block, pieces()) {
        Some(bytes) => params.hash(bytes),
        None => {
            let mut state = params.to_state();
            pieces().for_each(|piece| {
                state.update(piece);
            });
            state.finalize()
        }
    };
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(digest.as_bytes());
    hash
}

const HASH_BYTES: usize = 32;

/// The pieces one after the other, if they fit.
fn gather<'a, 'b>(block: &'a mut [u8], pieces: impl Iterator<Item = &'b [u8]>) -> Option<&'a [u8]> {
    let mut length = 0_usize;
    for piece in pieces {
        let end = length.checked_add(piece.len())?;
        block.get_mut(length..end)?.copy_from_slice(piece);
        length = end;
    }
    block.get(..length)
}

/// The hash of the canonical bytes of `value` under `tag`.
#[must_use]
pub fn hash_of<T: Serialize>(tag: Tag, value: &T) -> [u8; 32] {
    hash(tag, &[&encode(value)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_begins_another() {
        for (place, tag) in Tag::ALL.iter().enumerate() {
            for (other_place, other) in Tag::ALL.iter().enumerate() {
                assert!(
                    place == other_place || !other.0.starts_with(tag.0),
                    "{} begins {}",
                    tag.0,
                    other.0
                );
            }
        }
    }

    /// From python3: hashlib.blake2b(b"twinroot/value/v1abc", digest_size=32).hexdigest()
    #[test]
    fn agrees_with_another_implementation() {
        let expected = "4d9dd90f323b950e4004181e232174d3634d5d6d2be8e2725f4a6519dd9db2a8";
        assert_eq!(
            twinroot_abi::Hash(hash(Tag::VALUE, &[b"a", b"bc"])).to_string(),
            expected
        );
    }
}
