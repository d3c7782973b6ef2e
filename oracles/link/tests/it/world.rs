//! Feeds, histories of feeds and files that the tests share.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use curve25519_dalek::Scalar;
use curve25519_dalek::edwards::EdwardsPoint;
use sha2::{Digest, Sha512};
use tempfile::TempDir;
use twinroot_abi::{MessageId, TimeMs};
use twinroot_feed::{Descriptor, Feed, Observation, Signed, Value, open, sign};
use twinroot_link::{Arrival, Damage, Event, Events, Keeper, Log, LogError, Place, Store};
use twinroot_types::{SecretKey, Tag};

pub(crate) const NO_MESSAGE: MessageId = MessageId([0; 32]);

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn descriptor(seed: u8) -> Descriptor {
    Descriptor {
        key: secret(seed).public(),
        urn: "urn:dev:truck-7".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms: 1_000,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    }
}

pub(crate) fn feed(seed: u8) -> Feed {
    Feed::new(descriptor(seed)).unwrap()
}

/// A message of feed 1 that says nothing but its place.
pub(crate) fn message(epoch: u32, seq: u64, prev: MessageId, value: i64) -> Signed {
    message_of(1, epoch, seq, prev, value)
}

pub(crate) fn message_of(seed: u8, epoch: u32, seq: u64, prev: MessageId, value: i64) -> Signed {
    let feed = feed(seed);
    let observation = Observation {
        feed: feed.id(),
        epoch,
        seq,
        t: TimeMs(1_000),
        prev_t: TimeMs(1_000),
        prev,
        flags: 0,
        value: Value::Fixed(value),
    };
    open(&feed, &sign(&secret(seed), &observation)).unwrap()
}

/// `count` messages of epoch 0 of feed 1, each linked to the one before it.
pub(crate) fn chain(count: u64) -> Vec<Signed> {
    let mut messages: Vec<Signed> = Vec::new();
    for seq in 0..count {
        let prev = messages.last().map_or(NO_MESSAGE, Signed::id);
        messages.push(message(0, seq, prev, 4_929));
    }
    messages
}

/// The same message with another signature, as the owner of the key can make it.
pub(crate) fn signed_again(message: &Signed, nonce: u64) -> Signed {
    let body = &message.bytes()[1..message.bytes().len() - 64];
    let seed: [u8; 64] = Sha512::digest([1; 32]).into();
    let mut low = [0; 32];
    low.copy_from_slice(&seed[..32]);
    let secret = Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(low));
    let nonce = Scalar::from(nonce);
    let r = EdwardsPoint::mul_base(&nonce).compress();
    let k = Sha512::new()
        .chain_update(r.as_bytes())
        .chain_update(descriptor(1).key.0)
        .chain_update(Tag::READING.bytes())
        .chain_update(body)
        .finalize();
    let s = nonce + Scalar::from_bytes_mod_order_wide(&k.into()) * secret;
    let bytes = [&[0], body, r.as_bytes(), s.as_bytes()].concat();
    open(&feed(1), &bytes).unwrap()
}

pub(crate) fn bound(messages: usize) -> NonZeroUsize {
    NonZeroUsize::new(messages).unwrap()
}

/// A future that ends sooner or later; a deadline that only a test that hangs ever meets.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(120);
    tokio::time::timeout(deadline, future).await.unwrap()
}

pub(crate) async fn next(events: &mut Events) -> Event {
    within(events.next()).await.unwrap()
}

/// Waits until a keeper has all of these.
pub(crate) async fn has(keeper: &Keeper, messages: &[Signed]) {
    let mut events = keeper.subscribe();
    while keeper.overview().await.unwrap().messages < messages.len() {
        next(&mut events).await;
    }
}

/// A bound that is never reached.
pub(crate) fn roomy() -> NonZeroUsize {
    bound(1_000_000)
}

pub(crate) fn all(store: &Store) -> Vec<Signed> {
    store.since(Place::FIRST).cloned().collect()
}

/// A file that is gone with the test.
pub(crate) struct Disk {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self {
            path: folder.path().join("feed.log"),
            _folder: folder,
        }
    }

    /// A file with the log of these messages of feed 1, appended one by one.
    pub(crate) fn with(messages: &[Signed]) -> Self {
        let disk = Self::new();
        let (mut log, _) = disk.open().unwrap();
        for message in messages {
            assert_eq!(log.append(vec![message.clone()]).unwrap(), [Arrival::New]);
        }
        disk
    }

    pub(crate) fn open(&self) -> Result<(Log, Vec<Damage>), LogError> {
        open_log(&self.path)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    pub(crate) fn write(&self, bytes: &[u8]) {
        std::fs::write(&self.path, bytes).unwrap();
    }
}

pub(crate) fn open_log(path: &Path) -> Result<(Log, Vec<Damage>), LogError> {
    open_patiently(path, feed(1), roomy())
}

/// Opens a log that was open before. A program that another test starts has all open files for a moment,
/// their locks included.
pub(crate) fn open_patiently(
    path: &Path,
    feed: Feed,
    bound: NonZeroUsize,
) -> Result<(Log, Vec<Damage>), LogError> {
    for _ in 0..5_000 {
        match Log::open(path, feed.clone(), bound) {
            Err(LogError::Locked { .. }) => std::thread::sleep(Duration::from_millis(2)),
            other => return other,
        }
    }
    Log::open(path, feed, bound)
}

/// Bytes of the header of a log of feed 1, by its layout.
pub(crate) fn header_bytes() -> usize {
    16 + 2 + 2 + feed(1).encode().len() + 8
}

/// Bytes of the record of a message, by its layout.
pub(crate) fn record_bytes(message: &Signed) -> usize {
    2 + message.bytes().len() + 8
}

/// Where the records of these messages begin, and where the last one ends.
pub(crate) fn offsets(messages: &[Signed]) -> Vec<usize> {
    let mut offsets = vec![header_bytes()];
    for message in messages {
        offsets.push(offsets.last().unwrap() + record_bytes(message));
    }
    offsets
}
