//! What a field of a contract can be, and what the SDK's policies are.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use twinroot_abi::Policy;

use crate::kind::{DataType, FEED_ID, I64, Named, SUBJECT, Shape, TIME_MS, Type, U16};

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
    /// The policy of that name; `None` where there is none.
    pub(crate) fn named(name: &str, numbers: &[u64]) -> Option<Result<Self, &'static str>> {
        /// Attestors of a list, readings of a call (docs/spec/oracles.md, 5.3; docs/spec/vm.md, 6).
        const ATTESTORS: u16 = 16;
        const READINGS: u16 = 256;
        let small: Option<Vec<u16>> = numbers
            .iter()
            .map(|&number| number.try_into().ok())
            .collect();
        let small = small.unwrap_or_default();
        Some(match (name, &*small) {
            ("KOfN", &[k, n]) if n <= ATTESTORS && k <= n && k > n / 2 => Ok(Self::KOfN { k, n }),
            ("KOfN", _) => {
                Err("of 1 to 16 attestors more than half have to agree, and no more than there are")
            }
            ("RunLength", &[n]) if (1..=READINGS).contains(&n) => Ok(Self::RunLength { n }),
            ("RunLength", _) => Err("a run has 1 to 256 readings"),
            _ => return None,
        })
    }

    /// The policy as the policy section has it, with its parameters in that slot.
    #[must_use]
    pub const fn policy(self, slot: u32) -> Policy {
        match self {
            Self::KOfN { k, .. } => Policy::KOfNEqual { k, params: slot },
            Self::RunLength { n } => Policy::RunLength { n, params: slot },
        }
    }

    /// What the contract sets: who is believed, and about what.
    #[must_use]
    pub fn params(self) -> Type {
        Type::Data(Arc::new(match self {
            Self::KOfN { n, .. } => claims(n.into()),
            Self::RunLength { .. } => band(),
        }))
    }

    /// What the contract is told.
    #[must_use]
    pub fn verdict(self) -> Type {
        match self {
            Self::KOfN { .. } => Type::Number(U16),
            Self::RunLength { .. } => Type::Tuple(vec![Type::Number(TIME_MS); 2]),
        }
    }
}

/// `Claims<N>` of the SDK.
pub(crate) fn claims(attestors: usize) -> DataType {
    let feeds = Type::Array(Arc::new(Type::Id(FEED_ID)), attestors);
    structure(
        format!("{CLAIMS}<{attestors}>"),
        "Who is believed, and about what.",
        [
            ("subject", "What the claims are about.", Type::Id(SUBJECT)),
            ("feeds", "The attestors, ascending and different.", feeds),
        ],
    )
}

/// `Band` of the SDK.
pub(crate) fn band() -> DataType {
    structure(
        BAND.to_owned(),
        "Who measures, what is in order, and the time that counts.",
        [
            ("feed", "The feed.", Type::Id(FEED_ID)),
            ("low", "A reading below this is outside.", Type::Number(I64)),
            (
                "high",
                "A reading above this is outside.",
                Type::Number(I64),
            ),
            (
                "from",
                "From when on readings count.",
                Type::Number(TIME_MS),
            ),
            ("to", "Until when, inclusive.", Type::Number(TIME_MS)),
        ],
    )
}

pub(crate) const CLAIMS: &str = "Claims";
pub(crate) const BAND: &str = "Band";

fn structure<const N: usize>(
    name: String,
    docs: &str,
    fields: [(&str, &str, Type); N],
) -> DataType {
    let fields = fields.map(|(name, docs, kind)| Named {
        name: name.to_owned(),
        docs: docs.to_owned(),
        kind,
    });
    DataType::of(name, docs.to_owned(), Shape::Fields(fields.into()))
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
