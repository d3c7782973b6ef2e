//! From the bytes of values, arguments, events and leaves to JSON (docs/spec/contract.md, 7).

use serde_json::{Map, Value};
use twinroot_abi::Side;

use crate::kind::{DataType, ID_BYTES, Named, Number, Shape, Type, U32};
use crate::storage::Storage;
use crate::text::{listed, quoted};
use crate::{Entry, Event, Spec};

/// Bytes that stand for nothing. Who made them is at fault, or they are of another contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// There is no such entry.
    #[error("there is no entry `{entry}`; there are: {known}")]
    NoEntry {
        /// The name given, escaped.
        entry: String,
        /// Those that there are.
        known: String,
    },
    /// More bytes than the type takes, or fewer.
    #[error("{what}: wants {want} bytes, got {have}")]
    Size {
        /// What was to be read.
        what: String,
        /// Bytes that it takes.
        want: usize,
        /// Bytes given.
        have: usize,
    },
    /// A byte that no value of the type has.
    #[error("{what}: the byte {byte:#04x} stands for no {kind}")]
    Byte {
        /// What was to be read.
        what: String,
        /// The type of the part.
        kind: String,
        /// The byte.
        byte: u8,
    },
    /// An event of a number that no event has.
    #[error(
        "the contract has no event {number}; it is of another contract, or was made without the SDK's `emit`"
    )]
    NoEvent {
        /// The number; none where there are no bytes at all.
        number: EventNumber,
    },
    /// A key that belongs to no field.
    #[error("no field of the contract has the key {key}; the contract laid it out by itself")]
    NoField {
        /// The key, in hex.
        key: String,
    },
}

/// The number that an event begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventNumber(pub Option<u8>);

impl std::fmt::Display for EventNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(number) => write!(f, "{number}"),
            None => f.write_str("of no bytes"),
        }
    }
}

/// A leaf of a contract's storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'a> {
    /// The field that it belongs to.
    pub field: &'a str,
    /// The key in the map, the index in the list; `None` where the field has this one leaf, and for the length of a
    /// list.
    pub key: Option<Value>,
    /// What lies there.
    pub value: Value,
}

/// A place of a contract's storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Place<'a> {
    /// The field that it belongs to.
    pub field: &'a str,
    /// As that of a [`Leaf`].
    pub key: Option<Value>,
    /// The type of what lies there.
    pub kind: Type,
}

impl Spec {
    /// The arguments of a call of `entry`, by name.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are no arguments of it.
    pub fn decode_args(&self, entry: &str, bytes: &[u8]) -> Result<Value, DecodeError> {
        let entry = self.entry_to_read(entry)?;
        let what = format!("the arguments of `{}`", entry.name);
        read_fields(&what, &entry.args, bytes)
    }

    /// What a call of `entry` returned.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are nothing that it returns.
    pub fn decode_return(&self, entry: &str, bytes: &[u8]) -> Result<Value, DecodeError> {
        let entry = self.entry_to_read(entry)?;
        let what = format!("what `{}` returns", entry.name);
        read_whole(&what, &entry.returns, bytes)
    }

    /// The name of an event and its fields, by name.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are no event of the contract.
    pub fn decode_event(&self, bytes: &[u8]) -> Result<(&str, Value), DecodeError> {
        let number = bytes.first().copied();
        let known = number.and_then(|number| self.events.get(usize::from(number)));
        let (Some(Event { name, fields, .. }), [_, rest @ ..]) = (known, bytes) else {
            return Err(DecodeError::NoEvent {
                number: EventNumber(number),
            });
        };
        let fields = read_fields(&format!("the fields of the event `{name}`"), fields, rest)?;
        Ok((name, fields))
    }

    /// What lies under a key of the contract's storage.
    ///
    /// # Errors
    /// [`DecodeError`] where the SDK puts nothing there, or something else.
    pub fn decode_storage(&self, key: &[u8], value: &[u8]) -> Result<Leaf<'_>, DecodeError> {
        let Place { field, key, kind } = self.decode_key(key)?;
        let value = read_whole(&format!("`{field}`"), &kind, value)?;
        Ok(Leaf { field, key, value })
    }

    /// Which place of the contract's storage a key is that of.
    ///
    /// # Errors
    /// [`DecodeError`] where the SDK puts nothing there.
    pub fn decode_key(&self, key: &[u8]) -> Result<Place<'_>, DecodeError> {
        let no_field = || DecodeError::NoField {
            key: hex::encode(key),
        };
        let (slot, under) = key.split_first_chunk().ok_or_else(no_field)?;
        let slot = usize::try_from(u32::from_le_bytes(*slot)).ok();
        let field = slot
            .and_then(|slot| self.storage.get(slot))
            .ok_or_else(no_field)?;
        let name = &*field.name;
        let place = |key: Option<&Type>, kind: Type| {
            let key = key.map(|key| read_whole(&format!("the key of `{name}`"), key, under));
            Ok(Place {
                field: name,
                key: key.transpose()?,
                kind,
            })
        };
        match &field.kind {
            Storage::Map(key, kind) => place(Some(key), kind.clone()),
            Storage::List(kind) if !under.is_empty() => {
                place(Some(&Type::Number(U32)), kind.clone())
            }
            _ if !under.is_empty() => Err(no_field()),
            Storage::List(_) => place(None, Type::Number(U32)),
            Storage::Value(kind) => place(None, kind.clone()),
            Storage::Policy(rule) => place(None, rule.params()),
        }
    }

    fn entry_to_read(&self, name: &str) -> Result<&Entry, DecodeError> {
        self.entry(name).ok_or_else(|| DecodeError::NoEntry {
            entry: quoted(name),
            known: listed(self.entries.iter().map(|entry| &*entry.name)),
        })
    }
}

