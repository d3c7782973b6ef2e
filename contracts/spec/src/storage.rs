//! What a field of a contract can be, and what the SDK's policies are.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use twinroot_abi::Policy;

use crate::kind::{FEED_ID, I64, TIME_MS, Type, U16};
use crate::sdk::{
    answer, band, claims, contradiction, excursion, message, query, reading, sensor, source,
    sources,
};

/// What a field of a contract is (docs/spec/contract.md, 1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// One value.
    Value(Type),
    /// Values under keys.
    Map(Type, Type),
    /// Values in a row.
    List(Type),
    /// The parameters of a policy.
    Policy(Rule),
}

/// A policy, with its numbers (docs/spec/oracles.md, 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `k` of `n` attestors claim the same.
    KOfN {
        /// How many have to agree.
        k: u16,
        /// How many there are.
        n: u16,
    },
    /// So many readings in a row lie outside a band.
    RunLength {
        /// How many.
        n: u16,
    },
    /// The middle one of what so many feeds read.
    Median {
        /// How many.
        n: u16,
    },
    /// Readings leave a band for so long.
    Duration {
        /// How long.
        ms: u64,
    },
    /// A feed says nothing for longer than that.
    MaxGap {
        /// How long.
        ms: u64,
    },
    /// A reading that is no older than that.
    Fresh {
        /// How old.
        ms: u64,
    },
    /// Any message of a feed, once.
    Any,
    /// A feed contradicts itself.
    Equivocation,
    /// What an oracle of the ledger answered.
    Response,
}

impl Storage {
    /// What the field begins with; `()` where it begins empty.
    #[must_use]
    pub fn first(&self) -> Type {
        match self {
            Self::Value(kind) => kind.clone(),
            Self::Map(..) | Self::List(_) => Type::UNIT,
            Self::Policy(rule) => rule.params(),
        }
    }
}

impl Rule {
    const ANY: &str = "Any";
    const EQUIVOCATION: &str = "Equivocation";
    const RESPONSE: &str = "Response";
    /// The policies without a number.
    pub(crate) const BARE: [&str; 3] = [Self::ANY, Self::EQUIVOCATION, Self::RESPONSE];

