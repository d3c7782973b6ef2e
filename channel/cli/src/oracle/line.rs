//! A message as it is printed, for people and for programs.

use std::fmt;

use serde::Serialize;
use twinroot_feed::{Feed, Signed, Value};

use super::{decimal, time};

/// A message, and what it says.
#[derive(Clone, Serialize)]
pub(super) struct Line {
    pub(super) feed: String,
    pub(super) epoch: u32,
    pub(super) seq: u64,
    pub(super) t: String,
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) said: Said,
    /// The bytes, in hex if nothing else was asked for.
    pub(super) message: String,
}

/// What a message says.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Said {
    /// A decimal in the unit of the feed.
    Reading {
        value: String,
        unit: String,
    },
    Claim {
        subject: String,
        code: u16,
    },
}

impl Line {
    pub(super) fn of(feed: &Feed, message: &Signed) -> Self {
        let observation = message.observation();
        Self {
            feed: observation.feed.to_string(),
            epoch: observation.epoch,
            seq: observation.seq,
            t: time::show(observation.t),
            id: message.id().to_string(),
            said: Said::of(feed, observation.value),
            message: hex::encode(message.bytes()),
        }
    }
}

impl Said {
    fn of(feed: &Feed, value: Value) -> Self {
        let descriptor = feed.descriptor();
        match value {
            Value::Fixed(integer) => Self::Reading {
                value: decimal::show(integer, descriptor.scale),
                unit: descriptor.unit.clone(),
            },
            Value::Claim { subject, code } => Self::Claim {
                subject: subject.to_string(),
                code,
            },
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}:{}  {}", self.t, self.epoch, self.seq, self.said)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading { value, unit } if unit.is_empty() => f.write_str(value),
            Self::Reading { value, unit } => write!(f, "{value} {unit}"),
            Self::Claim { subject, code } => write!(f, "code {code} on {subject}"),
        }
    }
}
