//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).
//!
//! A decoder never panics, and bytes that it takes are the one encoding of what it makes of them.

use twinroot_abi::{Amount, Hash, Height, PublicKey, TimeMs};
use twinroot_exec::{Block, Env};
use twinroot_feed::{Answer, Asked, Descriptor, Envelope, Equivocation, Feed, Mode, Shown, open};
use twinroot_state::{Partial, State};
use twinroot_types::{Limits, SecretKey, Tag, encode};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 4] = [
    ("descriptor", descriptor),
    ("reading", reading),
    ("equivocation", equivocation),
    ("query", query),
];

fn descriptor(bytes: &[u8]) {
    if let Ok(feed) = Feed::decode(bytes) {
        assert_eq!(feed.encode(), bytes);
    }
}

/// As a message; and as the body of one whose signature is right, since a device may sign anything.
fn reading(bytes: &[u8]) {
    let feed = Feed::new(device().1).expect("a descriptor that breaks no rule");
    if let Ok(signed) = open(&feed, bytes) {
        assert_eq!(signed.bytes(), bytes);
    }
    let signature = device().0.sign(Tag::READING, bytes);
    let message = [&[0], bytes, &signature.to_bytes()].concat();
    if let Ok(signed) = open(&feed, &message) {
        assert_eq!(signed.bytes(), message);
        assert_eq!(encode(signed.observation()), bytes);
    }
}

fn equivocation(bytes: &[u8]) {
    let Ok(proof) = Equivocation::decode(bytes) else {
        return;
    };
    assert_eq!(proof.encode(), bytes);
    if let Ok(proven) = proof.verify() {
        let [lower, higher] = proven.messages();
        assert_ne!(lower.id(), higher.id());
    }
}

/// As the proof of a query at the block that these bytes make of themselves: whatever tree they show.
fn query(bytes: &[u8]) {
    let Some((parent, witness)) = bytes.split_first_chunk() else {
        return;
    };
    let Ok(part) = Partial::decode(witness, Limits::V1.witness_bytes) else {
        return;
    };
    let query = asked().query();
    let pinned = block_after(Hash(*parent), &part);
    if let Ok(Shown(Some(asked))) = Shown::open(bytes, &query, pinned) {
        let leaf = encode(&asked);
        assert!(bytes.windows(leaf.len()).any(|part| part == leaf));
    }
}

/// A block that commits to that tree.
fn block_after(parent: Hash, tree: &impl State) -> Env {
    let block = Block {
        parent,
        height: Height(11),
        time: TimeMs(22_000),
        app: tree.root(),
    };
    block.env()
}

/// The query whose proofs are read.
pub(crate) fn asked() -> Asked {
    Asked {
        oracle: PublicKey([4; 32]),
        question: b"did order 7 arrive?".to_vec(),
        answer_by: Height(10),
        kept_until: Height(15),
        asker: PublicKey([6; 32]),
        held: Amount(0),
        answer: Some(Answer {
            at: Height(7),
            bytes: b"yes".to_vec(),
        }),
    }
}

/// The device whose messages are read.
pub(crate) fn device() -> (SecretKey, Descriptor) {
    let secret = SecretKey::from_seed(&[1; 32]);
    let descriptor = Descriptor {
        key: secret.public(),
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: "urn:dev:truck-7".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms: 1_000,
        valid_from: TimeMs(1_000),
        valid_to: TimeMs(1_000_000),
    };
    (secret, descriptor)
}
