//! What a file still has when it is opened.
//!
//! The header is known beforehand, since whoever opens a log says whose log it is. So a damaged header
//! hides nothing: where records of the feed are found behind it, it is written anew. A file without any
//! is not touched, for it may be something else, by a slip of whoever named it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::format::{self, HEADER_LIMIT, Header};
use super::records::{Record, Records, Stretch};
use super::{Damage, sync_name, write_at};
use crate::{LogError, Store, Verifier};

/// Takes into `store` what `file` has, and makes the file whole. Gives where it ends, and what was lost.
pub(super) fn restore(
    path: &Path,
    file: &File,
    verifier: &Verifier,
    store: &mut Store,
) -> Result<(u64, Vec<Damage>), LogError> {
    let header = format::header(verifier.feed());
    let header_end = header.len() as u64;
    let beginning = beginning(file).map_err(LogError::file(path, "read"))?;
    // No header, or one whose writing was not finished: nothing was ever appended.
    if beginning.len() < header.len() && header.starts_with(&beginning) {
        begin(path, file, &header).map_err(|error| LogError::unwritten(path, error))?;
        return Ok((header_end, Vec::new()));
    }

    let is_whole = beginning.starts_with(&header);
    if !is_whole {
        not_of_another(path, &beginning)?;
    }
    let (end, damages) = replay(file, if is_whole { header_end } else { 0 }, verifier, store)
        .map_err(LogError::file(path, "read"))?;
    if !is_whole {
        if store.is_empty() {
            return Err(LogError::not_a_log(path));
        }
        if let Some(Damage::Unreadable { offset: 0, bytes }) = damages.first()
            && *bytes >= header_end
        {
            write_at(file, 0, &header).map_err(|error| LogError::unwritten(path, error))?;
        }
    }
    if let Some(Damage::Torn { .. }) = damages.last() {
        file.set_len(end)
            .and_then(|()| file.sync_all())
            .map_err(LogError::file(path, "cut off where its last record ends"))?;
    }
    Ok((end, damages))
}

/// As much of the file as a header can take.
pub(super) fn beginning(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(HEADER_LIMIT as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A log without records. The folder has to keep the name of the file, too.
fn begin(path: &Path, file: &File, header: &[u8]) -> io::Result<()> {
    write_at(file, 0, header)?;
    sync_name(path)
}

/// A header that is whole, but not the one that was expected.
fn not_of_another(path: &Path, beginning: &[u8]) -> Result<(), LogError> {
    match format::read_header(beginning) {
        Header::Of(other) => Err(LogError::OtherFeed {
            path: path.to_owned(),
            feed: other.id(),
        }),
        Header::Version(version) => Err(LogError::version(path, version)),
        Header::Unreadable => Ok(()),
    }
}

/// Takes into `store` the records from the offset `from` on. Gives where the last one ends, and what lies
/// between them.
fn replay(
    mut file: &File,
    from: u64,
    verifier: &Verifier,
    store: &mut Store,
) -> io::Result<(u64, Vec<Damage>)> {
    file.seek(SeekFrom::Start(from))?;
    let mut records = Records::new(file, from);
    let mut damages = Vec::new();
    let mut batch = Vec::new();
    // Damaged bytes, as long as no record comes after them.
    let mut last = None;
    for stretch in records.by_ref() {
        let stretch = stretch?;
        if let Some((offset, bytes)) = last.take() {
            damages.push(Damage::Unreadable { offset, bytes });
        }
        match stretch {
            Stretch::Record(record) => batch.push(record),
            Stretch::Floor(floor) => store.drop_before(floor),
            Stretch::Damaged { offset, bytes } => last = Some((offset, bytes)),
        }
        if batch.len() == BATCH {
            keep(&mut batch, verifier, store, &mut damages);
        }
    }
    keep(&mut batch, verifier, store, &mut damages);
    damages.sort_by_key(Damage::offset);
    let Some((offset, bytes)) = last else {
        return Ok((records.offset(), damages));
    };
    damages.push(Damage::Torn { offset, bytes });
    Ok((offset, damages))
}

fn keep(
    batch: &mut Vec<Record>,
    verifier: &Verifier,
    store: &mut Store,
    damages: &mut Vec<Damage>,
) {
    let opened = verifier.open(batch);
    for (record, opened) in batch.drain(..).zip(opened) {
        match opened {
            Ok(message) => {
                store.insert(message);
            }
            Err(reason) => damages.push(Damage::Refused {
                offset: record.offset,
                reason,
            }),
        }
    }
}

/// Messages that are verified at a time: enough for all cores, and less than a MB of memory.
const BATCH: usize = 1024;
