//! From a module to its spec. A spec can lie, so nothing of it is taken that the module, or the rest of the spec,
//! does not bear out.
//!
//! ```text
//! module -> gate: code hash, entries, policies
//!        -> section -> lines -> types -> what the lines say, held against the three
//! ```

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::{INIT, Policy, SPEC_SECTION};
use twinroot_gate::Module;
use wasmparser::{Parser, Payload};

use crate::error::PolicyClaim;
use crate::kind::{Named, Type};
use crate::line::{ContractLine, DataLine, EntryLine, EventItem, Line, StorageItem};
use crate::spec::{Entry, Event, PolicyField, StorageField};
use crate::storage::Storage;
use crate::text::quoted;
use crate::types::{Types, check_name, twice};
use crate::{ErrorDoc, Spec, SpecError};

/// Bytes of a spec (docs/spec/contract.md, 5.7).
const SECTION_BYTES: usize = 64 * 1024;

impl Spec {
    /// The spec of a module that has one.
    ///
    /// ```
    /// use twinroot_spec::{Spec, SpecError};
    ///
    /// assert_eq!(Spec::of_module(b"\x7fELF"), Err(SpecError::NotAModule));
    /// assert_eq!(Spec::of_module(b"\0asm\x01\0\0\0"), Err(SpecError::Missing));
    /// ```
    ///
    /// # Errors
    /// [`SpecError`] where the module is no contract or has no spec, and where the spec cannot be read or is not of
    /// this module.
    pub fn of_module(wasm: &[u8]) -> Result<Self, SpecError> {
        if !wasm.starts_with(b"\0asm") {
            return Err(SpecError::NotAModule);
        }
        let module = twinroot_gate::admit(wasm)?;
        let section = section(wasm)?;
        if section.len() > SECTION_BYTES {
            return Err(SpecError::TooLong {
                have: section.len(),
                limit: SECTION_BYTES,
            });
        }
        Lines::of(Line::all(section)?)?.check(module)
    }
}

/// The section of a module that passed the gate.
fn section(wasm: &[u8]) -> Result<&[u8], SpecError> {
    let mut sections = Parser::new(0)
        .parse_all(wasm)
        .filter_map(|payload| match payload {
            Ok(Payload::CustomSection(section)) if section.name() == SPEC_SECTION => {
                Some(section.data())
            }
            _ => None,
        });
    match (sections.next(), sections.next()) {
        (Some(section), None) => Ok(section),
        (None, _) => Err(SpecError::Missing),
        (Some(_), Some(_)) => Err(SpecError::TwoSections),
    }
}

/// The lines by what they are about.
struct Lines {
    contract: (String, ContractLine),
    entries: Vec<(String, EntryLine)>,
    data: Vec<(String, DataLine)>,
    errors: Vec<ErrorDoc>,
    events: Vec<EventItem>,
}

impl Lines {
    fn of(lines: Vec<Line>) -> Result<Self, SpecError> {
        let (mut entries, mut data) = (Vec::new(), Vec::new());
        let (mut contract, mut errors, mut events) = (None, None, None);
        for line in lines {
            let (kind, again) = match line {
                Line::Entry(name, line) => {
                    entries.push((name, line));
                    continue;
                }
                Line::Data(name, line) => {
                    data.push((name, line));
                    continue;
                }
                Line::Contract(name, line) => {
                    ("contract", contract.replace((name, line)).is_some())
                }
                Line::Errors(line) => ("errors", errors.replace(line.codes).is_some()),
                Line::Events(line) => ("events", events.replace(line.variants).is_some()),
            };
            if again {
                return Err(twice("the line", kind));
            }
        }
        Ok(Self {
            contract: contract.ok_or(SpecError::NoContract)?,
            entries,
            data,
            errors: errors.unwrap_or_default(),
            events: events.unwrap_or_default(),
        })
    }

    fn check(self, module: Module) -> Result<Spec, SpecError> {
        let (name, contract) = self.contract;
        check_name("the contract", &name)?;
        if let Some(have) = contract.fallback.filter(|percent| *percent > 100) {
            return Err(SpecError::Fallback { have });
        }
        let mut types = Types::of(self.data)?;
        let storage = storage(&mut types, contract.storage)?;
        let policies = policies(&storage, &module.policies)?;
        let entries = entries(&mut types, self.entries, &storage, &module.entries)?;
        let events = events(&mut types, self.events)?;
        Ok(Spec {
            name,
            docs: contract.docs,
            code_hash: module.hash,
            hold: contract.hold,
            fallback: contract.fallback,
            storage,
            policies,
            entries,
            types: types.all()?,
            errors: errors(self.errors)?,
            events,
        })
    }
}

