//! Where in a module something is, in words that its author knows.

use core::fmt;
use std::collections::BTreeMap;

/// A function, by its index and, where the module tells, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionLabel {
    /// Its index; imported functions come first.
    pub index: u32,
    /// Its name in the name section or, without one, as an export.
    pub name: Option<String>,
}

impl fmt::Display for FunctionLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "function {} (`{name}`)", self.index),
            None => write!(f, "function {}", self.index),
        }
    }
}

/// A part of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// No part in particular.
    Module,
    /// A function type, by index.
    Type(u32),
    /// An import, by its two names.
    Import(String),
    /// A function.
    Function(FunctionLabel),
    /// A table, by index.
    Table(u32),
    /// A memory, by index.
    Memory(u32),
    /// A global, by index.
    Global(u32),
    /// An element segment, by index.
    Element(u32),
    /// A data segment, by index.
    Data(u32),
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module => f.write_str("the module"),
            Self::Type(index) => write!(f, "type {index}"),
            Self::Import(name) => write!(f, "import `{name}`"),
            Self::Function(label) => label.fmt(f),
            Self::Table(index) => write!(f, "table {index}"),
            Self::Memory(index) => write!(f, "memory {index}"),
            Self::Global(index) => write!(f, "global {index}"),
            Self::Element(index) => write!(f, "element segment {index}"),
            Self::Data(index) => write!(f, "data segment {index}"),
        }
    }
}

/// Names of functions, for error messages only: nothing that is decided depends on them.
#[derive(Default)]
pub(crate) struct Names {
    exported: BTreeMap<u32, String>,
    given: BTreeMap<u32, String>,
}

impl Names {
    pub(crate) fn add_export(&mut self, index: u32, name: &str) {
        self.exported.entry(index).or_insert_with(|| quoted(name));
    }

    /// Takes what can be read of a name section; a damaged one only costs names.
    pub(crate) fn add_section(&mut self, section: wasmparser::NameSectionReader<'_>) {
        for subsection in section.into_iter().flatten() {
            if let wasmparser::Name::Function(names) = subsection {
                for naming in names.into_iter().flatten() {
                    self.given.insert(naming.index, quoted(naming.name));
                }
            }
        }
    }

    pub(crate) fn label(&self, index: u32) -> FunctionLabel {
        let name = self
            .given
            .get(&index)
            .or_else(|| self.exported.get(&index))
            .cloned();
        FunctionLabel { index, name }
    }
}

/// Text of a module as it may be shown: control characters escaped, cut to 80 characters.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("..");
    }
    shown
}
