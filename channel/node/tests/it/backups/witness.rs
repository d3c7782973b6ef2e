//! Somebody who sees everything that a key signs, over all lives of its node.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use twinroot_abi::{ChainId, ChannelId, PublicKey, Round};
use twinroot_keyring::{LocalSigner, SignError, Signer};
use twinroot_types::{Signature, Tag};

use crate::world::key;

/// What a key has signed: one commitment or funding of each round.
#[derive(Clone, Default)]
pub(super) struct Book(Arc<Mutex<Signed>>);

/// What was signed, by channel and round.
type Signed = BTreeMap<(ChannelId, Round), Vec<u8>>;

impl Book {
    pub(super) fn rounds(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(super) fn newest(&self) -> u64 {
        self.0
            .lock()
            .unwrap()
            .keys()
            .map(|(_, round)| round.0)
            .max()
            .unwrap_or(0)
    }
}

/// A signer that never sees two states of one round.
pub(super) struct Witness {
    signer: LocalSigner,
    book: Book,
}

impl Witness {
    pub(super) fn of(name: u8, book: &Book) -> Arc<dyn Signer> {
        Arc::new(Self {
            signer: LocalSigner::new(key(name)),
            book: book.clone(),
        })
    }
}

impl Signer for Witness {
    fn public(&self) -> PublicKey {
        self.signer.public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        if tag == Tag::COMMITMENT || tag == Tag::FUNDING {
            let ((_, channel, _, round), _) =
                postcard::take_from_bytes::<(ChainId, ChannelId, u16, Round)>(bytes)
                    .expect("a state");
            let mut book = self.book.0.lock().unwrap();
            let known = book
                .entry((channel, round))
                .or_insert_with(|| bytes.to_vec());
            // A panic here ends the node's core, and with it the test.
            assert_eq!(known, bytes, "two states of round {}", round.0);
        }
        self.signer.sign(tag, bytes)
    }
}
