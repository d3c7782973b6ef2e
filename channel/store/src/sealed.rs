//! What lies in the tables: bytes, and a checksum over their kind, their name and themselves.
//!
//! ```text
//! value = bytes | XXH3-64( kind u8 | length of the name u64 | name | bytes )
//! ```
//!
//! redb has a checksum for each page, but looks at it only when a store is opened or checked. This one is looked at whenever
//! something is read, and it covers the name, so nothing is ever given out under another's.

use std::hash::Hasher;

use twox_hash::XxHash3_64;

/// What is named.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Kind {
    Entry = 1,
    Blob = 2,
    App = 3,
    Meta = 4,
}

/// `bytes` as they lie under `name`.
pub(crate) fn seal(kind: Kind, name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let sum = sum(kind, name, bytes);
    let mut value = Vec::with_capacity(bytes.len() + sum.len());
    value.extend_from_slice(bytes);
    value.extend_from_slice(&sum);
    value
}

/// The bytes that were sealed under `name`, if they are as they were.
pub(crate) fn open<'a>(kind: Kind, name: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let (bytes, found) = value.split_last_chunk::<SUM_BYTES>()?;
    (sum(kind, name, bytes) == *found).then_some(bytes)
}

fn sum(kind: Kind, name: &[u8], bytes: &[u8]) -> [u8; SUM_BYTES] {
    let mut hasher = XxHash3_64::new();
    hasher.write(&[kind as u8]);
    hasher.write(&(name.len() as u64).to_le_bytes());
    hasher.write(name);
    hasher.write(bytes);
    hasher.finish().to_le_bytes()
}

const SUM_BYTES: usize = size_of::<u64>();