    /// The policy of that name; `None` where there is none.
    pub(crate) fn named(name: &str, numbers: &[u64]) -> Option<Result<Self, &'static str>> {
        /// Attestors of a list, readings of a call, feeds of a median (docs/spec/oracles.md, 5.3 and 5.5;
        /// docs/spec/vm.md, 6).
        const ATTESTORS: u16 = 16;
        const READINGS: u16 = 256;
        const FEEDS: u16 = 15;
        // What is no u16 is beyond every bound, as its greatest is.
        let counts: Vec<u16> = numbers
            .iter()
            .map(|&number| number.try_into().unwrap_or(u16::MAX))
            .collect();
        Some(match (name, &*counts, numbers) {
            ("KOfN", &[k, n], _) if n <= ATTESTORS && k <= n && k > n / 2 => {
                Ok(Self::KOfN { k, n })
            }
            ("KOfN", ..) => {
                Err("of 1 to 16 attestors more than half have to agree, and no more than there are")
            }
            ("RunLength", &[n], _) if (1..=READINGS).contains(&n) => Ok(Self::RunLength { n }),
            ("RunLength", ..) => Err("a run has 1 to 256 readings"),
            ("Median", &[n], _) if (3..=FEEDS).contains(&n) && n % 2 == 1 => Ok(Self::Median { n }),
            ("Median", ..) => Err("a median is of an odd number of feeds, 3 to 15"),
            ("Duration", _, &[ms]) if ms >= 1 => Ok(Self::Duration { ms }),
            ("Duration", ..) => Err("a breach takes at least 1 millisecond"),
            ("MaxGap", _, &[ms]) if ms >= 1 => Ok(Self::MaxGap { ms }),
            ("MaxGap", ..) => Err("a gap of at least 1 millisecond has to be allowed"),
            ("Fresh", _, &[ms]) if ms >= 1 => Ok(Self::Fresh { ms }),
            ("Fresh", ..) => Err("a reading may be at least 1 millisecond old"),
            (Self::ANY, [], _) => Ok(Self::Any),
            (Self::ANY, ..) => Err("`Any` has no number with it"),
            (Self::EQUIVOCATION, [], _) => Ok(Self::Equivocation),
            (Self::EQUIVOCATION, ..) => Err("`Equivocation` has no number with it"),
            (Self::RESPONSE, [], _) => Ok(Self::Response),
            (Self::RESPONSE, ..) => Err("`Response` has no number with it"),
            _ => return None,
        })
    }

    /// The policy as the policy section has it, with its parameters in that slot.
    #[must_use]
    pub const fn policy(self, slot: u32) -> Policy {
        let params = slot;
        match self {
            Self::KOfN { k, .. } => Policy::KOfNEqual { k, params },
            Self::RunLength { n } => Policy::RunLength { n, params },
            Self::Median { n } => Policy::Median { n, params },
            Self::Duration { ms } => Policy::Duration { ms, params },
            Self::MaxGap { ms } => Policy::MaxGap { ms, params },
            Self::Fresh { ms } => Policy::Fresh { ms, params },
            Self::Any => Policy::Any { params },
            Self::Equivocation => Policy::Equivocation { params },
            Self::Response => Policy::Response { params },
        }
    }

    /// What the contract sets: who is believed, and about what.
    #[must_use]
    pub fn params(self) -> Type {
        let data = match self {
            Self::KOfN { n, .. } => claims(n.into()),
            Self::RunLength { .. } => band(),
            Self::Median { n } => sources(n.into()),
            Self::Duration { .. } => excursion(),
            Self::MaxGap { .. } => sensor(),
            Self::Fresh { .. } | Self::Any => source(),
            Self::Response => query(),
            Self::Equivocation => return Type::Id(FEED_ID),
        };
        Type::Data(Arc::new(data))
    }

    /// What the contract is told.
    #[must_use]
    pub fn verdict(self) -> Type {
        match self {
            Self::KOfN { .. } => Type::Number(U16),
            Self::RunLength { .. } | Self::Duration { .. } | Self::MaxGap { .. } => {
                Type::Tuple(vec![Type::Number(TIME_MS); 2])
            }
            Self::Median { .. } => Type::Tuple(vec![Type::Number(I64), Type::Number(TIME_MS)]),
            Self::Fresh { .. } => Type::Data(Arc::new(reading())),
            Self::Any => Type::Data(Arc::new(message())),
            Self::Equivocation => Type::Data(Arc::new(contradiction())),
            Self::Response => Type::Data(Arc::new(answer())),
        }
    }
}

/// As it is written in a spec.
impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(kind) => write!(f, "Value<{kind}>"),
            Self::Map(key, value) => write!(f, "Map<{key}, {value}>"),
            Self::List(item) => write!(f, "List<{item}>"),
            Self::Policy(rule) => write!(f, "{rule}"),
        }
    }
}

/// As it is written in a spec.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KOfN { k, n } => write!(f, "KOfN<{k}, {n}>"),
            Self::RunLength { n } => write!(f, "RunLength<{n}>"),
            Self::Median { n } => write!(f, "Median<{n}>"),
            Self::Duration { ms } => write!(f, "Duration<{ms}>"),
            Self::MaxGap { ms } => write!(f, "MaxGap<{ms}>"),
            Self::Fresh { ms } => write!(f, "Fresh<{ms}>"),
            Self::Any => f.write_str(Self::ANY),
            Self::Equivocation => f.write_str(Self::EQUIVOCATION),
            Self::Response => f.write_str(Self::RESPONSE),
        }
    }
}

impl Serialize for Storage {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
