//! The device's side: a key and the end of its chain.

use core::num::NonZeroU32;

use twinroot_abi::{MessageId, Subject, TimeMs};
use twinroot_types::{SecretKey, Tag, hash_of};

use crate::message::cose::{self, FIRST_ABSOLUTE_MS};
use crate::observation::NO_MESSAGE;
use crate::{Descriptor, DescriptorError, Envelope, Feed, Mode, Observation, Value, sign};

/// Signs the messages of one feed, one after the other, from the first of an epoch on.
///
/// It lives in memory only. Two signers of one epoch would sign two messages of one place, which
/// is fraud (docs/spec/oracles.md, 8.3), so a device that stops goes on from what it remembers for sure
/// ([`resumed`](Self::resumed)), or begins another epoch ([`restarted`](Self::restarted)).
#[derive(Debug)]
pub struct Signer {
    secret: SecretKey,
    feed: Feed,
    epoch: u32,
    seq: u64,
    last: Option<(MessageId, TimeMs)>,
}

impl Signer {
    /// A signer that has not signed yet.
    ///
    /// # Errors
    /// [`SignError::Descriptor`] where the descriptor breaks a rule, [`SignError::OtherKey`] where
    /// `secret` is not the key that it names.
    pub fn new(secret: SecretKey, descriptor: Descriptor) -> Result<Self, SignError> {
        let feed = Feed::new(descriptor)?;
        if feed.descriptor().key != secret.public() {
            return Err(SignError::OtherKey);
        }
        Ok(Self {
            secret,
            feed,
            epoch: 0,
            seq: 0,
            last: None,
        })
    }

    /// A signer for a device that no longer knows for sure what it signed last. `epoch` is above each
    /// that it was in, so a device keeps that number where it outlives all else. `last` is the last
    /// message that it remembers, and its time; the times to come are not before any that it signed.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`SignError::NoEpochs`] where the feed is not chained.
    pub fn restarted(
        secret: SecretKey,
        descriptor: Descriptor,
        epoch: NonZeroU32,
        last: Option<(MessageId, TimeMs)>,
    ) -> Result<Self, SignError> {
        let signer = Self::new(secret, descriptor)?;
        if !signer.feed.is_chained() {
            return Err(SignError::NoEpochs);
        }
        Ok(Self {
            epoch: epoch.get(),
            last,
            ..signer
        })
    }

    /// A signer that goes on behind `last`, which it signed last for sure. A device knows that where it had it in
    /// lasting memory before the message left, and where nobody put an older memory in its place.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`SignError::Exhausted`].
    pub fn resumed(
        secret: SecretKey,
        descriptor: Descriptor,
        last: LastSigned,
    ) -> Result<Self, SignError> {
        let signer = Self::new(secret, descriptor)?;
        Ok(Self {
            epoch: last.epoch,
            seq: last.seq.checked_add(1).ok_or(SignError::Exhausted)?,
            last: Some((last.id, last.t)),
            ..signer
        })
    }

    /// What it signed last in this epoch: to be in lasting memory before that message leaves.
    #[must_use]
    pub fn last(&self) -> Option<LastSigned> {
        let (id, t) = self.last?;
        Some(LastSigned {
            epoch: self.epoch,
            seq: self.seq.checked_sub(1)?,
            id,
            t,
        })
    }

    /// The feed that it signs for.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The next message: a reading, an integer at the feed's scale.
    ///
    /// # Errors
    /// [`SignError`] from [`OutsideValidity`](SignError::OutsideValidity) on:
    /// nothing is signed that nobody would take, and the chain stays where it was.
    pub fn reading(&mut self, t: TimeMs, value: i64) -> Result<Vec<u8>, SignError> {
        self.next(t, Value::Fixed(value))
    }

    /// The next message: a claim about `subject`.
    ///
    /// # Errors
    /// [`SignError`], as above.
    pub fn claim(&mut self, t: TimeMs, subject: Subject, code: u16) -> Result<Vec<u8>, SignError> {
        self.next(t, Value::Claim { subject, code })
    }

