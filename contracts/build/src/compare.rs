//! Where two modules differ, in words that their author knows.

use std::fmt;

use serde::Serialize;

use crate::anatomy::functions;
use crate::sections::{Section, sections};
use crate::{BuildError, FunctionSize, strip};

/// The first place where the code of two modules differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// A section that only one of them has, or that stands at different places.
    Sections {
        /// That of the first module, or none.
        one: String,
        /// That of the second, or none.
        other: String,
    },
    /// A section with other bytes.
    Section {
        /// Which.
        name: String,
    },
    /// A function with another body.
    Function {
        /// Its index.
        index: u32,
        /// Its name, where one of the modules tells.
        name: Option<String>,
        /// Bytes in the first module.
        one: usize,
        /// Bytes in the second.
        other: usize,
    },
    /// Another number of functions.
    Functions {
        /// In the first module.
        one: usize,
        /// In the second.
        other: usize,
    },
}

/// The first place where the code of two modules differs; custom sections that are not code do not
/// count.
///
/// # Errors
/// [`BuildError::NoModule`] for bytes that are none.
pub fn first_difference(one: &[u8], other: &[u8]) -> Result<Option<Difference>, BuildError> {
    let (code, other_code) = (strip(one)?, strip(other)?);
    if code == other_code {
        return Ok(None);
    }
    // The code says more than tables that follow from it, such as that of types.
    if let Some(difference) = first_function(one, other)? {
        return Ok(Some(difference));
    }
    let mut ours = sections(&code)?.into_iter();
    let mut others = sections(&other_code)?.into_iter();
    loop {
        let (section, other) = match (ours.next(), others.next()) {
            (Some(section), Some(other)) if section.name == other.name => (section, other),
            (None, None) => return Ok(None),
            (section, other) => {
                let name = |section: Option<Section<'_>>| {
                    section.map_or_else(|| String::from("none"), |section| section.name.to_owned())
                };
                return Ok(Some(Difference::Sections {
                    one: name(section),
                    other: name(other),
                }));
            }
        };
        if section.bytes != other.bytes {
            let name = section.name.to_owned();
            return Ok(Some(Difference::Section { name }));
        }
    }
}

fn first_function(one: &[u8], other: &[u8]) -> Result<Option<Difference>, BuildError> {
    let (ours, others) = (functions(one)?, functions(other)?);
    if ours.len() != others.len() {
        return Ok(Some(Difference::Functions {
            one: ours.len(),
            other: others.len(),
        }));
    }
    let pair = ours
        .into_iter()
        .zip(others)
        .find(|((_, body), (_, other))| body != other);
    Ok(
        pair.map(|((function, _), (other, _))| Difference::Function {
            index: function.index,
            name: function.name.or(other.name),
            one: function.bytes,
            other: other.bytes,
        }),
    )
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sections { one, other } => {
                write!(f, "one has section `{one}` where the other has `{other}`")
            }
            Self::Section { name } => write!(f, "section `{name}` has other bytes"),
            Self::Function {
                index,
                name,
                one,
                other,
            } => {
                let label = FunctionSize::label(*index, name.as_deref());
                write!(f, "{label} is another one, {one} and {other} bytes")
            }
            Self::Functions { one, other } => {
                write!(f, "one has {one} functions, the other {other}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, first_difference};

    fn compare(one: &str, other: &str) -> Option<Difference> {
        let module = |text: &str| wat::parse_str(format!("(module {text})")).unwrap();
        first_difference(&module(one), &module(other)).unwrap()
    }

    const GO: &str = r#"(func $go) (export "go" (func $go))"#;

    #[test]
    fn names_and_other_custom_sections_are_no_difference() {
        let renamed = r#"(func $went) (export "go" (func $went)) (@custom "more" "x")"#;
        assert_eq!(compare(GO, renamed), None);
    }

    #[test]
    fn names_the_function() {
        let other = r#"(func $go nop) (export "go" (func $go))"#;
        let difference = compare(GO, other).unwrap();
        assert_eq!(
            difference.to_string(),
            "function 0 (`go`) is another one, 2 and 3 bytes"
        );
    }

    #[test]
    fn names_the_section() {
        let went = r#"(func $go) (export "went" (func $go))"#;
        let section = |name: &str| Some(Difference::Section { name: name.into() });
        assert_eq!(compare(GO, went), section("export"));
        let policies = |byte: &str| format!(r#"{GO} (@custom "twinroot.policy" "{byte}")"#);
        assert_eq!(
            compare(&policies("a"), &policies("b")),
            section("twinroot.policy")
        );
        assert_eq!(
            compare(&policies("a"), GO),
            Some(Difference::Sections {
                one: "twinroot.policy".into(),
                other: "none".into()
            })
        );
    }
}
