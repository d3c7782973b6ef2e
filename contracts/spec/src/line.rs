//! The lines of a spec section as they are written, before anything is checked (docs/spec/contract.md, 5.2).

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::SpecError;
use crate::kind::Variant;
use crate::text::{printable, quoted};

/// What one line is about, with the name that stands in it.
pub(crate) enum Line {
    Contract(String, ContractLine),
    Entry(String, EntryLine),
    Data(String, DataLine),
    Errors(ErrorsLine),
    Events(EventsLine),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractLine {
    #[serde(deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
    pub(crate) hold: Option<u64>,
    pub(crate) fallback: Option<u8>,
    pub(crate) storage: Vec<StorageItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorageItem {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
    pub(crate) first: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryLine {
    #[serde(deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
    #[serde(default)]
    pub(crate) payable: bool,
    #[serde(default)]
    pub(crate) reads: bool,
    pub(crate) args: Vec<Item>,
    pub(crate) returns: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataLine {
    #[serde(deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
    pub(crate) fields: Option<Vec<Item>>,
    pub(crate) variants: Option<Vec<Variant>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorsLine {
    /// Of all errors together; each has its own text.
    #[serde(rename = "docs", deserialize_with = "crate::text::read")]
    _docs: String,
    pub(crate) codes: Vec<crate::ErrorDoc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsLine {
    #[serde(rename = "docs", deserialize_with = "crate::text::read")]
    _docs: String,
    pub(crate) variants: Vec<EventItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventItem {
    pub(crate) value: u8,
    pub(crate) name: String,
    #[serde(deserialize_with = "crate::text::read")]
    pub(crate) docs: String,
    pub(crate) fields: Vec<Item>,
}

impl Line {
    /// # Errors
    /// [`SpecError::Line`] for the first that cannot be read.
    pub(crate) fn all(section: &[u8]) -> Result<Vec<Self>, SpecError> {
        let lines = section.split(|byte| *byte == b'\n').enumerate();
        lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(index, line)| {
                serde_json::from_slice(line).map_err(|error| SpecError::Line {
                    line: index + 1,
                    reason: printable(&error.to_string()),
                })
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(LineVisitor)
    }
}

/// The first key says what the other keys are.
struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Line, A::Error> {
        fn rest<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
        let first: Option<String> = map.next_key()?;
        Ok(match first.as_deref() {
            Some("contract") => Line::Contract(map.next_value()?, rest(map)?),
            Some("entry") => Line::Entry(map.next_value()?, rest(map)?),
            Some("data") => Line::Data(map.next_value()?, rest(map)?),
            Some("errors") => {
                map.next_value::<String>()?;
                Line::Errors(rest(map)?)
            }
            Some("events") => {
                map.next_value::<String>()?;
                Line::Events(rest(map)?)
            }
            other => {
                return Err(A::Error::custom(format!(
                    "the first key is `{}`, which names nothing that a line can be about; it may be of a newer SDK",
                    quoted(other.unwrap_or_default())
                )));
            }
        })
    }
}
