//! Observations as they travel (docs/spec/oracles.md, 2.3 to 2.7).
//!
//! ```text
//! native  = envelope u8 = 0 | body, postcard, 71 to 136 bytes | signature 64 bytes
//!           signed = "twinroot/read/v1" | body
//! COSE    = [ protected, {}, payload, signature ], CBOR, as a stock device makes it
//!           signed = "\x84jSignature1" | protected | 0x40 | payload
//! id      = blake2b-256(signed)
//! ```
//!
//! The id leaves the signature out: a key's owner can sign the same bytes twice with different
//! signatures, and that is still one message.

pub(crate) mod cose;

use core::ops::RangeInclusive;
use std::borrow::Cow;

use twinroot_abi::{FeedId, MessageId};
use twinroot_types::{SecretKey, Signature, Tag, decode, encode, hash};

use crate::observation::NO_MESSAGE;
use crate::{Envelope, Feed, Observation, OpenError};
use cose::{Cose, Reading};

/// The native message that carries `observation`, signed. Whether anyone will take it, only [`open`] tells.
#[must_use]
pub fn sign(secret: &SecretKey, observation: &Observation) -> Vec<u8> {
    let body = encode(observation);
    let signature = secret.sign(Tag::READING, &body);
    [&[ENVELOPE_NATIVE], body.as_slice(), &signature.to_bytes()].concat()
}

/// Opens a message of `feed`.
///
/// # Errors
/// [`OpenError`]: the first rule of docs/spec/oracles.md, 3.2, that it breaks.
pub fn open(feed: &Feed, bytes: &[u8]) -> Result<Signed, OpenError> {
    Unverified::decode(bytes)?.verify(feed)
}

/// A message that was opened: its feed signed it, and it breaks no rule by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    observation: Observation,
    id: MessageId,
    bytes: Vec<u8>,
}

impl Signed {
    /// What the feed said.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The name of the message.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// The message, as a bundle carries it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this is the very next message of the same epoch (docs/spec/oracles.md, 5.4).
    #[must_use]
    pub fn follows(&self, before: &Self) -> bool {
        let (this, last) = (&self.observation, &before.observation);
        this.feed == last.feed
            && this.epoch == last.epoch
            && Some(this.seq) == last.seq.checked_add(1)
            && if this.prev == NO_MESSAGE {
                this.t >= last.t
            } else {
                this.prev == before.id && this.prev_t == last.t
            }
    }

    /// Orders messages of one feed, so that a choice among them never depends on the order of arrival.
    pub(crate) fn rank(&self) -> ((u32, u64), MessageId, &[u8]) {
        (self.observation.place(), self.id, &self.bytes)
    }
}

/// A message that is well formed, from nobody knows whom.
pub(crate) struct Unverified<'a> {
    bytes: &'a [u8],
    tag: Tag,
    body: Cow<'a, [u8]>,
    signature: Signature,
    said: Said<'a>,
}

/// What is said. A stock device does not name its feed, so who it was and how it is meant comes from elsewhere.
enum Said<'a> {
    Native(Observation),
    Cose(Reading<'a>),
}

impl<'a> Unverified<'a> {
    /// The part of docs/spec/oracles.md, 3.2, that needs no feed: length, envelope, form.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, OpenError> {
        match bytes.first() {
            None => Err(OpenError::TooShort),
            Some(&ENVELOPE_NATIVE) => Self::native(bytes),
            Some(&(cose::COSE_SIGN1 | cose::ARRAY_OF_4)) => Self::cose(bytes),
            Some(_) => Err(OpenError::UnknownEnvelope),
        }
    }

    fn native(bytes: &'a [u8]) -> Result<Self, OpenError> {
        if bytes.len() < *NATIVE_BYTES.start() {
            return Err(OpenError::TooShort);
        }
        if bytes.len() > *NATIVE_BYTES.end() {
            return Err(OpenError::TooLong);
        }
        let (_, rest) = bytes.split_first().ok_or(OpenError::TooShort)?;
        let (body, signature) = rest
            .split_last_chunk::<{ Signature::SIZE }>()
            .ok_or(OpenError::TooShort)?;
        Ok(Self {
            bytes,
            tag: Tag::READING,
            body: Cow::Borrowed(body),
            signature: Signature::from_bytes(signature),
            said: Said::Native(decode(body, BODY_LIMIT)?),
        })
    }

    fn cose(bytes: &'a [u8]) -> Result<Self, OpenError> {
        let message = Cose::decode(bytes)?;
        Ok(Self {
            bytes,
            tag: Tag::COSE,
            body: Cow::Owned(message.body),
            signature: message.signature,
            said: Said::Cose(message.reading),
        })
    }

    /// Whose message it says it is, if it does.
    pub(crate) const fn feed(&self) -> Option<FeedId> {
        match &self.said {
            Said::Native(observation) => Some(observation.feed),
            Said::Cose(_) => None,
        }
    }

    /// Whether it may be of this feed, as far as it says.
    pub(crate) fn is_of(&self, feed: &Feed) -> bool {
        match &self.said {
            Said::Native(observation) => observation.feed == feed.id(),
            Said::Cose(reading) => reading.is_named(&feed.descriptor().urn),
        }
    }

    /// The rest of docs/spec/oracles.md, 3.2: feed, bounds and, last because it is dear, the signature.
    pub(crate) fn verify(&self, feed: &Feed) -> Result<Signed, OpenError> {
        let observation = match (&self.said, feed.descriptor().envelope) {
            (Said::Native(observation), Envelope::Native) => observation.clone(),
            (Said::Cose(reading), Envelope::Cose) => reading.observation(feed)?,
            _ => return Err(OpenError::UnknownEnvelope),
        };
        observation.check(feed)?;
        feed.key().verify(self.tag, &self.body, &self.signature)?;
        Ok(Signed {
            observation,
            id: MessageId(hash(self.tag, &[&self.body])),
            bytes: self.bytes.to_vec(),
        })
    }
}

const ENVELOPE_NATIVE: u8 = 0;
/// Bytes of the longest body: 32 + 5 + 10 + 10 + 10 + 32 + 1 + (1 + 32 + 3).
const BODY_LIMIT: usize = 136;
/// Bytes of a native message: 1 + 64 around a body of 71 to 136.
const NATIVE_BYTES: RangeInclusive<usize> = 136..=201;
/// Bytes of the longest message, in whatever envelope.
pub(crate) const MESSAGE_LIMIT: usize = cose::COSE_LIMIT;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use twinroot_abi::{Subject, TimeMs};

    #[test]
    fn lengths_are_those_of_the_least_and_the_greatest_observation() {
        let least = Observation {
            feed: FeedId::default(),
            epoch: 0,
            seq: 0,
            t: TimeMs(0),
            prev_t: TimeMs(0),
            prev: MessageId::default(),
            flags: 0,
            value: Value::Fixed(0),
        };
        let greatest = Observation {
            epoch: u32::MAX,
            seq: u64::MAX,
            t: TimeMs(u64::MAX),
            prev_t: TimeMs(u64::MAX),
            value: Value::Claim {
                subject: Subject::default(),
                code: u16::MAX,
            },
            ..least.clone()
        };
        let key = SecretKey::from_seed(&[1; 32]);
        assert_eq!(sign(&key, &least).len(), *NATIVE_BYTES.start());
        assert_eq!(sign(&key, &greatest).len(), *NATIVE_BYTES.end());
        assert_eq!(encode(&greatest).len(), BODY_LIMIT);
    }
}
