//! Coins and gas, as decimal strings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use twinroot_abi::{Amount, Gas};

/// Coins, in the ledger's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coins(pub Amount);

/// Gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work(pub Gas);

macro_rules! decimal {
    ($name:ident, $unit:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                // `parse` would take a sign as well.
                let number = Some(&text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).and_then(|text| text.parse().ok());
                let number = number.ok_or_else(|| de::Error::custom("a decimal number below 2^64 is expected, as a string"))?;
                Ok(Self($unit(number)))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": "^[0-9]{1,20}$" })
            }
        }

        impl From<$unit> for $name {
            fn from(units: $unit) -> Self {
                Self(units)
            }
        }
    };
}
decimal!(Coins, Amount);
decimal!(Work, Gas);
