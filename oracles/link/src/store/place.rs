//! Where a message stands among those of its feed.

use core::fmt;
use core::str::FromStr;

use twinroot_feed::Signed;

/// Where a message stands among those of its feed. Written `epoch-seq`, such as `0-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The epoch.
    pub epoch: u32,
    /// The place in the epoch.
    pub seq: u64,
}

impl Place {
    /// The very first place of a feed.
    pub const FIRST: Self = Self { epoch: 0, seq: 0 };

    /// The last place before this one; none before the very first.
    #[must_use]
    pub(crate) const fn before(self) -> Option<Self> {
        match (self.epoch.checked_sub(1), self.seq.checked_sub(1)) {
            (_, Some(seq)) => Some(Self { seq, ..self }),
            (Some(epoch), None) => Some(Self {
                epoch,
                seq: u64::MAX,
            }),
            (None, None) => None,
        }
    }

    /// The place that `message` has signed for itself.
    #[must_use]
    pub const fn of(message: &Signed) -> Self {
        let observation = message.observation();
        Self {
            epoch: observation.epoch,
            seq: observation.seq,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (epoch, seq) = text.split_once('-').ok_or(NoPlace)?;
        let place = Self {
            epoch: epoch.parse().map_err(|_| NoPlace)?,
            seq: seq.parse().map_err(|_| NoPlace)?,
        };
        Ok(place)
    }
}

/// Why a text is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place is an epoch and a seq, such as 0-17")]
pub struct NoPlace;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let last = Place {
            epoch: u32::MAX,
            seq: u64::MAX,
        };
        for place in [Place::FIRST, last] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "-", "1", "1-", "-1", "1-2-3", "4294967296-0", "a-b"] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
