//! The one encoding of everything that is signed or stored (docs/spec/encoding.md, 1).
//!
//! postcard by itself accepts trailing bytes and longer forms of a number. Here a decoded value is
//! encoded again and must give the same bytes, so a value has one encoding and an encoding one value.

use core::fmt;
use core::marker::PhantomData;

use postcard::ser_flavors::Flavor;
use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Bytes that most encodings fit into, so that they need not grow.
const USUAL_BYTES: usize = 256;

/// The canonical bytes of `value`.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_extend(value, Vec::with_capacity(USUAL_BYTES))
        .expect("a value of known length always fits into a growing vector")
}

/// The value that `bytes` are the canonical encoding of. Nothing longer than `limit` is looked at.
///
/// # Errors
/// [`DecodeError`] says which rule the bytes break.
pub fn decode<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    limit: usize,
) -> Result<T, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLong {
            have: bytes.len(),
            limit,
        });
    }
    let (value, rest) =
        postcard::take_from_bytes::<T>(bytes).map_err(|_| DecodeError::Malformed)?;
    if !rest.is_empty() {
        return Err(DecodeError::Trailing {
            surplus: rest.len(),
        });
    }
    let same = postcard::serialize_with_flavor(&value, Same { rest: bytes });
    if same != Ok(true) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(value)
}

/// Holds what is encoded against what was decoded, without a copy.
struct Same<'a> {
    rest: &'a [u8],
}

impl Flavor for Same<'_> {
    type Output = bool;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        let rest = self.rest.strip_prefix(bytes);
        self.rest = rest.ok_or(postcard::Error::SerializeBufferFull)?;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<bool> {
        Ok(self.rest.is_empty())
    }
}

/// Decodes a sequence of at most `N` values, for `#[serde(deserialize_with = "at_most::<N, _, _>")]`.
/// A value may take far more memory than its bytes do, so the limit holds before there are too many.
///
/// # Errors
/// The deserializer's, where the sequence is longer.
pub fn at_most<'de, const N: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct AtMost<const N: usize, T>(PhantomData<T>);

    impl<'de, const N: usize, T: Deserialize<'de>> Visitor<'de> for AtMost<N, T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {N} values")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = sequence.next_element()? {
                if values.len() == N {
                    return Err(A::Error::invalid_length(N.saturating_add(1), &self));
                }
                values.push(value);
            }
            Ok(values)
        }
    }

    deserializer.deserialize_seq(AtMost::<N, T>(PhantomData))
}

/// Why bytes are not the encoding of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// More bytes than such a thing may have.
    #[error("{have} bytes where at most {limit} are allowed")]
    TooLong {
        /// Bytes given.
        have: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// They end too early or hold a value outside its range.
    #[error("malformed bytes")]
    Malformed,
    /// Bytes are left after the value.
    #[error("{surplus} trailing bytes")]
    Trailing {
        /// How many are left.
        surplus: usize,
    },
    /// A longer form of the same value, such as a padded number.
    #[error("not the canonical form")]
    NotCanonical,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_padded_number_is_refused() {
        assert_eq!(
            postcard::from_bytes::<u64>(&[0x80, 0x00]),
            Ok(0),
            "the library accepts it"
        );
        assert_eq!(
            decode::<u64>(&[0x80, 0x00], 16),
            Err(DecodeError::NotCanonical)
        );
    }

    #[test]
    fn trailing_bytes_are_refused() {
        assert_eq!(
            decode::<u64>(&[7, 0], 16),
            Err(DecodeError::Trailing { surplus: 1 })
        );
    }

    #[test]
    fn length_is_looked_at_first() {
        assert_eq!(
            decode::<u64>(&[0xff; 20], 16),
            Err(DecodeError::TooLong {
                have: 20,
                limit: 16
            })
        );
    }

    #[test]
    fn a_sequence_has_its_limit() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Few(#[serde(deserialize_with = "at_most::<3, _, _>")] Vec<u8>);

        assert_eq!(
            decode(&encode(&vec![1u8, 2, 3]), 16),
            Ok(Few(vec![1, 2, 3]))
        );
        assert_eq!(
            decode::<Few>(&encode(&vec![1u8, 2, 3, 4]), 16),
            Err(DecodeError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn round_trip(value: (u64, Vec<i64>, Option<bool>, [u8; 4])) {
            prop_assert_eq!(decode::<(u64, Vec<i64>, Option<bool>, [u8; 4])>(&encode(&value), 1 << 20), Ok(value));
        }

        #[test]
        fn canonical(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = decode::<(u64, Vec<u16>, Option<bool>)>(&bytes, 64) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }
    }
}
