//! The types of values, known to their last byte.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// A type of the guest codec: each value of it takes the same number of bytes (docs/spec/encoding.md, 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A whole number: `u64`, `Amount`.
    Number(&'static Number),
    /// Yes or no.
    Bool,
    /// One of the two of a channel.
    Side,
    /// 32 bytes: `Hash`, `FeedId`; the name says of what.
    Id(&'static str),
    /// So many in a row, at least one, of at least one byte each.
    Array(Arc<Self>, usize),
    /// Several, one after another; `()` is none.
    Tuple(Vec<Self>),
    /// A type with a name of its own.
    Data(Arc<DataType>),
}

/// A kind of whole number.
#[derive(Debug, PartialEq, Eq)]
pub struct Number {
    /// What it is called.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
    /// The least that there is.
    pub min: i128,
    /// The most.
    pub max: i128,
}

/// A struct or an enum, of the contract or of the SDK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataType {
    /// What it is called: `Deal`, `Claims<3>`.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// Bytes of each value.
    pub size: usize,
    /// What is in it.
    #[serde(flatten)]
    pub shape: Shape,
    #[serde(skip)]
    pub(crate) extent: Extent,
}

/// What a type with a name consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A struct: its fields one after another.
    Fields(Vec<Named>),
    /// An enum: the byte of one of these.
    Variants(Vec<Variant>),
    /// An enum of the SDK whose variants have fields: the byte of one of these, its fields, and zeros up to the size
    /// of the largest.
    Cases(Vec<Case>),
}

/// Something with a name and a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What it is called.
    pub name: String,
    /// What its doc comment says; nothing where there is none.
    pub docs: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Type,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its byte.
    pub value: u8,
    /// What it is called.
    pub name: String,
    /// What its doc comment says.
    #[serde(deserialize_with = "crate::text::read")]
    pub docs: String,
}

/// A variant with fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its byte.
    pub value: u8,
    /// What it is called.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// What is in it.
    pub fields: Vec<Named>,
}

/// How large the values of a type are, in each respect in which a spec could make them endless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) bytes: usize,
    /// Values in it that have no parts; at least 1, so that what takes no bytes is counted too.
    pub(crate) parts: usize,
    /// Types that lie in each other.
    pub(crate) depth: usize,
}

impl Extent {
    pub(crate) const fn leaf(bytes: usize) -> Self {
        Self {
            bytes,
            parts: 1,
            depth: 0,
        }
    }

    /// Of what consists of these.
    pub(crate) fn around(items: impl Iterator<Item = Self>) -> Self {
        let empty = Self::default();
        let all = items.fold(empty, |all, item| Self {
            bytes: all.bytes.saturating_add(item.bytes),
            parts: all.parts.saturating_add(item.parts),
            depth: all.depth.max(item.depth),
        });
        Self {
            parts: all.parts.max(1),
            depth: all.depth + 1,
            ..all
        }
    }

    /// Of what is one of these, behind a byte.
    fn one_of(cases: impl Iterator<Item = Self>) -> Self {
        cases.fold(Self::leaf(1), |all, case| Self {
            bytes: all.bytes.max(case.bytes.saturating_add(1)),
            parts: all.parts.max(case.parts.saturating_add(1)),
            depth: all.depth.max(case.depth),
        })
    }

    const fn times(self, count: usize) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(count),
            parts: self.parts.saturating_mul(count),
            depth: self.depth + 1,
        }
    }
}

impl Type {
    /// Nothing.
    pub const UNIT: Self = Self::Tuple(Vec::new());
    pub(crate) const SIDE_NAME: &str = "Side";
    pub(crate) const BOOL_NAME: &str = "bool";

