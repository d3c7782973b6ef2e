//! From JSON to the bytes of a value (docs/spec/contract.md, 7).

use std::fmt;

use serde_json::{Map, Value};
use twinroot_abi::Side;

use crate::kind::{DataType, ID_BYTES, Named, Number, Shape, Type};
use crate::text::{listed, quoted};

/// A value that is not of its type. Whoever gave it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ValueError {
    /// Where in the value: `deal.price`, `feeds[2]`.
    pub path: Path,
    /// What is wrong there.
    pub problem: ValueProblem,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    /// It is something else.
    #[error("wants {wants}, got {got}")]
    Other {
        /// The type, and how a value of it is written.
        wants: String,
        /// What was given, escaped and cut.
        got: String,
    },
    /// A field is left out.
    #[error("is missing: give {wants}")]
    Missing {
        /// The type, and how a value of it is written.
        wants: String,
    },
    /// There is no such field.
    #[error("is no field; there are: {known}")]
    Unknown {
        /// Those that there are.
        known: String,
    },
}

/// Where in a value something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Item(usize),
}

impl Type {
    /// The bytes of the value that `value` stands for.
    ///
    /// # Errors
    /// [`ValueError`] where it stands for none.
    pub fn encode(&self, value: &Value) -> Result<Vec<u8>, ValueError> {
        let mut out = Vec::with_capacity(self.size());
        self.write(value, &mut out)?;
        Ok(out)
    }

    pub(crate) fn write(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), ValueError> {
        let other = || Err(self.refuses(value));
        match (self, value) {
            (Self::Number(kind), value) => match number(kind, value) {
                Some(number) => {
                    out.extend_from_slice(number.to_le_bytes().get(..kind.size).unwrap_or_default())
                }
                None => return other(),
            },
            (Self::Bool, Value::Bool(value)) => out.push((*value).into()),
            (Self::Side, Value::String(name)) => {
                match Side::BOTH.iter().find(|side| side.to_string() == *name) {
                    Some(side) => out.push(u8::from(*side == Side::Responder)),
                    None => return other(),
                }
            }
            (Self::Id(_), Value::String(digits)) => match bytes(digits, ID_BYTES) {
                Some(bytes) => out.extend(bytes),
                None => return other(),
            },
            (Self::Array(_, count), Value::String(digits)) if self.is_bytes() => {
                match bytes(digits, *count) {
                    Some(bytes) => out.extend(bytes),
                    None => return other(),
                }
            }
            (Self::Array(item, count), Value::Array(values)) if values.len() == *count => {
                for (place, value) in values.iter().enumerate() {
                    item.write(value, out)
                        .map_err(|error| error.in_item(place))?;
                }
            }
            (Self::Tuple(items), Value::Null) if items.is_empty() => {}
            (Self::Tuple(items), Value::Array(values))
                if !items.is_empty() && values.len() == items.len() =>
            {
                for (place, (item, value)) in items.iter().zip(values).enumerate() {
                    item.write(value, out)
                        .map_err(|error| error.in_item(place))?;
                }
            }
            (Self::Data(data), value) => match (&data.shape, value) {
                (Shape::Fields(fields), Value::Object(values)) => {
                    write_fields(fields, values, out)?
                }
                (Shape::Variants(variants), Value::String(name)) => {
                    match variants.iter().find(|variant| variant.name == *name) {
                        Some(variant) => out.push(variant.value),
                        None => return other(),
                    }
                }
                (Shape::Cases(cases), Value::Object(named)) => {
                    let mut named = named.iter();
                    let (Some((name, value)), None) = (named.next(), named.next()) else {
                        return other();
                    };
                    let case = cases.iter().find(|case| case.name == *name);
                    let (Some(case), Value::Object(values)) = (case, value) else {
                        return other();
                    };
                    let end = out.len().saturating_add(data.size);
                    out.push(case.value);
                    write_fields(&case.fields, values, out)
                        .map_err(|error| error.in_field(name))?;
                    out.resize(end, 0);
                }
                _ => return other(),
            },
            _ => return other(),
        }
        Ok(())
    }

