//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).
//!
//! A decoder never panics, and bytes that it takes are the one encoding of what it makes of them.

use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Envelope, Equivocation, Feed, Mode, open};
use twinroot_types::{SecretKey, Tag, encode};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 3] = [
    ("descriptor", descriptor),
    ("reading", reading),
    ("equivocation", equivocation),
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
