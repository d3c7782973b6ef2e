//! The one encoding of everything that is signed or stored (docs/spec/encoding.md, 1).
//!
//! postcard by itself accepts trailing bytes and longer forms of a number. Here a decoded value is
//! encoded again and must give the same bytes, so a value has one encoding and an encoding one value.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The canonical bytes of `value`.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("a value of known length always fits into a growing vector")
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
    if encode(&value) != bytes {
        return Err(DecodeError::NotCanonical);
    }
    Ok(value)
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