impl Type {
    /// The value that `bytes` stand for.
    ///
    /// # Errors
    /// [`DecodeError`] where they stand for none (docs/spec/encoding.md, 4.2).
    pub fn decode(&self, bytes: &[u8]) -> Result<Value, DecodeError> {
        read_whole(&format!("`{self}`"), self, bytes)
    }
}

fn read_whole(what: &str, kind: &Type, bytes: &[u8]) -> Result<Value, DecodeError> {
    Reader::of(what, kind.size(), bytes)?.value(kind)
}

fn read_fields(what: &str, fields: &[Named], bytes: &[u8]) -> Result<Value, DecodeError> {
    let size = fields.iter().map(|field| field.kind.size()).sum();
    Reader::of(what, size, bytes)?.fields(fields)
}

struct Reader<'a> {
    what: &'a str,
    /// As many as the types take that are read.
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn of(what: &'a str, want: usize, bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() == want {
            Ok(Self { what, rest: bytes })
        } else {
            Err(DecodeError::Size {
                what: what.to_owned(),
                want,
                have: bytes.len(),
            })
        }
    }

    fn value(&mut self, kind: &Type) -> Result<Value, DecodeError> {
        match kind {
            Type::Number(number) => Ok(number_of(number, self.take(number.size))),
            Type::Bool => match self.byte() {
                0 => Ok(Value::from(false)),
                1 => Ok(Value::from(true)),
                byte => Err(self.no_value(Type::BOOL_NAME, byte)),
            },
            Type::Side => {
                let byte = self.byte();
                let side = Side::from_index(byte.into());
                let side = side.ok_or_else(|| self.no_value(Type::SIDE_NAME, byte))?;
                Ok(side.to_string().into())
            }
            Type::Id(_) => Ok(hex::encode(self.take(ID_BYTES)).into()),
            Type::Array(item, count) => (0..*count).map(|_| self.value(item)).collect(),
            Type::Tuple(items) if items.is_empty() => Ok(Value::Null),
            Type::Tuple(items) => items.iter().map(|item| self.value(item)).collect(),
            Type::Data(data) => self.data(data),
        }
    }

    fn data(&mut self, data: &DataType) -> Result<Value, DecodeError> {
        match &data.shape {
            Shape::Fields(fields) => self.fields(fields),
            Shape::Variants(variants) => {
                let byte = self.byte();
                let variant = variants.iter().find(|variant| variant.value == byte);
                let variant = variant.ok_or_else(|| self.no_value(&data.name, byte))?;
                Ok(Value::from(&*variant.name))
            }
            Shape::Cases(cases) => {
                let byte = self.byte();
                let case = cases.iter().find(|case| case.value == byte);
                let case = case.ok_or_else(|| self.no_value(&data.name, byte))?;
                let fields = self.fields(&case.fields)?;
                let zeros = data.size.saturating_sub(case.size().saturating_add(1));
                match self.take(zeros).iter().find(|byte| **byte != 0) {
                    Some(byte) => Err(self.no_value(&data.name, *byte)),
                    None => Ok(Map::from_iter([(case.name.clone(), fields)]).into()),
                }
            }
        }
    }

    fn fields(&mut self, fields: &[Named]) -> Result<Value, DecodeError> {
        let mut values = Map::new();
        for field in fields {
            values.insert(field.name.clone(), self.value(&field.kind)?);
        }
        Ok(values.into())
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// The next bytes, which are there, since there were as many as the types take.
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        self.rest = rest;
        taken
    }

    fn no_value(&self, kind: &str, byte: u8) -> DecodeError {
        DecodeError::Byte {
            what: self.what.to_owned(),
            kind: kind.to_owned(),
            byte,
        }
    }
}

fn number_of(kind: &Number, bytes: &[u8]) -> Value {
    let mut word = [0; 8];
    for (place, byte) in word.iter_mut().zip(bytes) {
        *place = *byte;
    }
    if kind.min < 0 {
        // The only one below zero takes all eight.
        i64::from_le_bytes(word).into()
    } else {
        u64::from_le_bytes(word).into()
    }
}