    fn next(&mut self, t: TimeMs, value: Value) -> Result<Vec<u8>, SignError> {
        if self.last.is_some_and(|(_, last)| last > t) {
            return Err(SignError::TimeFalls);
        }
        if !self.feed.is_valid_at(t) {
            return Err(SignError::OutsideValidity);
        }
        let seq = self.feed.slot(t).unwrap_or(self.seq);
        if seq < self.seq {
            return Err(SignError::SlotTaken);
        }
        let following = seq.checked_add(1).ok_or(SignError::Exhausted)?;
        let (message, id) = match self.feed.descriptor().envelope {
            Envelope::Native => self.native(seq, t, value),
            Envelope::Cose => (self.cose(seq, t, value)?, NO_MESSAGE),
        };
        self.seq = following;
        self.last = Some((id, t));
        Ok(message)
    }

    /// The message, and what the next one names.
    fn native(&self, seq: u64, t: TimeMs, value: Value) -> (Vec<u8>, MessageId) {
        let is_chained = self.feed.is_chained();
        let (prev, prev_t) = self.last.filter(|_| is_chained).unwrap_or((NO_MESSAGE, t));
        let observation = Observation {
            feed: self.feed.id(),
            epoch: self.epoch,
            seq,
            t,
            prev_t,
            prev,
            flags: 0,
            value,
        };
        let id = MessageId(hash_of(Tag::READING, &observation));
        (sign(&self.secret, &observation), id)
    }

    fn cose(&self, seq: u64, t: TimeMs, value: Value) -> Result<Vec<u8>, SignError> {
        let Value::Fixed(value) = value else {
            return Err(SignError::ClaimInCose);
        };
        let ms = i64::try_from(t.0).ok();
        let ms = ms.filter(|_| t.0 >= FIRST_ABSOLUTE_MS);
        let ms = ms.ok_or(SignError::RelativeTime)?;
        let descriptor = self.feed.descriptor();
        let seq = (descriptor.mode == Mode::Counter).then_some(seq);
        Ok(cose::sign(&self.secret, descriptor, seq, ms, value))
    }
}

/// What a device signed last: all that it has to remember to go on (docs/spec/oracles.md, 8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSigned {
    /// The epoch.
    pub epoch: u32,
    /// The place in the epoch.
    pub seq: u64,
    /// The message; zero where the messages of the feed do not name each other.
    pub id: MessageId,
    /// Its time.
    pub t: TimeMs,
}

/// Why a device does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The descriptor breaks a rule.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
    /// The secret key is not the one that the descriptor names.
    #[error("the secret key is not the feed's")]
    OtherKey,
    /// The feed does not answer for messages of that time.
    #[error("the time lies outside the feed's validity")]
    OutsideValidity,
    /// The clock went back behind the last message.
    #[error("the time is before that of the last message")]
    TimeFalls,
    /// The epoch has no place left.
    #[error("the epoch has no place left")]
    Exhausted,
    /// The feed said something in this time slot already.
    #[error("the time slot has its message already")]
    SlotTaken,
    /// The envelope has no place for a claim.
    #[error("a claim cannot be said in COSE: let the feed be a native one")]
    ClaimInCose,
    /// The envelope cannot say that time.
    #[error("a time before July 1978 or after the year 292 million cannot be said in COSE")]
    RelativeTime,
    /// Only a chained feed can begin another epoch.
    #[error(
        "a feed that is not chained has one epoch: a device that lost its counter is another feed"
    )]
    NoEpochs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_that_is_full_signs_no_more() {
        let secret = SecretKey::from_seed(&[1; 32]);
        let descriptor = Descriptor {
            key: secret.public(),
            envelope: Envelope::Native,
            mode: Mode::Counter,
            urn: "urn:dev:1".to_owned(),
            quantity: "temperature".to_owned(),
            unit: "Cel".to_owned(),
            scale: 0,
            period_ms: 0,
            valid_from: TimeMs(0),
            valid_to: TimeMs(9),
        };
        let mut signer = Signer::new(secret, descriptor).unwrap();
        signer.seq = u64::MAX;
        assert_eq!(signer.reading(TimeMs(1), 1), Err(SignError::Exhausted));
    }
}
