//! Observations as they travel (docs/spec/oracles.md, 2.3 and 2.4).
//!
//! ```text
//! message = envelope u8 = 0 | body, postcard, 71 to 136 bytes | signature 64 bytes
//! signed  = "twinroot/read/v1" | body
//! id      = blake2b-256(signed)
//! ```
//!
//! The id leaves the signature out: a key's owner can sign the same bytes twice with different
//! signatures, and that is still one message.

use core::ops::RangeInclusive;

use twinroot_abi::{FeedId, MessageId};
use twinroot_types::{SecretKey, Signature, Tag, decode, encode, hash};

use crate::{Feed, Observation, OpenError};

/// The message that carries `observation`, signed. Whether anyone will take it, only [`open`] tells.
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
            && this.prev == before.id
            && this.prev_t == last.t
    }

    /// Orders messages of one feed, so that a choice among them never depends on the order of arrival.
    pub(crate) fn rank(&self) -> ((u32, u64), MessageId, &[u8]) {
        (self.observation.place(), self.id, &self.bytes)
    }
}

/// A message that is well formed, from nobody knows whom.
pub(crate) struct Unverified<'a> {
    bytes: &'a [u8],
    body: &'a [u8],
    signature: Signature,
    observation: Observation,
}

impl<'a> Unverified<'a> {
    /// The part of docs/spec/oracles.md, 3.2, that needs no feed: length, envelope, form.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, OpenError> {
        if bytes.len() < *MESSAGE_BYTES.start() {
            return Err(OpenError::TooShort);
        }
        if bytes.len() > *MESSAGE_BYTES.end() {
            return Err(OpenError::TooLong);
        }
        let (&envelope, rest) = bytes.split_first().ok_or(OpenError::TooShort)?;
        if envelope != ENVELOPE_NATIVE {
            return Err(OpenError::UnknownEnvelope);
        }
        let (body, signature) = rest
            .split_last_chunk::<{ Signature::SIZE }>()
            .ok_or(OpenError::TooShort)?;
        let observation = decode(body, BODY_LIMIT)?;
        Ok(Self {
            bytes,
            body,
            signature: Signature::from_bytes(signature),
            observation,
        })
    }

    /// Whose message it says it is.
    pub(crate) const fn feed(&self) -> FeedId {
        self.observation.feed
    }

    /// The rest of docs/spec/oracles.md, 3.2: feed, bounds and, last because it is dear, the signature.
    pub(crate) fn verify(self, feed: &Feed) -> Result<Signed, OpenError> {
        self.observation.check(feed)?;
        feed.key()
            .verify(Tag::READING, self.body, &self.signature)?;
        let id = MessageId(hash(Tag::READING, &[self.body]));
        Ok(Signed {
            observation: self.observation,
            id,
            bytes: self.bytes.to_vec(),
        })
    }
}

const ENVELOPE_NATIVE: u8 = 0;
/// Bytes of the longest body: 32 + 5 + 10 + 10 + 10 + 32 + 1 + (1 + 32 + 3).
const BODY_LIMIT: usize = 136;
/// Bytes of a message: 1 + 64 around a body of 71 to 136.
pub(crate) const MESSAGE_BYTES: RangeInclusive<usize> = 136..=201;

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
        assert_eq!(sign(&key, &least).len(), *MESSAGE_BYTES.start());
        assert_eq!(sign(&key, &greatest).len(), *MESSAGE_BYTES.end());
        assert_eq!(encode(&greatest).len(), BODY_LIMIT);
    }
}
