//! How things are written in JSON: ids, bytes and whole structures as hex, coins as decimal strings (a JSON number loses digits above
//! 2^53), heights and times as numbers.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twinroot_abi::{Amount, Hash, Height, Root, TimeMs};
use twinroot_exec::{Block, Env};
use twinroot_types::{decode, encode};

/// The longest structure: all that was forced on a channel.
const STRUCTURE_BYTES: usize = 64 << 20;

/// The canonical bytes of a value, as hex. Of an id these are its 32 bytes.
pub(crate) mod canonical {
    use super::*;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(encode(value)))
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: Serialize + DeserializeOwned,
        D: Deserializer<'de>,
    {
        let bytes = hex::decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        decode(&bytes, STRUCTURE_BYTES).map_err(D::Error::custom)
    }
}

/// The same of a value that may be absent.
pub(crate) mod maybe_canonical {
    use super::*;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value
            .as_ref()
            .map(|value| hex::encode(encode(value)))
            .serialize(to)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: Serialize + DeserializeOwned,
        D: Deserializer<'de>,
    {
        let Some(digits) = Option::<String>::deserialize(from)? else {
            return Ok(None);
        };
        let bytes = hex::decode(digits).map_err(D::Error::custom)?;
        decode(&bytes, STRUCTURE_BYTES)
            .map(Some)
            .map_err(D::Error::custom)
    }
}

/// Bytes as hex.
pub(crate) mod bytes {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Bytes that may be absent, as hex.
pub(crate) mod maybe_bytes {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Vec<u8>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(hex::encode).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let digits = Option::<String>::deserialize(from)?;
        digits
            .map(|digits| hex::decode(digits).map_err(D::Error::custom))
            .transpose()
    }
}

/// Coins as a decimal string.
pub(crate) mod coins {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Amount, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Amount, D::Error> {
        read(&String::deserialize(from)?).map_err(D::Error::custom)
    }

    pub(super) fn read(digits: &str) -> Result<Amount, String> {
        // As they are written: no sign, no zero in front.
        let coins = digits
            .parse()
            .map(Amount)
            .map_err(|_| format!("`{}` is no amount", digits.escape_default()))?;
        if coins.to_string() == digits {
            Ok(coins)
        } else {
            Err(format!("`{}` is written {coins}", digits.escape_default()))
        }
    }
}

/// Coins of both sides.
pub(crate) mod both_coins {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &[Amount; 2], to: S) -> Result<S::Ok, S::Error> {
        value.map(|coins| coins.to_string()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[Amount; 2], D::Error> {
        let [one, other] = <[String; 2]>::deserialize(from)?;
        Ok([
            coins::read(&one).map_err(D::Error::custom)?,
            coins::read(&other).map_err(D::Error::custom)?,
        ])
    }
}

/// A block as updates pin it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Env", deny_unknown_fields)]
pub(crate) struct EnvJson {
    height: Height,
    time: TimeMs,
    #[serde(with = "canonical")]
    block: Hash,
}

/// All that the hash of a block commits to.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Block")]
pub(crate) struct BlockJson {
    #[serde(with = "canonical")]
    parent: Hash,
    height: Height,
    time: TimeMs,
    #[serde(with = "canonical")]
    app: Root,
}
