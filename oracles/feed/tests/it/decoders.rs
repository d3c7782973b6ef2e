//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).
//!
//! A decoder never panics, and bytes that it takes are the one encoding of what it makes of them.

use twinroot_abi::{Amount, Hash, Height, Policy, PublicKey, TimeMs};
use twinroot_exec::{Block, Bundle, Env, Judge, Question};
use twinroot_feed::{
    Answer, Asked, Descriptor, Envelope, Equivocation, Feed, FeedJudge, Mode, Shown, open,
};
use twinroot_state::{Partial, State};
use twinroot_types::{Limits, SecretKey, Tag, decode, encode};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 6] = [
    ("descriptor", descriptor),
    ("reading", reading),
    ("stock", stock),
    ("judge", judge),
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

/// As a message of a stock device; and as header and payload of one whose signature is right.
fn stock(bytes: &[u8]) {
    for mode in [Mode::Counter, Mode::Slot] {
        let feed = Feed::new(stock_device(mode)).expect("a descriptor that breaks no rule");
        let place = bytes.len().min(3);
        let (header, payload) = bytes.split_at(place);
        let parts = [(&[0xa1, 0x01, 0x27][..], bytes), (header, payload)];
        let messages = parts.map(|(header, payload)| signed_by_stock(header, payload));
        for message in messages.iter().map(Vec::as_slice).chain([bytes]) {
            if let Ok(signed) = open(&feed, message) {
                assert_eq!(signed.bytes(), message);
                let again = open(&feed, message).expect("it opened");
                assert_eq!(again.id(), signed.id());
            }
        }
    }
}

/// The COSE message around these parts, each behind the shortest head.
fn signed_by_stock(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let string = |content: &[u8]| match content.len() {
        short @ 0..24 => [&[0x40 | short as u8], content].concat(),
        byte @ 24..256 => [&[0x58, byte as u8], content].concat(),
        long => [&[0x59, (long >> 8) as u8, long as u8], content].concat(),
    };
    let (header, payload) = (string(header), string(payload));
    let body = [header.as_slice(), &[0x40], &payload].concat();
    let signature = string(&device().0.sign(Tag::COSE, &body).to_bytes());
    [&[0x84], header.as_slice(), &[0xa0], &payload, &signature].concat()
}

/// The same device where it signs in COSE.
pub(crate) fn stock_device(mode: Mode) -> Descriptor {
    Descriptor {
        envelope: Envelope::Cose,
        mode,
        valid_to: TimeMs(u64::MAX),
        ..device().1
    }
}

/// As a bundle, for each policy there is.
fn judge(bytes: &[u8]) {
    let Ok(facts) = decode::<Bundle>(bytes, Limits::V1.update_bytes) else {
        return;
    };
    for (policy, params) in policies() {
        let question = Question {
            policy,
            params: Some(&params),
            facts: Some(&facts),
            pinned: Env {
                height: Height(11),
                time: TimeMs(22_000),
                block: Hash([0; 32]),
            },
        };
        let verdict = FeedJudge.judge(&question);
        assert_eq!(verdict, FeedJudge.judge(&question));
    }
}

/// Each policy, about the device.
pub(crate) fn policies() -> Vec<(Policy, Vec<u8>)> {
    let feed = Feed::new(device().1)
        .expect("a descriptor that breaks no rule")
        .id()
        .0;
    let numbers = |numbers: &[u64]| -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    };
    let of_feed = |rest: &[u64]| [feed.as_slice(), &numbers(rest)].concat();
    let window = [0, u64::MAX];
    let params = 0;
    vec![
        (Policy::KOfNEqual { k: 1, params }, [[7; 32], feed].concat()),
        (
            Policy::RunLength { n: 2, params },
            of_feed(&[0, 8, 0, u64::MAX]),
        ),
        (
            Policy::Median { n: 1, params },
            [numbers(&window), feed.to_vec()].concat(),
        ),
        (
            Policy::Duration { ms: 1, params },
            of_feed(&[0, 8, 1, 9_000, 0, u64::MAX]),
        ),
        (Policy::MaxGap { ms: 1, params }, of_feed(&window)),
        (
            Policy::Fresh { ms: 60_000, params },
            [&feed[..], &[0; 12]].concat(),
        ),
        (Policy::Any { params }, [&feed[..], &[0; 12]].concat()),
        (Policy::Equivocation { params }, feed.to_vec()),
        (Policy::Response { params }, query_params()),
    ]
}

fn query_params() -> Vec<u8> {
    let query = asked().query();
    let heights = [query.answer_by, query.kept_until].map(|it| it.0.to_le_bytes());
    [
        query.oracle.0.as_slice(),
        &query.question.0,
        heights.as_flattened(),
    ]
    .concat()
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