fn storage(types: &mut Types, lines: Vec<StorageItem>) -> Result<Vec<StorageField>, SpecError> {
    let mut names = BTreeSet::new();
    let mut fields = Vec::with_capacity(lines.len());
    for line in lines {
        check_name("a field", &line.name)?;
        let kind = types.storage(&line.name, &line.kind)?;
        let first = kind.first();
        if line.first != first.to_string() {
            return Err(SpecError::First {
                field: line.name,
                kind: kind.to_string(),
                have: quoted(&line.first),
                want: first.to_string(),
            });
        }
        if !names.insert(line.name.clone()) {
            return Err(twice("the field", &line.name));
        }
        fields.push(StorageField {
            name: line.name,
            docs: line.docs,
            kind,
            first,
        });
    }
    Ok(fields)
}

/// The policies among the fields, which are those of the module.
fn policies(storage: &[StorageField], module: &[Policy]) -> Result<Vec<PolicyField>, SpecError> {
    let fields: Vec<_> = (0..)
        .zip(storage)
        .filter_map(|(slot, field)| match field.kind {
            Storage::Policy(rule) => Some(PolicyField {
                field: field.name.clone(),
                slot,
                rule,
                params: rule.params(),
                verdict: rule.verdict(),
            }),
            _ => None,
        })
        .collect();
    for number in 0..fields.len().max(module.len()) {
        let spec = PolicyClaim(fields.get(number).map(PolicyField::policy));
        let module = PolicyClaim(module.get(number).copied());
        if spec != module {
            return Err(SpecError::Policies {
                number,
                spec,
                module,
            });
        }
    }
    Ok(fields)
}

/// The entries by name, which are those of the module.
fn entries(
    types: &mut Types,
    lines: Vec<(String, EntryLine)>,
    storage: &[StorageField],
    module: &BTreeSet<String>,
) -> Result<Vec<Entry>, SpecError> {
    let mut entries = BTreeMap::new();
    for (name, line) in lines {
        check_name("an entry", &name)?;
        if !module.contains(&name) {
            return Err(SpecError::NotExported { entry: name });
        }
        let place = format!("the entry `{name}`");
        let entry = Entry {
            name: name.clone(),
            docs: line.docs,
            payable: line.payable,
            reads: line.reads,
            args: types.named(&place, line.args)?,
            returns: match line.returns {
                Some(kind) => types.value(&format!("what {place} returns"), &kind)?,
                None => Type::UNIT,
            },
        };
        if entries.insert(name, entry).is_some() {
            return Err(SpecError::Twice { what: place });
        }
    }
    for name in module {
        if !entries.contains_key(name) {
            if name != INIT {
                return Err(SpecError::NotNamed {
                    entry: name.clone(),
                });
            }
            entries.insert(name.clone(), made_init(storage));
        }
    }
    Ok(entries.into_values().collect())
}

/// The `init` of a contract that has none of its own (docs/spec/contract.md, 2.2).
fn made_init(storage: &[StorageField]) -> Entry {
    let begins = storage.iter().filter(|field| field.first != Type::UNIT);
    let args = begins.map(|field| Named {
        name: field.name.clone(),
        docs: field.docs.clone(),
        kind: field.first.clone(),
    });
    Entry {
        name: INIT.to_owned(),
        docs: String::from("Sets what the fields begin with."),
        payable: false,
        reads: false,
        args: args.collect(),
        returns: Type::UNIT,
    }
}

fn events(types: &mut Types, lines: Vec<EventItem>) -> Result<Vec<Event>, SpecError> {
    let mut names = BTreeSet::new();
    let mut events = Vec::with_capacity(lines.len());
    for (want, line) in lines.into_iter().enumerate() {
        check_name("an event", &line.name)?;
        if usize::from(line.value) != want {
            return Err(SpecError::EventNumber {
                name: line.name,
                have: line.value,
                want,
            });
        }
        if !names.insert(line.name.clone()) {
            return Err(twice("the event", &line.name));
        }
        let fields = types.named(&format!("the event `{}`", line.name), line.fields)?;
        events.push(Event {
            value: line.value,
            name: line.name,
            docs: line.docs,
            fields,
        });
    }
    Ok(events)
}

/// The errors by code.
fn errors(lines: Vec<ErrorDoc>) -> Result<Vec<ErrorDoc>, SpecError> {
    let mut names = BTreeSet::new();
    let mut errors = BTreeMap::new();
    for error in lines {
        check_name("an error", &error.name)?;
        if error.code == 0 {
            return Err(SpecError::Code { name: error.name });
        }
        if !names.insert(error.name.clone()) {
            return Err(twice("the error", &error.name));
        }
        let code = error.code;
        if errors.insert(code, error).is_some() {
            return Err(twice("the error with the code", &code.to_string()));
        }
    }
    Ok(errors.into_values().collect())
}
