//! Devices that sign, honestly or not.

use twinroot_abi::{FeedId, MessageId, Subject, TimeMs};
use twinroot_feed::{Feed, Observation, SignError, Signer, Value, sign};
use twinroot_types::{SecretKey, Tag, hash};

use super::Stage;
use crate::{Measure, attestor, sensor, thermometer};

/// A device, with its key.
#[derive(Debug)]
pub struct Device {
    signer: Signer,
    secret: SecretKey,
}

impl Stage {
    /// Somebody who attests what happened, a carrier or a neighbour; of one name there is one.
    ///
    /// # Panics
    /// Where the name is not one that a descriptor may have.
    #[must_use]
    #[track_caller]
    pub fn attestor(&self, name: &str) -> Device {
        Device::new(name, |seed| attestor(seed, name))
    }

    /// A thermometer that counts thousandths of a degree Celsius and signs once in `period_ms`.
    ///
    /// # Panics
    /// Where the name is not one that a descriptor may have.
    #[must_use]
    #[track_caller]
    pub fn thermometer(&self, name: &str, period_ms: u32) -> Device {
        Device::new(name, |seed| thermometer(seed, name, period_ms))
    }

    /// A device that measures something else and signs once in `period_ms`, or when it likes where that is 0.
    ///
    /// # Panics
    /// Where the name is not one that a descriptor may have.
    #[must_use]
    #[track_caller]
    pub fn sensor(&self, name: &str, measure: Measure, period_ms: u32) -> Device {
        Device::new(name, |seed| sensor(seed, name, measure, period_ms))
    }
}

impl Device {
    #[track_caller]
    fn new(name: &str, signer: impl FnOnce(&[u8; 32]) -> Result<Signer, SignError>) -> Self {
        let seed = hash(Tag::VALUE, &[name.as_bytes()]);
        match signer(&seed) {
            Ok(signer) => Self {
                signer,
                secret: SecretKey::from_seed(&seed),
            },
            Err(error) => panic!("{name:?} cannot be a device: {error}"),
        }
    }

    /// The feed that it signs for.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        self.signer.feed()
    }

    /// The id of its feed.
    #[must_use]
    pub fn id(&self) -> FeedId {
        self.feed().id()
    }

    /// Its next message: `code` about `subject`.
    ///
    /// # Panics
    /// Where no device could sign that: the time falls, or lies outside the descriptor's.
    #[track_caller]
    pub fn claims(&mut self, t: TimeMs, subject: Subject, code: u16) -> Vec<u8> {
        self.signer
            .claim(t, subject, code)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Its next message: a reading, an integer at the feed's scale.
    ///
    /// # Panics
    /// As [`Device::claims`].
    #[track_caller]
    pub fn reads(&mut self, t: TimeMs, value: i64) -> Vec<u8> {
        self.signer
            .reading(t, value)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The first message of its life once more, with something else in it: fraud, which its signature proves.
    #[must_use]
    pub fn reads_again(&self, t: TimeMs, value: i64) -> Vec<u8> {
        sign(&self.secret, &self.first(t, Value::Fixed(value)))
    }

    /// What somebody makes up in its name, with another key.
    #[must_use]
    pub fn forged(&self, t: TimeMs, subject: Subject, code: u16) -> Vec<u8> {
        let stranger = SecretKey::from_seed(&hash(Tag::VALUE, &[b"stranger"]));
        sign(&stranger, &self.first(t, Value::Claim { subject, code }))
    }

    fn first(&self, t: TimeMs, value: Value) -> Observation {
        Observation {
            feed: self.id(),
            epoch: 0,
            seq: 0,
            t,
            prev_t: t,
            prev: MessageId([0; 32]),
            flags: 0,
            value,
        }
    }
}
