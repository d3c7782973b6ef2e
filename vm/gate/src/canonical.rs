//! The canonical form of a module: what is published and hashed (docs/spec/vm.md, 1.1).
//!
//! ```text
//! header | type | import | "name" | code | "producers" | "twinroot.policy"   raw
//! header | type | import          | code               | "twinroot.policy"   canonical
//! ```
//!
//! Documentation, names and build records lie in custom sections, so they change no hash. The
//! policies of a contract are part of what it does, so they do.

use twinroot_abi::{POLICY_SECTION, Policy};
use twinroot_types::Limits;
use wasmparser::{Chunk, Encoding, ExternalKind, KnownCustom, Parser, Payload};

use crate::label::Names;
use crate::{GateError, Site};

/// A module without its custom sections, the policy section excepted.
pub(crate) struct Canonical {
    pub(crate) bytes: Vec<u8>,
    pub(crate) policies: Vec<Policy>,
    /// What the module calls its functions; gone from `bytes`, kept for messages.
    pub(crate) names: Names,
}

impl Canonical {
    pub(crate) fn of(wasm: &[u8]) -> Result<Self, GateError> {
        let limit = Limits::V1.code_bytes;
        if wasm.len() > limit {
            return Err(GateError::TooLong {
                have: wasm.len(),
                limit,
            });
        }
        let mut bytes = Vec::with_capacity(wasm.len());
        let mut policies = None;
        let mut names = Names::default();
        // Where the part after the last one kept or dropped begins.
        let mut rest = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let end = match &payload {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => {
                    let rule = "build a core module, for a target such as wasm32v1-none";
                    return Err(GateError::Forbidden {
                        site: Site::Module,
                        feature: "the component model".to_owned(),
                        rule,
                    });
                }
                Payload::Version { range, .. } => range.end,
                Payload::CodeSectionEntry(_) => continue,
                other => match other.as_section() {
                    Some((_, range)) => range.end,
                    None => continue,
                },
            };
            let end = usize::try_from(end).unwrap_or(wasm.len());
            let part = wasm.get(rest..end).unwrap_or_default();
            rest = end;
            match payload {
                Payload::CustomSection(section) if section.name() == POLICY_SECTION => {
                    let other = policies.replace(read_policies(section.data())?);
                    if other.is_some() {
                        return Err(GateError::PolicySection {
                            problem: "stands twice; declare all policies in one",
                        });
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        names.add_section(section);
                    }
                    continue;
                }
                Payload::ExportSection(exports) => {
                    for export in exports
                        .into_iter()
                        .flatten()
                        .filter(|export| export.kind == ExternalKind::Func)
                    {
                        names.add_export(export.index, export.name);
                    }
                }
                _ => {}
            }
            bytes.extend_from_slice(part);
        }
        Ok(Self {
            bytes,
            policies: policies.unwrap_or_default(),
            names,
        })
    }
}

/// The oracle policies of a module in canonical form. Nothing else of it is looked at.
///
/// # Errors
/// [`GateError`] where it is no module.
pub fn declared_policies(canonical: &[u8]) -> Result<Vec<Policy>, GateError> {
    let mut parser = Parser::new(0);
    let mut rest = canonical;
    loop {
        let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
            return Ok(Vec::new());
        };
        rest = rest.get(consumed..).unwrap_or_default();
        match payload {
            Payload::CustomSection(section) if section.name() == POLICY_SECTION => {
                return read_policies(section.data());
            }
            Payload::CodeSectionStart { size, .. } => {
                parser.skip_section();
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                rest = rest.get(size..).unwrap_or_default();
            }
            Payload::End(_) => return Ok(Vec::new()),
            _ => {}
        }
    }
}

fn read_policies(section: &[u8]) -> Result<Vec<Policy>, GateError> {
    match twinroot_abi::policies(section) {
        Ok(policies) => Ok(policies.collect()),
        Err(_) => Err(GateError::PolicySection {
            problem: "is malformed; its layout is in docs/spec/oracles.md, 5",
        }),
    }
}
