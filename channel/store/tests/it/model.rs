//! What a store must hold, in the plainest form, and batches to try it with.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twinroot_store::{Batch, Entry, ReadError, Store, Stream};

/// All that is in a store.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) entries: BTreeMap<(Stream, u64), Vec<u8>>,
    pub(crate) blobs: BTreeMap<[u8; 32], Vec<u8>>,
    pub(crate) app: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) next: u64,
}

/// Names and lengths only: the bytes themselves fill pages.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self
            .entries
            .iter()
            .map(|((stream, number), bytes)| (stream[31], number, bytes.len()));
        let app = self
            .app
            .iter()
            .map(|(name, bytes)| (name.escape_ascii().to_string(), bytes.len()));
        f.debug_struct("Model")
            .field("entries", &entries.collect::<Vec<_>>())
            .field(
                "blobs",
                &self.blobs.keys().map(|name| name[0]).collect::<Vec<_>>(),
            )
            .field("app", &app.collect::<Vec<_>>())
            .field("next", &self.next)
            .finish()
    }
}

impl Model {
    pub(crate) fn write(&mut self, batches: &[Batch]) {
        for batch in batches {
            for entry in &batch.append {
                self.entries
                    .insert((entry.stream, entry.number), entry.bytes.clone());
                self.next = entry.number + 1;
            }
            self.blobs.extend(batch.blobs.iter().cloned());
            for (name, bytes) in &batch.app {
                match bytes {
                    Some(bytes) => self.app.insert(name.clone(), bytes.clone()),
                    None => self.app.remove(name),
                };
            }
            for (stream, below) in &batch.forget {
                self.entries
                    .retain(|(of, number), _| of != stream || number >= below);
            }
        }
    }

    /// All that a store gives out.
    pub(crate) fn of(store: &Store) -> Result<Self, ReadError> {
        let mut model = Self {
            next: store.next(),
            ..Self::default()
        };
        for stream in store.streams()? {
            for (number, bytes) in store.read(&stream, 0, usize::MAX)? {
                model.entries.insert((stream, number), bytes);
            }
        }
        for name in store.blobs()? {
            model
                .blobs
                .insert(name, store.blob(&name)?.unwrap_or_default());
        }
        for name in NAMES {
            if let Some(bytes) = store.app(name)? {
                model.app.insert(name.to_vec(), bytes);
            }
        }
        Ok(model)
    }
}

/// Entries with their stream and how many numbers to leave out; blobs with their size; records; what to forget, counted from the
/// next number back.
type Wish = (
    Vec<(u8, Vec<u8>, u64)>,
    Vec<(u8, usize)>,
    Vec<(&'static [u8], Option<Vec<u8>>)>,
    Option<(u8, u64)>,
);

/// Batches that go into one commit, for each of some commits.
pub(crate) fn commits() -> impl Strategy<Value = Vec<Vec<Batch>>> {
    let wish = (
        prop::collection::vec((0..STREAMS, bytes(), 0_u64..3), 0..4),
        prop::collection::vec((0_u8..3, prop::sample::select(vec![10_usize, 5_000])), 0..2),
        prop::collection::vec(
            (
                prop::sample::select(NAMES.to_vec()),
                prop::option::of(bytes()),
            ),
            0..2,
        ),
        prop::option::weighted(0.3, (0..STREAMS, 0_u64..20)),
    );
    let wishes = prop::collection::vec(prop::collection::vec(wish, 1..4), 1..8);
    wishes.prop_map(|commits| {
        let mut next = 0;
        let mut batch = |(append, blobs, app, forget): Wish| Batch {
            append: append
                .into_iter()
                .map(|(of, bytes, skip)| {
                    let number = next + skip;
                    next = number + 1;
                    Entry {
                        stream: stream(of),
                        number,
                        bytes,
                    }
                })
                .collect(),
            blobs: blobs
                .into_iter()
                .map(|(name, size)| ([name; 32], vec![name; size * usize::from(name + 1)]))
                .collect(),
            app: app
                .into_iter()
                .map(|(name, bytes)| (name.to_vec(), bytes))
                .collect(),
            forget: forget
                .into_iter()
                .map(|(of, back)| (stream(of), next.saturating_sub(back)))
                .collect(),
        };
        commits
            .into_iter()
            .map(|batches| batches.into_iter().map(&mut batch).collect())
            .collect()
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let size = prop_oneof![4 => 0..300_usize, 1 => 300..9_000_usize];
    (size, any::<u8>()).prop_map(|(size, first)| {
        (0..size)
            .map(|place| first.wrapping_add(place as u8))
            .collect()
    })
}

/// One of a few streams. They differ in their first and their last byte, and one is the last of all.
pub(crate) fn stream(of: u8) -> Stream {
    match of {
        0 => [0; 32],
        1 => {
            let mut stream = [0; 32];
            stream[31] = 1;
            stream
        }
        2 => [7; 32],
        _ => [255; 32],
    }
}

const STREAMS: u8 = 4;
/// What the application's records are called.
pub(crate) const NAMES: [&[u8]; 3] = [b"", b"a", b"a record with a longer name"];
