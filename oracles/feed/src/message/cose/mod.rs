//! Messages of stock devices: a `COSE_Sign1` around one reading in SenML (docs/spec/oracles.md, 2.5 to 2.7).

mod cbor;
mod header;
mod labels;
mod number;
mod pack;
mod write;

use twinroot_abi::TimeMs;
use twinroot_types::Signature;

use cbor::Reader;
use number::Number;

use crate::observation::NO_MESSAGE;
use crate::{Feed, Mode, Observation, OpenError, Value};

pub(super) use pack::Reading;
pub(crate) use write::sign;

/// A message that is well formed. What it says depends on whose it is.
pub(super) struct Cose<'a> {
    /// What is signed, but for the tag that it begins with.
    pub(super) body: Vec<u8>,
    pub(super) signature: Signature,
    pub(super) reading: Reading<'a>,
}

impl<'a> Cose<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, OpenError> {
        if bytes.len() > COSE_LIMIT {
            return Err(OpenError::TooLong);
        }
        let untagged = bytes.strip_prefix(&[COSE_SIGN1]).unwrap_or(bytes);
        let mut message = Reader::new(untagged, OpenError::Header);
        if message.array()? != 4 {
            return Err(OpenError::Header);
        }
        let before = message.rest();
        let header = message.bytes()?;
        let protected = read_since(before, &message);
        if message.map()? != 0 {
            return Err(OpenError::Header);
        }
        let before = message.rest();
        let pack = message.bytes()?;
        let payload = read_since(before, &message);
        let signature = message.bytes()?;
        let signature = signature.try_into().map_err(|_| OpenError::Header)?;
        message.finish()?;
        header::check(header)?;
        Ok(Self {
            body: [protected, &[NO_MORE_SIGNED], payload].concat(),
            signature: Signature::from_bytes(signature),
            reading: Reading::decode(pack)?,
        })
    }
}

impl Reading<'_> {
    /// What it says as a message of `feed`.
    pub(super) fn observation(&self, feed: &Feed) -> Result<Observation, OpenError> {
        let descriptor = feed.descriptor();
        if !self.is_named(&descriptor.urn) {
            return Err(OpenError::WrongFeed);
        }
        if self.unit() != descriptor.unit {
            return Err(OpenError::Unit);
        }
        if self.seq.is_some() != (descriptor.mode == Mode::Counter) {
            return Err(OpenError::Record);
        }
        let t = time(self.time)?;
        let value = self.value.at_scale(descriptor.scale);
        let value = value.ok_or(OpenError::Number)?;
        let seq = self.seq.or_else(|| feed.slot(t));
        Ok(Observation {
            feed: feed.id(),
            epoch: 0,
            seq: seq.ok_or(OpenError::Record)?,
            t,
            prev_t: t,
            prev: NO_MESSAGE,
            flags: 0,
            value: Value::Fixed(value),
        })
    }
}

/// Seconds since 1970, as a number, in ms.
fn time(seconds: Number) -> Result<TimeMs, OpenError> {
    let ms = seconds.at_scale(MS).ok_or(OpenError::Number)?;
    u64::try_from(ms)
        .ok()
        .filter(|ms| *ms >= FIRST_ABSOLUTE_MS)
        .map(TimeMs)
        .ok_or(OpenError::RelativeTime)
}

/// The bytes between a place and where the reader is now.
fn read_since<'a>(before: &'a [u8], reader: &Reader<'a>) -> &'a [u8] {
    let length = before.len().saturating_sub(reader.rest().len());
    before.get(..length).unwrap_or_default()
}

/// A bound with room to spare: the fields at their longest take less.
pub(crate) const COSE_LIMIT: usize = 512;
/// The head of tag 18, which a `COSE_Sign1` may have (RFC 9052).
pub(super) const COSE_SIGN1: u8 = 0xd2;
/// The head of an array of four, which a `COSE_Sign1` is.
pub(super) const ARRAY_OF_4: u8 = 0x84;
/// The `external_aad` of a `Sig_structure`: an empty byte string.
const NO_MORE_SIGNED: u8 = 0x40;

/// Seconds at this scale are ms.
const MS: i8 = -3;
/// A time of less than 2^28 seconds is relative (RFC 8428, 4.5.3).
pub(crate) const FIRST_ABSOLUTE_MS: u64 = (1 << 28) * 1_000;
