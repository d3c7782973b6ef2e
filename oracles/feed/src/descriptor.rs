//! What a feed is: its key, what it measures and how (docs/spec/oracles.md, 1).
//!
//! The id of a feed is the hash of its descriptor. A contract stores 32 bytes; the descriptor
//! travels with the facts and proves itself, so no registry of keys is needed on either path.

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use twinroot_abi::{FeedId, PublicKey, TimeMs};
use twinroot_types::{CheckedKey, Tag, decode, encode, hash_of};

use crate::DescriptorError;

/// What a feed says of itself. Anyone can write one; [`Feed`] is a checked one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// The key that signs.
    pub key: PublicKey,
    /// In which form.
    pub envelope: Envelope,
    /// What the places of its messages are.
    pub mode: Mode,
    /// Name of the device or attestor: 1 to 128 bytes of printable ASCII.
    pub urn: String,
    /// What it observes: 1 to 32 bytes of printable ASCII.
    pub quantity: String,
    /// Unit of a reading, up to 16 bytes of printable ASCII; empty where there is none.
    pub unit: String,
    /// A reading's value is its integer times ten to this power, -18 to 18.
    pub scale: i8,
    /// Time from one reading to the next as planned; 0 where there is no plan. In mode [`Mode::Slot`] the length of a slot.
    pub period_ms: u32,
    /// Time of the first message that the feed answers for.
    pub valid_from: TimeMs,
    /// Time of the last message that the feed answers for.
    pub valid_to: TimeMs,
}

/// The form in which a key signs (docs/spec/oracles.md, 2.4 and 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Envelope {
    /// Ours: it can say all that there is to say.
    Native,
    /// That of stock devices: `COSE_Sign1` around SenML.
    Cose,
}

/// What places a feed's messages (docs/spec/oracles.md, 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// The device counts.
    Counter,
    /// The time does: one message a slot, so a device needs no counter.
    Slot,
}

impl Descriptor {
    /// The name of the feed (docs/spec/oracles.md, 1.3).
    #[must_use]
    pub fn id(&self) -> FeedId {
        FeedId(hash_of(Tag::FEED, self))
    }

    /// Holds the descriptor against its bounds (docs/spec/oracles.md, 1.2).
    fn check_bounds(&self) -> Result<(), DescriptorError> {
        let texts = [
            (&self.urn, URN_BYTES),
            (&self.quantity, QUANTITY_BYTES),
            (&self.unit, UNIT_BYTES),
        ];
        if !texts
            .iter()
            .all(|(text, bytes)| bytes.contains(&text.len()) && is_printable(text))
        {
            return Err(DescriptorError::Text);
        }
        if !SCALE.contains(&self.scale) {
            return Err(DescriptorError::Scale);
        }
        if self.valid_from > self.valid_to {
            return Err(DescriptorError::Validity);
        }
        if self.mode == Mode::Slot && self.period_ms == 0 {
            return Err(DescriptorError::NoPeriod);
        }
        Ok(())
    }
}

/// A feed whose descriptor and key passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    descriptor: Descriptor,
    key: CheckedKey,
    id: FeedId,
}

impl Feed {
    /// The feed that `descriptor` describes.
    ///
    /// # Errors
    /// [`DescriptorError`]: the first rule of docs/spec/oracles.md, 3.1, from 305 on, that it breaks.
    pub fn new(descriptor: Descriptor) -> Result<Self, DescriptorError> {
        descriptor.check_bounds()?;
        let key = CheckedKey::gate(descriptor.key)?;
        let id = descriptor.id();
        Ok(Self {
            descriptor,
            key,
            id,
        })
    }

    /// The feed whose descriptor's canonical bytes these are.
    ///
    /// # Errors
    /// [`DescriptorError`]: the first rule of docs/spec/oracles.md, 3.1, that they break.
    pub fn decode(bytes: &[u8]) -> Result<Self, DescriptorError> {
        Self::new(decode(bytes, DESCRIPTOR_LIMIT)?)
    }

    /// The canonical bytes of the descriptor, as a bundle carries them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.descriptor)
    }

    /// What the feed says of itself.
    #[must_use]
    pub const fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The key that signs.
    #[must_use]
    pub const fn key(&self) -> &CheckedKey {
        &self.key
    }

    /// The name of the feed.
    #[must_use]
    pub const fn id(&self) -> FeedId {
        self.id
    }

    /// Whether each message names the one before it (docs/spec/oracles.md, 2.2).
    #[must_use]
    pub const fn is_chained(&self) -> bool {
        matches!(
            (self.descriptor.envelope, self.descriptor.mode),
            (Envelope::Native, Mode::Counter)
        )
    }

    /// The slot in which a time lies, where the feed counts in slots.
    pub(crate) fn slot(&self, t: TimeMs) -> Option<u64> {
        match self.descriptor.mode {
            Mode::Counter => None,
            Mode::Slot => t.0.checked_div(self.descriptor.period_ms.into()),
        }
    }

    /// The first slot that begins at that time or later, where the feed counts in slots.
    pub(crate) fn slot_from(&self, t: TimeMs) -> Option<u64> {
        let slot = self.slot(t)?;
        let begins = slot.checked_mul(self.descriptor.period_ms.into())?;
        if begins == t.0 {
            Some(slot)
        } else {
            slot.checked_add(1)
        }
    }

    /// Whether the feed answers for messages of that time.
    #[must_use]
    pub fn is_valid_at(&self, t: TimeMs) -> bool {
        (self.descriptor.valid_from..=self.descriptor.valid_to).contains(&t)
    }
}

/// ASCII only: two names that look alike are alike, and a terminal shows what is there.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

const URN_BYTES: RangeInclusive<usize> = 1..=128;
const QUANTITY_BYTES: RangeInclusive<usize> = 1..=32;
const UNIT_BYTES: RangeInclusive<usize> = 0..=16;
/// Ten to the 18th is the greatest power of ten that an `i64` holds.
const SCALE: RangeInclusive<i8> = -18..=18;
/// Bytes of the longest descriptor within its bounds: 32 + 1 + 1 + 130 + 33 + 17 + 1 + 5 + 10 + 10.
pub(crate) const DESCRIPTOR_LIMIT: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;
    use twinroot_types::SecretKey;

    #[test]
    fn the_longest_descriptor_just_fits() {
        let longest = Descriptor {
            key: SecretKey::from_seed(&[1; 32]).public(),
            envelope: Envelope::Cose,
            mode: Mode::Slot,
            urn: "u".repeat(128),
            quantity: "q".repeat(32),
            unit: "n".repeat(16),
            scale: -18,
            period_ms: u32::MAX,
            valid_from: TimeMs(u64::MAX),
            valid_to: TimeMs(u64::MAX),
        };
        let bytes = encode(&longest);
        assert_eq!(bytes.len(), DESCRIPTOR_LIMIT);
        assert_eq!(Feed::decode(&bytes).unwrap().descriptor(), &longest);
    }
}