    fn refuses(&self, value: &Value) -> ValueError {
        ValueProblem::Other {
            wants: self.wants(),
            got: got(value),
        }
        .here()
    }

    /// The type, and how a value of it is written.
    pub(crate) fn wants(&self) -> String {
        match self {
            Self::Number(Number { min, max, .. }) => {
                format!("{self}, a number from {min} to {max}")
            }
            Self::Bool => format!("{self}, true or false"),
            Self::Side => format!("{self}, {} or {}", Side::Initiator, Side::Responder),
            Self::Id(_) => format!("{self}, {} hex digits", 2 * ID_BYTES),
            Self::Array(_, count) if self.is_bytes() => {
                format!("{self}, a list of {count} or {} hex digits", 2 * count)
            }
            Self::Array(_, count) => format!("{self}, a list of {count}"),
            Self::Tuple(items) if items.is_empty() => format!("{self}, null"),
            Self::Tuple(items) => format!("{self}, a list of {}", items.len()),
            Self::Data(data) => data.wants(),
        }
    }
}

impl DataType {
    fn wants(&self) -> String {
        let name = &self.name;
        match &self.shape {
            Shape::Fields(fields) => format!("{name}, an object with {}", names(fields)),
            Shape::Variants(variants) => {
                let names = variants.iter().map(|variant| &*variant.name);
                format!("{name}, one of {}", listed(names))
            }
            Shape::Cases(cases) => {
                let names = cases.iter().map(|case| &*case.name);
                format!(
                    "{name}, an object with the fields of one of {}",
                    listed(names)
                )
            }
        }
    }
}

/// Writes the value of each field in turn; no other may be there.
pub(crate) fn write_fields(
    fields: &[Named],
    values: &Map<String, Value>,
    out: &mut Vec<u8>,
) -> Result<(), ValueError> {
    for field in fields {
        let written = match values.get(&field.name) {
            Some(value) => field.kind.write(value, out),
            None => Err(ValueProblem::Missing {
                wants: field.kind.wants(),
            }
            .here()),
        };
        written.map_err(|error| error.in_field(&field.name))?;
    }
    // Each field is there, so a surplus shows in the count.
    if values.len() > fields.len() {
        let known = |name: &String| fields.iter().any(|field| field.name == *name);
        if let Some(name) = values.keys().find(|name| !known(name)) {
            let problem = ValueProblem::Unknown {
                known: names(fields),
            };
            return Err(problem.here().in_field(&quoted(name)));
        }
    }
    Ok(())
}

pub(crate) fn names(fields: &[Named]) -> String {
    listed(fields.iter().map(|field| &*field.name))
}

impl ValueProblem {
    const fn here(self) -> ValueError {
        ValueError {
            path: Path(Vec::new()),
            problem: self,
        }
    }
}

impl ValueError {
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        self.path.0.push(Step::Field(name.to_owned()));
        self
    }

    fn in_item(mut self, place: usize) -> Self {
        self.path.0.push(Step::Item(place));
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the value");
        }
        f.write_str("`")?;
        // The innermost step was taken down first.
        for (place, step) in self.0.iter().rev().enumerate() {
            match step {
                Step::Field(name) if place == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        f.write_str("`")
    }
}

/// The number of that kind that a value is, as JSON or as digits: some who write JSON know no number above 2^53.
fn number(kind: &Number, value: &Value) -> Option<i128> {
    let number = match value {
        Value::Number(number) => number
            .as_u64()
            .map(i128::from)
            .or_else(|| number.as_i64().map(i128::from)),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    };
    number.filter(|number| (kind.min..=kind.max).contains(number))
}

/// So many bytes, of hex digits.
fn bytes(digits: &str, count: usize) -> Option<Vec<u8>> {
    hex::decode(digits)
        .ok()
        .filter(|bytes| bytes.len() == count)
}

/// What was given, for a message.
pub(crate) fn got(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => String::from("an object"),
        other => quoted(&other.to_string()),
    }
}
