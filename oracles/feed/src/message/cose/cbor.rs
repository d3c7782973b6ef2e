//! CBOR (RFC 8949) as far as a stock device needs it, in one form only: the shortest heads, definite
//! lengths (docs/spec/oracles.md, 2.5 and 3.2).

use super::number::{Number, dyadic};
use crate::OpenError;

/// Reads items from front to back. An item of another kind than expected is told as `unexpected`.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    unexpected: OpenError,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8], unexpected: OpenError) -> Self {
        Self {
            rest: bytes,
            unexpected,
        }
    }

    /// What was not read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Nothing may be left.
    pub(super) const fn finish(self) -> Result<(), OpenError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(OpenError::Trailing)
        }
    }

    /// How many items an array has.
    pub(super) fn array(&mut self) -> Result<u64, OpenError> {
        self.expect(Major::Array)
    }

    /// How many entries a map has.
    pub(super) fn map(&mut self) -> Result<u64, OpenError> {
        self.expect(Major::Map)
    }

    /// The contents of a byte string.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], OpenError> {
        let length = self.expect(Major::Bytes)?;
        self.take(length)
    }

    /// The contents of a text string.
    pub(super) fn text(&mut self) -> Result<&'a str, OpenError> {
        let length = self.expect(Major::Text)?;
        str::from_utf8(self.take(length)?).map_err(|_| OpenError::Malformed)
    }

    /// An integer that is not negative.
    pub(super) fn unsigned(&mut self) -> Result<u64, OpenError> {
        self.expect(Major::Unsigned)
    }

    /// An integer of 64 bits.
    pub(super) fn integer(&mut self) -> Result<i64, OpenError> {
        let head = self.head()?;
        let integer = head.integer().and_then(|it| i64::try_from(it).ok());
        integer.ok_or(self.unexpected)
    }

    /// A number: an integer, a decimal fraction (tag 4) or a float.
    pub(super) fn number(&mut self) -> Result<Number, OpenError> {
        let head = self.head()?;
        if let Some(integer) = head.integer() {
            return Ok(Number::Integer(integer));
        }
        match (head.major, head.info, head.argument) {
            (Major::Tag, _, DECIMAL_FRACTION) => {
                if self.array()? != 2 {
                    return Err(self.unexpected);
                }
                let exponent = self.integer()?;
                let mantissa = self.integer()?;
                Ok(Number::Decimal { exponent, mantissa })
            }
            (Major::Simple, 25, bits) => Ok(dyadic(bits, 5, 10)),
            (Major::Simple, 26, bits) => Ok(dyadic(bits, 8, 23)),
            (Major::Simple, 27, bits) => Ok(dyadic(bits, 11, 52)),
            _ => Err(self.unexpected),
        }
    }

    fn expect(&mut self, major: Major) -> Result<u64, OpenError> {
        let head = self.head()?;
        if head.major == major {
            Ok(head.argument)
        } else {
            Err(self.unexpected)
        }
    }

    fn head(&mut self) -> Result<Head, OpenError> {
        let initial = *self.take(1)?.first().ok_or(OpenError::Malformed)?;
        let major = Major::of(initial);
        let info = initial & 0x1f;
        let (argument, least) = match info {
            0..24 => (u64::from(info), 0),
            24 => (self.argument::<1>()?, 24),
            25 => (self.argument::<2>()?, 1 << 8),
            26 => (self.argument::<4>()?, 1 << 16),
            27 => (self.argument::<8>()?, 1 << 32),
            31 if major.has_length() => return Err(OpenError::NotCanonical),
            _ => return Err(OpenError::Malformed),
        };
        // The argument of a float is its bits, which are as they are.
        if major != Major::Simple && argument < least {
            return Err(OpenError::NotCanonical);
        }
        Ok(Head {
            major,
            info,
            argument,
        })
    }

    fn argument<const BYTES: usize>(&mut self) -> Result<u64, OpenError> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk::<BYTES>()
            .ok_or(OpenError::Malformed)?;
        self.rest = rest;
        let big_endian = |value, byte: &u8| (value << 8) | u64::from(*byte);
        Ok(bytes.iter().fold(0, big_endian))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], OpenError> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length))
            .ok_or(OpenError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// How an item begins.
struct Head {
    major: Major,
    info: u8,
    argument: u64,
}

impl Head {
    fn integer(&self) -> Option<i128> {
        let argument = i128::from(self.argument);
        match self.major {
            Major::Unsigned => Some(argument),
            Major::Negative => Some(!argument),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Major {
    Unsigned,
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Simple,
}

impl Major {
    const fn of(initial: u8) -> Self {
        match initial >> 5 {
            0 => Self::Unsigned,
            1 => Self::Negative,
            2 => Self::Bytes,
            3 => Self::Text,
            4 => Self::Array,
            5 => Self::Map,
            6 => Self::Tag,
            _ => Self::Simple,
        }
    }

    const fn has_length(self) -> bool {
        matches!(self, Self::Bytes | Self::Text | Self::Array | Self::Map)
    }
}

pub(super) const DECIMAL_FRACTION: u64 = 4;