    /// The type of that name, where it is one of the codec's own.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let number = NUMBERS.iter().copied().find(|number| number.name == name);
        let id = IDS.iter().copied().find(|id| *id == name);
        match name {
            Self::BOOL_NAME => Some(Self::Bool),
            Self::SIDE_NAME => Some(Self::Side),
            _ => number.map(Self::Number).or(id.map(Self::Id)),
        }
    }

    /// Bytes that each value takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.extent().bytes
    }

    pub(crate) fn extent(&self) -> Extent {
        match self {
            Self::Number(number) => Extent::leaf(number.size),
            Self::Bool | Self::Side => Extent::leaf(1),
            Self::Id(_) => Extent::leaf(ID_BYTES),
            Self::Array(item, count) => item.extent().times(*count),
            Self::Tuple(items) => Extent::around(items.iter().map(Self::extent)),
            Self::Data(data) => data.extent,
        }
    }

    /// Whether values are bytes in a row, which hex digits can stand for.
    pub(crate) fn is_bytes(&self) -> bool {
        matches!(self, Self::Array(item, _) if matches!(**item, Self::Number(Number { name: "u8", .. })))
    }
}

/// As it is written in a spec.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.write_str(number.name),
            Self::Bool => f.write_str(Self::BOOL_NAME),
            Self::Side => f.write_str(Self::SIDE_NAME),
            Self::Id(name) => f.write_str(name),
            Self::Array(item, count) => write!(f, "[{item}; {count}]"),
            Self::Tuple(items) => {
                f.write_str("(")?;
                for (place, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if place == 0 { "" } else { ", " })?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Self::Data(data) => f.write_str(&data.name),
        }
    }
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Bytes of an id.
pub(crate) const ID_BYTES: usize = 32;

const fn unsigned(name: &'static str, size: usize) -> Number {
    Number {
        name,
        size,
        min: 0,
        max: (1 << (8 * size)) - 1,
    }
}

pub(crate) const U8: &Number = &unsigned("u8", 1);
pub(crate) const U16: &Number = &unsigned("u16", 2);
pub(crate) const U32: &Number = &unsigned("u32", 4);
pub(crate) const U64: &Number = &unsigned("u64", 8);
pub(crate) const TIME_MS: &Number = &unsigned("TimeMs", 8);
pub(crate) const HEIGHT: &Number = &unsigned("Height", 8);
pub(crate) const I64: &Number = &Number {
    name: "i64",
    size: 8,
    min: i64::MIN as i128,
    max: i64::MAX as i128,
};

const NUMBERS: &[&Number] = &[
    U8,
    U16,
    U32,
    U64,
    I64,
    &unsigned("Amount", 8),
    &unsigned("Gas", 8),
    HEIGHT,
    &unsigned("Round", 8),
    TIME_MS,
];

pub(crate) const FEED_ID: &str = "FeedId";
pub(crate) const MESSAGE_ID: &str = "MessageId";
pub(crate) const SUBJECT: &str = "Subject";

pub(crate) const HASH: &str = "Hash";
pub(crate) const PUBLIC_KEY: &str = "PublicKey";

const IDS: &[&str] = &[
    HASH,
    "Root",
    "ChainId",
    "ChannelId",
    "ContractId",
    "CodeHash",
    FEED_ID,
    MESSAGE_ID,
    SUBJECT,
    PUBLIC_KEY,
];

impl DataType {
    pub(crate) fn of(name: String, docs: String, shape: Shape) -> Self {
        let extent = match &shape {
            Shape::Fields(fields) => of_fields(fields),
            Shape::Variants(_) => Extent::leaf(1),
            Shape::Cases(cases) => Extent::one_of(cases.iter().map(|case| of_fields(&case.fields))),
        };
        Self {
            name,
            docs,
            size: extent.bytes,
            shape,
            extent,
        }
    }
}

fn of_fields(fields: &[Named]) -> Extent {
    Extent::around(fields.iter().map(|field| field.kind.extent()))
}

impl Case {
    /// Bytes of its fields.
    pub(crate) fn size(&self) -> usize {
        of_fields(&self.fields).bytes
    }
}
