//! What is known of a contract once its spec was read and checked.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use twinroot_abi::{CodeHash, Policy};

use crate::kind::{DataType, Named, Type};
use crate::storage::{Rule, Storage};

/// What a contract says of itself. Whatever is here was held against the module that says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Spec {
    /// What the contract is called.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// Names the code that was read.
    #[serde(serialize_with = "displayed")]
    pub code_hash: CodeHash,
    /// Blocks of hold that it is offered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<u64>,
    /// The creator's share in percent that it is offered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<u8>,
    /// What it keeps; the place of a field is its slot.
    pub storage: Vec<StorageField>,
    /// The oracle policies among its fields, in the order of their numbers.
    pub policies: Vec<PolicyField>,
    /// What can be called, by name.
    pub entries: Vec<Entry>,
    /// The structs and enums that stand in it, by name.
    pub types: Vec<Arc<DataType>>,
    /// Why it calls entries off, by code.
    pub errors: Vec<ErrorDoc>,
    /// What it tells those who read its receipts; the place of an event is its number.
    pub events: Vec<Event>,
}

/// A field of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StorageField {
    /// What it is called.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Storage,
    /// What it begins with.
    pub first: Type,
}

/// An oracle policy of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyField {
    /// The field that holds its parameters.
    pub field: String,
    /// Where that lies.
    pub slot: u32,
    /// The policy.
    #[serde(rename = "type")]
    pub rule: Rule,
    /// What the contract sets.
    pub params: Type,
    /// What the contract is told.
    pub verdict: Type,
}

/// An entry of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// Whether it takes coins.
    pub payable: bool,
    /// Whether it changes nothing.
    pub reads: bool,
    /// What it takes, in order.
    pub args: Vec<Named>,
    /// What it returns; `()` for nothing.
    pub returns: Type,
}

/// Why a contract calls an entry off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorDoc {
    /// Its code.
    pub code: u16,
    /// What it is called.
    pub name: String,
    /// What is wrong, and what to do.
    #[serde(deserialize_with = "crate::text::read")]
    pub docs: String,
}

/// Something that a contract tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its number.
    pub value: u8,
    /// What it is called.
    pub name: String,
    /// What its doc comment says.
    pub docs: String,
    /// What it tells.
    pub fields: Vec<Named>,
}

/// A spec as other tools read it (docs/spec/contract.md, 6).
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    spec: u32,
    #[serde(flatten)]
    body: &'a Spec,
}

/// Version of the document.
const DOCUMENT_VERSION: u32 = 1;

impl Spec {
    /// The one document that says it all.
    #[must_use]
    pub const fn document(&self) -> Document<'_> {
        Document {
            spec: DOCUMENT_VERSION,
            body: self,
        }
    }

    /// The entry of that name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The event of that name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.name == name)
    }

    /// The error of that code.
    #[must_use]
    pub fn error(&self, code: u32) -> Option<&ErrorDoc> {
        self.errors
            .iter()
            .find(|error| u32::from(error.code) == code)
    }
}

impl PolicyField {
    /// The policy as the policy section has it.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.rule.policy(self.slot)
    }
}

fn displayed<S: Serializer>(hash: &CodeHash, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(hash)
}
