//! All of a store as bytes, for a backup, and a store made of such bytes.
//!
//! ```text
//! "twinroot.export\0" 16 bytes | version u32 | next u64 | items | XXH3-64 of all before it u64
//! item = kind u8 (1 entry, 2 blob, 3 record) | length of the name u32 | name | length u32 | bytes
//! ```
//!
//! Numbers are little-endian. An entry's name is its stream and its number, the high byte first. The sum finds what was changed by
//! chance; against those who change it on purpose a backup is sealed.

use std::path::Path;
use std::sync::PoisonError;

use redb::{ReadTransaction, ReadableTable};
use twox_hash::XxHash3_64;

use crate::error::{ImportError, Place, ReadError};
use crate::open::{Made, create};
use crate::read::{failed, opened, opened_entry};
use crate::sealed::Kind;
use crate::store::{APP, BLOBS, COUNTS, Counts, ENTRIES, META, entry_place};
use crate::{Batch, Entry, Store};

impl Store {
    /// All that is in the store after its newest commit, and its next number.
    ///
    /// # Errors
    /// [`ReadError`]: nothing damaged is exported.
    pub fn export(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
        self.reading(|read| {
            let counts = read_counts(read)?;
            bytes.extend_from_slice(&counts.next.to_le_bytes());
            for entry in read
                .open_table(ENTRIES)
                .map_err(failed)?
                .iter()
                .map_err(failed)?
            {
                let (key, value) = entry.map_err(failed)?;
                push(
                    Kind::Entry,
                    key.value(),
                    opened_entry(key.value(), value.value())?,
                    &mut bytes,
                );
            }
            for blob in read
                .open_table(BLOBS)
                .map_err(failed)?
                .iter()
                .map_err(failed)?
            {
                let (name, value) = blob.map_err(failed)?;
                let content = opened(Kind::Blob, name.value(), value.value(), || {
                    Place::Blob(*name.value())
                })?;
                push(Kind::Blob, name.value(), content, &mut bytes);
            }
            for record in read
                .open_table(APP)
                .map_err(failed)?
                .iter()
                .map_err(failed)?
            {
                let (name, value) = record.map_err(failed)?;
                let content = opened(Kind::App, name.value(), value.value(), || {
                    Place::App(name.value().to_vec())
                })?;
                push(Kind::App, name.value(), content, &mut bytes);
            }
            Ok(())
        })?;
        let sum = XxHash3_64::oneshot(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        Ok(bytes)
    }

    /// Makes a store at `path` of what [`Store::export`] gave. The name appears when all of it is on the disk.
    ///
    /// # Errors
    /// [`ImportError`]; nothing was made then.
    pub fn import(path: &Path, export: &[u8]) -> Result<Self, ImportError> {
        let (batch, next) = parse(export)?;
        let made = create(path, |store| {
            let mut counts = store
                .inner
                .counts
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let after = Counts {
                commits: counts.commits + 1,
                next,
            };
            Ok::<_, ImportError>(store.commit(&mut counts, &[batch], after)?)
        })?;
        match made {
            Made::New => Ok(Self::open(path)?),
            Made::WasThere => Err(ImportError::Exists(path.to_owned())),
        }
    }
}

fn read_counts(read: &ReadTransaction) -> Result<Counts, ReadError> {
    let table = read.open_table(META).map_err(failed)?;
    let value = table.get(COUNTS).map_err(failed)?;
    value
        .and_then(|value| Counts::open(value.value()))
        .ok_or_else(|| ReadError::Damaged(Place::File("what it says of itself".to_owned())))
}

fn push(kind: Kind, name: &[u8], content: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(kind as u8);
    for part in [name, content] {
        // No part is longer than a store takes, which is less than 4 GiB.
        bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
        bytes.extend_from_slice(part);
    }
}

/// What an export says: everything, and the next number.
fn parse(export: &[u8]) -> Result<(Batch, u64), ImportError> {
    let rest = export.strip_prefix(MAGIC).ok_or(ImportError::Foreign)?;
    let (version, _) = rest.split_first_chunk().ok_or(ImportError::Damaged)?;
    let version = u32::from_le_bytes(*version);
    if version > VERSION {
        return Err(ImportError::Newer {
            version,
            known: VERSION,
        });
    }
    let (content, sum) = export.split_last_chunk().ok_or(ImportError::Damaged)?;
    if version != VERSION || XxHash3_64::oneshot(content).to_le_bytes() != *sum {
        return Err(ImportError::Damaged);
    }
    items(&content[MAGIC.len() + size_of_val(&version)..]).ok_or(ImportError::Damaged)
}

fn items(bytes: &[u8]) -> Option<(Batch, u64)> {
    let (next, mut rest) = bytes.split_first_chunk()?;
    let next = u64::from_le_bytes(*next);
    let mut batch = Batch::default();
    while let Some((kind, behind)) = rest.split_first() {
        let (name, behind) = part(behind)?;
        let (content, behind) = part(behind)?;
        rest = behind;
        let content = content.to_vec();
        if *kind == Kind::Entry as u8 {
            let (stream, number) = entry_place(name.try_into().ok()?);
            batch.append.push(Entry {
                stream,
                number,
                bytes: content,
            });
        } else if *kind == Kind::Blob as u8 {
            batch.blobs.push((name.try_into().ok()?, content));
        } else if *kind == Kind::App as u8 {
            batch.app.push((name.to_vec(), Some(content)));
        } else {
            return None;
        }
    }
    batch
        .append
        .iter()
        .all(|entry| entry.number < next)
        .then_some((batch, next))
}

/// What a length stands before, and what comes after that.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

const MAGIC: &[u8; 16] = b"twinroot.export\0";
const VERSION: u32 = 1;
