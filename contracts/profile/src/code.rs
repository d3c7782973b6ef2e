//! The code of a contract, as far as a profile looks at it.

use std::collections::BTreeMap;

use twinroot_abi::HOST_FUNCTIONS;
use wasmparser::{ExternalKind, Operator, Parser, Payload, TypeRef};

use crate::{Category, DebugModule, ProfileError, SourceFrame};

/// A canonical module, and what is known of its source.
pub(crate) struct Code<'a, 'd> {
    /// Host functions that it imports.
    imports: Vec<&'static str>,
    /// Its functions, in order; they go by their number among those that it defines.
    bodies: Vec<Vec<Instruction>>,
    /// Indices of its entries, by name.
    entries: BTreeMap<&'a str, u32>,
    debug: Option<&'a DebugModule<'d>>,
}

/// An instruction of a function.
struct Instruction {
    /// Where it begins in the code section.
    offset: u64,
    pays_for: PaysFor,
}

/// What gas for an instruction is paid for.
#[derive(Clone, Copy)]
pub(crate) enum PaysFor {
    /// A host function, by its name.
    HostFunction(&'static str),
    /// The instruction itself.
    Instruction(Category),
}

impl<'a, 'd> Code<'a, 'd> {
    pub(crate) fn read(
        canonical: &'a [u8],
        debug: &'a [DebugModule<'d>],
    ) -> Result<Self, ProfileError> {
        let mut code = Self {
            imports: Vec::new(),
            bodies: Vec::new(),
            entries: BTreeMap::new(),
            debug: debug.iter().find(|module| module.is_of(canonical)),
        };
        let mut start = 0;
        for payload in Parser::new(0).parse_all(canonical) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let known = HOST_FUNCTIONS.iter().find(|host| host.name == import.name);
                        if let (Some(known), TypeRef::Func(_)) = (known, import.ty) {
                            code.imports.push(known.name);
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            code.entries.insert(export.name, export.index);
                        }
                    }
                }
                Payload::CodeSectionStart {
                    unchecked_range, ..
                } => start = unchecked_range.start,
                Payload::CodeSectionEntry(body) => {
                    let mut instructions = Vec::new();
                    for read in body.get_operators_reader()?.into_iter_with_offsets() {
                        let (operator, offset) = read?;
                        instructions.push(Instruction {
                            offset: offset.saturating_sub(start),
                            pays_for: code.pays_for(&operator),
                        });
                    }
                    code.bodies.push(instructions);
                }
                _ => {}
            }
        }
        Ok(code)
    }

    fn pays_for(&self, operator: &Operator<'_>) -> PaysFor {
        let imported = match operator {
            Operator::Call { function_index } => usize::try_from(*function_index)
                .ok()
                .and_then(|index| self.imports.get(index)),
            _ => None,
        };
        match imported {
            Some(name) => PaysFor::HostFunction(name),
            None => PaysFor::Instruction(Category::of_instruction(operator)),
        }
    }

    /// What gas for the instruction at a place of a function is paid for.
    pub(crate) fn at(&self, function: usize, place: usize) -> PaysFor {
        self.instruction(function, place)
            .map_or(PaysFor::Instruction(Category::Compute), |instruction| {
                instruction.pays_for
            })
    }

    fn instruction(&self, function: usize, place: usize) -> Option<&Instruction> {
        self.bodies.get(function)?.get(place)
    }

    /// Number of the function that an entry is, and its last place.
    pub(crate) fn end_of(&self, entry: &str) -> Option<(usize, usize)> {
        let index = usize::try_from(*self.entries.get(entry)?).ok()?;
        let function = index.checked_sub(self.imports.len())?;
        let last = self.bodies.get(function)?.len().checked_sub(1)?;
        Some((function, last))
    }

    pub(crate) fn name(&self, function: usize) -> String {
        let index = u32::try_from(function.saturating_add(self.imports.len())).unwrap_or(u32::MAX);
        let named = self.debug.and_then(|debug| debug.name(index));
        let entry = || self.entries.iter().find(|(_, entry)| **entry == index);
        match named.or_else(|| Some(*entry()?.0)) {
            Some(name) => name.to_owned(),
            None => format!("function {index}"),
        }
    }

    /// What the instruction at a place came of, the innermost function first; at least the function
    /// itself.
    pub(crate) fn frames(
        &self,
        function: usize,
        place: usize,
    ) -> Result<Vec<SourceFrame>, ProfileError> {
        let offset = self.instruction(function, place).map(|found| found.offset);
        let name = self.name(function);
        let mut frames = match (self.debug, offset) {
            (Some(debug), Some(offset)) => debug.frames(offset, &name)?,
            _ => Vec::new(),
        };
        if frames.is_empty() {
            frames.push(SourceFrame {
                function: name,
                at: None,
            });
        }
        Ok(frames)
    }
}
