//! The arguments of a call, as JSON or as words of a command line.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Spec;
use crate::encode::{ValueError, got, names, write_fields};
use crate::kind::{Shape, Type};
use crate::spec::Entry;
use crate::text::{listed, quoted};

/// Arguments that an entry does not take. Whoever calls it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgsError {
    /// There is no such entry.
    #[error("there is no entry `{entry}`; there are: {known}")]
    NoEntry {
        /// The name given, escaped.
        entry: String,
        /// Those that there are.
        known: String,
    },
    /// Neither an object nor a list.
    #[error("the arguments of `{entry}` are an object by name or a list in their order, got {got}")]
    Form {
        /// The entry.
        entry: String,
        /// What was given.
        got: String,
    },
    /// A list of another length.
    #[error("`{entry}` takes {want} arguments ({known}), got {have}")]
    Count {
        /// The entry.
        entry: String,
        /// How many it takes.
        want: usize,
        /// How many were given.
        have: usize,
        /// What they are called.
        known: String,
    },
    /// A word without a name.
    #[error("`{word}` is no argument: write `name=value`; `{entry}` takes: {known}")]
    NoName {
        /// The entry.
        entry: String,
        /// The word, escaped.
        word: String,
        /// What the entry takes.
        known: String,
    },
    /// The same argument twice.
    #[error("`{name}` is given twice")]
    Twice {
        /// Which, escaped.
        name: String,
    },
    /// A word whose value is to be JSON and is none.
    #[error("`{name}`: wants {wants}, written as JSON, but this is none: {reason}")]
    Json {
        /// The argument.
        name: String,
        /// The type, and how a value of it is written.
        wants: String,
        /// What the parser says.
        reason: String,
    },
    /// An argument that is missing, too many, or not of its type.
    #[error("{0}")]
    Value(#[from] ValueError),
}

impl Spec {
    /// The arguments of a call of `entry` as the call carries them. `args` is an object by name, or a list in the
    /// order of the entry's arguments.
    ///
    /// # Errors
    /// [`ArgsError`] says which argument is wrong, what it should be and what it is.
    pub fn encode_args(&self, entry: &str, args: &Value) -> Result<Vec<u8>, ArgsError> {
        self.known_entry(entry)?.encode(args)
    }

    /// The same from words such as `amount=5`, `side=initiator`, `deal={"price":3}`: an argument and its value, which
    /// is JSON where it has parts.
    ///
    /// # Errors
    /// As [`Spec::encode_args`].
    pub fn encode_words<W: AsRef<str>>(
        &self,
        entry: &str,
        words: impl IntoIterator<Item = W>,
    ) -> Result<Vec<u8>, ArgsError> {
        let entry = self.known_entry(entry)?;
        let mut values = BTreeMap::new();
        for word in words {
            let (name, value) = entry.word(word.as_ref())?;
            if values.insert(name.to_owned(), value).is_some() {
                return Err(ArgsError::Twice { name: quoted(name) });
            }
        }
        entry.encode(&values.into_iter().collect())
    }

    pub(crate) fn known_entry(&self, name: &str) -> Result<&Entry, ArgsError> {
        self.entry(name).ok_or_else(|| ArgsError::NoEntry {
            entry: quoted(name),
            known: listed(self.entries.iter().map(|entry| &*entry.name)),
        })
    }
}

impl Entry {
    fn encode(&self, args: &Value) -> Result<Vec<u8>, ArgsError> {
        let mut out = Vec::new();
        match args {
            Value::Object(values) => write_fields(&self.args, values, &mut out)?,
            Value::Array(values) if values.len() == self.args.len() => {
                for (arg, value) in self.args.iter().zip(values) {
                    let written = arg.kind.write(value, &mut out);
                    written.map_err(|error| error.in_field(&arg.name))?;
                }
            }
            Value::Array(values) => {
                return Err(ArgsError::Count {
                    entry: self.name.clone(),
                    want: self.args.len(),
                    have: values.len(),
                    known: names(&self.args),
                });
            }
            other => {
                return Err(ArgsError::Form {
                    entry: self.name.clone(),
                    got: got(other),
                });
            }
        }
        Ok(out)
    }

    /// Name and value of an argument. One that the entry does not take is found later, with those that are missing.
    fn word<'a>(&self, word: &'a str) -> Result<(&'a str, Value), ArgsError> {
        let (name, text) = word.split_once('=').ok_or_else(|| ArgsError::NoName {
            entry: self.name.clone(),
            word: quoted(word),
            known: names(&self.args),
        })?;
        let kind = self
            .args
            .iter()
            .find(|arg| arg.name == name)
            .map(|arg| &arg.kind);
        let value = match kind {
            Some(kind) if kind.is_written_as_json(text) => {
                serde_json::from_str(text).map_err(|error| ArgsError::Json {
                    name: name.to_owned(),
                    wants: kind.wants(),
                    reason: error.to_string(),
                })?
            }
            Some(Type::Bool) => text.parse().map_or_else(|_| Value::from(text), Value::Bool),
            _ => Value::from(text),
        };
        Ok((name, value))
    }
}

impl Type {
    /// Whether a word for a value of this type is JSON, not the bare name, number or digits.
    fn is_written_as_json(&self, text: &str) -> bool {
        match self {
            Self::Number(_) | Self::Bool | Self::Side | Self::Id(_) => false,
            Self::Array(..) => !self.is_bytes() || text.starts_with('['),
            Self::Tuple(_) => true,
            Self::Data(data) => !matches!(data.shape, Shape::Variants(_)),
        }
    }
}
