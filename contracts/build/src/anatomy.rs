//! What a module consists of: for people who ask what it is, and what makes it large.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use rustc_demangle::demangle;
use serde::Serialize;
use twinroot_abi::{CALL_GAS, CODE_BYTE_CENTIGAS, Policy};
use twinroot_gate::Module;
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload, TypeRef};

use crate::sections::sections;
use crate::{BuildError, BuildRecord};

/// A contract's parts.
#[derive(Clone, Debug, Serialize)]
pub struct Anatomy {
    /// What names the code.
    pub code_hash: String,
    /// Bytes of all.
    pub bytes: usize,
    /// Bytes that the code hash covers, and that are published.
    pub code_bytes: usize,
    /// Gas that each call pays before its first instruction.
    pub start_gas: u64,
    /// Functions that a call can name.
    pub entries: Vec<String>,
    /// Host functions that it uses.
    pub imports: Vec<String>,
    /// Oracle policies that it declares, in order.
    pub policies: Vec<String>,
    /// Its sections, in order.
    pub sections: Vec<SectionSize>,
    /// Its functions, the biggest first.
    pub functions: Vec<FunctionSize>,
    /// What it was built with, if it says so.
    pub record: Option<BuildRecord>,
}

/// A section and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionSize {
    /// Its name; that of its kind, unless it is a custom section.
    pub name: String,
    /// Bytes, its head included.
    pub bytes: usize,
    /// Whether the code hash covers it.
    pub code: bool,
}

/// A function and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionSize {
    /// Its index; imported functions come first.
    pub index: u32,
    /// Its name, where the module tells.
    pub name: Option<String>,
    /// Bytes of its body.
    pub bytes: usize,
}

impl FunctionSize {
    /// What to call a function.
    pub(crate) fn label(index: u32, name: Option<&str>) -> String {
        name.map_or_else(
            || format!("function {index}"),
            |name| format!("function {index} (`{name}`)"),
        )
    }
}

impl fmt::Display for FunctionSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = Self::label(self.index, self.name.as_deref());
        write!(f, "{label}, {} bytes", self.bytes)
    }
}

impl Anatomy {
    /// Of a contract; `named` is the same code with the names of its functions, or the contract again.
    ///
    /// # Errors
    /// [`BuildError::NoModule`] or [`BuildError::Gate`] for what is no contract.
    pub fn of(contract: &[u8], named: &[u8]) -> Result<Self, BuildError> {
        let parts = sections(contract)?;
        let Module {
            hash,
            canonical,
            policies,
            entries,
            ..
        } = crate::admit(contract)?;
        Ok(Self {
            code_hash: hex::encode(hash.0),
            bytes: contract.len(),
            code_bytes: canonical.len(),
            start_gas: start_gas(canonical.len()),
            entries: entries.into_iter().collect(),
            imports: imports(&canonical)?,
            policies: policies.into_iter().map(say).collect(),
            sections: parts
                .iter()
                .map(|section| SectionSize {
                    name: section.name.to_owned(),
                    bytes: section.bytes.len(),
                    code: section.is_code(),
                })
                .collect(),
            functions: function_sizes(named)?,
            record: BuildRecord::of(contract)?,
        })
    }
}

/// The functions of a module, the biggest first.
///
/// # Errors
/// [`BuildError::NoModule`] for bytes that are none.
pub fn function_sizes(module: &[u8]) -> Result<Vec<FunctionSize>, BuildError> {
    let functions = functions(module)?.into_iter();
    let mut sizes: Vec<_> = functions.map(|(function, _)| function).collect();
    sizes.sort_by_key(|function| Reverse(function.bytes));
    Ok(sizes)
}

/// docs/spec/vm.md, 5.5
fn start_gas(code_bytes: usize) -> u64 {
    let bytes = u64::try_from(code_bytes).unwrap_or(u64::MAX);
    CALL_GAS.saturating_add(bytes.saturating_mul(CODE_BYTE_CENTIGAS).div_ceil(100))
}

fn say(policy: Policy) -> String {
    match policy {
        Policy::KOfNEqual { k, params } => {
            format!("{k} of the feeds in slot {params} claim the same")
        }
        Policy::RunLength { n, params } => {
            format!("{n} readings in a row outside the limits in slot {params}")
        }
        Policy::Median { n, params } => {
            format!("the middle one of readings of the {n} feeds in slot {params}")
        }
        Policy::Duration { ms, params } => {
            format!("readings outside the limits in slot {params} for {ms} ms")
        }
        Policy::MaxGap { ms, params } => {
            format!("the feed in slot {params} is silent for more than {ms} ms")
        }
        Policy::Fresh { ms, params } => {
            format!("a reading of the feed in slot {params}, at most {ms} ms old")
        }
        Policy::Any { params } => format!("any message of the feed in slot {params}"),
        Policy::Equivocation { params } => format!("the feed in slot {params} contradicts itself"),
        Policy::Response { params } => {
            format!("the answer to the query in slot {params}, or that there is none")
        }
    }
}

fn imports(module: &[u8]) -> Result<Vec<String>, BuildError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                names.push(import?.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The functions of a module in their order, each with its body.
pub(crate) fn functions(module: &[u8]) -> Result<Vec<(FunctionSize, &[u8])>, BuildError> {
    let mut index = 0;
    let mut names = BTreeMap::new();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_)) {
                        index += 1;
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        names.insert(export.index, export.name.to_owned());
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                bodies.push((index, body.as_bytes()));
                index += 1;
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(section) = section.as_known() {
                    for name in section.into_iter().flatten() {
                        if let Name::Function(functions) = name {
                            for naming in functions.into_iter().flatten() {
                                let name = format!("{:#}", demangle(naming.name));
                                names.insert(naming.index, name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(bodies
        .into_iter()
        .map(|(index, body)| {
            let function = FunctionSize {
                index,
                name: names.remove(&index),
                bytes: body.len(),
            };
            (function, body)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::Anatomy;

    const ESCROW: &[u8] = include_bytes!("../../wasm/tv-escrow.wasm");

    #[test]
    fn tells_what_the_escrow_is() {
        let anatomy = Anatomy::of(ESCROW, ESCROW).unwrap();
        assert_eq!(anatomy.entries, ["init", "pay", "refund", "release"]);
        assert!(anatomy.imports.contains(&String::from("judge")));
        assert_eq!(
            anatomy.policies,
            ["2 of the feeds in slot 3 claim the same"]
        );
        assert_eq!(anatomy.code_bytes, crate::strip(ESCROW).unwrap().len());
        assert!(anatomy.code_bytes < anatomy.bytes);
        // docs/spec/vm.md, 5.5: 12,000 and a tenth of its bytes, rounded up.
        assert_eq!(
            anatomy.start_gas,
            12_000 + (anatomy.code_bytes as u64).div_ceil(10)
        );
        let sections: usize = anatomy.sections.iter().map(|section| section.bytes).sum();
        assert_eq!(sections + 8, ESCROW.len());
        assert!(
            anatomy
                .functions
                .is_sorted_by(|one, other| one.bytes >= other.bytes)
        );
        assert!(
            anatomy
                .functions
                .iter()
                .any(|function| function.name.as_deref() == Some("release"))
        );
    }

    #[test]
    fn what_is_no_contract_is_refused() {
        assert!(Anatomy::of(b"PNG", b"PNG").is_err());
        let float = wat::parse_str("(module (func (drop (f32.const 0))))").unwrap();
        let error = Anatomy::of(&float, &float).unwrap_err().to_string();
        assert!(error.contains("floats"), "{error}");
    }
}
