//! The bytes of a log: a header and records.
//!
//! ```text
//! +--------------------+---------+--------+--------------+---------+
//! | "twinroot.feedlog" | version | length | descriptor   | XXH3-64 |   header, once
//! | 16 bytes           | u16 = 1 | u16    | length bytes | u64     |
//! +--------------------+---------+--------+--------------+---------+
//! +--------+--------------+---------+
//! | length | message      | XXH3-64 |   record, one for each message
//! | u16    | length bytes | u64     |
//! +--------+--------------+---------+
//! +--------+------+-------+------+---------+
//! | length | 0xff | epoch | seq  | XXH3-64 |                    floor, once behind the header of a log that was compacted
//! | u16=13 | u8   | u32   | u64  | u64     |
//! +--------+------+-------+------+---------+
//! ```
//!
//! A floor is a record: below its place nothing is taken any more. No message begins with its first byte
//! (docs/spec/oracles.md, 2.4).
//!
//! Numbers are little-endian, lengths are bytes. Each sum is over all bytes of its header or record
//! before it. A descriptor takes at most 238 bytes, a message at most 201 (docs/spec/oracles.md, 1.2
//! and 2.4), so a record takes 211 at most.
//!
//! No message is believed because of its sum; its signature is checked. The sum says where a record
//! is: it is found again after damaged bytes, wherever it begins, without a signature check for each
//! place. And it tells what the disk has changed from what was wrong when it was written.

use twinroot_feed::Feed;
use twox_hash::XxHash3_64;

use crate::Place;

/// The header of the log of `feed`.
pub(super) fn header(feed: &Feed) -> Vec<u8> {
    let mut bytes = [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat();
    push_sized(&feed.encode(), &mut bytes);
    push_sum(0, &mut bytes);
    bytes
}

/// What a header says.
pub(super) enum Header {
    /// It is whole, and names this feed.
    Of(Box<Feed>),
    /// It is that of another version.
    Version(u16),
    /// It is damaged, or something else.
    Unreadable,
}

/// What the header at the beginning of `bytes` says.
pub(super) fn read_header(bytes: &[u8]) -> Header {
    let Some((version, rest)) = bytes
        .strip_prefix(MAGIC)
        .and_then(<[u8]>::split_first_chunk)
    else {
        return Header::Unreadable;
    };
    let version = u16::from_le_bytes(*version);
    match described(rest) {
        Some(feed) if version == VERSION => Header::Of(Box::new(feed)),
        // The sum is that of this version, so the number was changed afterwards.
        Some(_) => Header::Unreadable,
        None if version == VERSION => Header::Unreadable,
        None => Header::Version(version),
    }
}

/// The feed that a header of this version describes, if its sum is right; `rest` begins behind the version.
fn described(rest: &[u8]) -> Option<Feed> {
    let (descriptor, sum) = read_sized(rest, DESCRIPTOR_LIMIT)?;
    let feed = Feed::decode(descriptor).ok()?;
    let expected = header(&feed);
    let (_, expected) = expected.split_last_chunk::<SUM_BYTES>()?;
    sum.starts_with(expected).then_some(feed)
}

/// Writes the record of a message behind `bytes`.
pub(super) fn push_record(message: &[u8], bytes: &mut Vec<u8>) {
    let start = bytes.len();
    push_sized(message, bytes);
    push_sum(start, bytes);
}

/// Writes behind `bytes` that nothing below that place is in the log.
pub(super) fn push_floor(floor: Place, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    let epoch = floor.epoch.to_le_bytes();
    let seq = floor.seq.to_le_bytes();
    push_sized(&[&[FLOOR], &epoch[..], &seq].concat(), bytes);
    push_sum(start, bytes);
}

/// The floor that the content of a record says, if it says one.
pub(super) fn read_floor(content: &[u8]) -> Option<Place> {
    let rest = content.strip_prefix(&[FLOOR])?;
    let (epoch, seq) = rest.split_first_chunk()?;
    Some(Place {
        epoch: u32::from_le_bytes(*epoch),
        seq: u64::from_le_bytes(seq.try_into().ok()?),
    })
}

/// The message in the record at the beginning of `bytes`, if a whole one is there.
pub(super) fn read_record(bytes: &[u8]) -> Option<&[u8]> {
    let (message, rest) = read_sized(bytes, MESSAGE_LIMIT)?;
    let summed = &bytes[..LENGTH_BYTES + message.len()];
    rest.starts_with(&sum(summed)).then_some(message)
}

/// Bytes of the record of a message.
pub(super) const fn record_bytes(message: &[u8]) -> usize {
    LENGTH_BYTES + message.len() + SUM_BYTES
}

fn push_sized(content: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(content.len() as u16).to_le_bytes());
    bytes.extend_from_slice(content);
}

/// What a length stands before, and what comes after that. A greater length than `limit` is none.
fn read_sized(bytes: &[u8], limit: usize) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length));
    if length == 0 || length > limit {
        return None;
    }
    rest.split_at_checked(length)
}

/// The sum of all from `start` on.
fn push_sum(start: usize, bytes: &mut Vec<u8>) {
    let sum = sum(&bytes[start..]);
    bytes.extend_from_slice(&sum);
}

fn sum(bytes: &[u8]) -> [u8; SUM_BYTES] {
    XxHash3_64::oneshot(bytes).to_le_bytes()
}

const MAGIC: &[u8; 16] = b"twinroot.feedlog";
const VERSION: u16 = 1;
/// What the content of a floor begins with.
const FLOOR: u8 = 0xff;
const LENGTH_BYTES: usize = size_of::<u16>();
const SUM_BYTES: usize = size_of::<u64>();
const DESCRIPTOR_LIMIT: usize = 240;
/// With a greater limit old logs are still read, so that takes no new version.
const MESSAGE_LIMIT: usize = 512;
/// Bytes of the longest header.
pub(super) const HEADER_LIMIT: usize =
    MAGIC.len() + size_of::<u16>() + LENGTH_BYTES + DESCRIPTOR_LIMIT + SUM_BYTES;
/// Bytes of the longest record.
pub(super) const RECORD_LIMIT: usize = LENGTH_BYTES + MESSAGE_LIMIT + SUM_BYTES;
