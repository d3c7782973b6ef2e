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
pub struct Tag(&'static [u8]);

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
    CODE = b"twinroot/code/v1";
    /// Parameters of a channel: signed by both to open it, hashed to name it.
    OPEN = b"twinroot/open/v1";
    /// A commitment to a state: signed by both, hashed to chain them.
    COMMITMENT = b"twinroot/commitment/v1";
    /// An update of a state, by hash.
    UPDATE = b"twinroot/update/v1";
    /// A deposit or a withdrawal: signed by both.
    FUNDING = b"twinroot/funding/v1";
    /// A mutual close: signed by both.
    CLOSE = b"twinroot/close/v1";
    /// A transaction: signed by its sender, hashed to name it.
    TRANSACTION = b"twinroot/transaction/v1";
    /// The genesis of a ledger.
    GENESIS = b"twinroot/genesis/v1";
    /// A block of a ledger.
    BLOCK = b"twinroot/block/v1";
    /// A key of a ledger's tree.
    LEDGER = b"twinroot/ledger/v1";
    /// The descriptor of a feed.
    FEED = b"twinroot/feed/v1";
    /// An observation: signed by a feed, hashed to name it.
    READING = b"twinroot/read/v1";
    /// An observation in the form of COSE, whose own bytes set it apart: signed by a feed, hashed to name it.
    COSE = b"\x84jSignature1";
    /// The static key of a node's connections: signed by the key of its channels.
    PEER = b"twinroot/peer/v1";
    /// A question to an oracle of a ledger, its times included.
    QUERY = b"twinroot/query/v1";
    /// What is asked in it.
    QUESTION = b"twinroot/question/v1";
    /// The key that a party's backups are encrypted with: signed and never shown, then hashed.
    BACKUP = b"twinroot/backup/v1";
    /// The name of a contract.
    CONTRACT = b"twinroot/contract/v1";
    /// The fee table.
    FEES = b"twinroot/fees/v1";
    /// A key of the state tree.
    KEY = b"twinroot/key/v1";
    /// A value of the state tree.
    VALUE = b"twinroot/value/v1";
    /// A leaf of the state tree.
    LEAF = b"twinroot/leaf/v1";
    /// A branch of the state tree.
    BRANCH = b"twinroot/branch/v1";
}

impl Tag {
    /// The bytes that begin the preimage.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        self.0
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
                    tag.0.escape_ascii(),
                    other.0.escape_ascii()
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
