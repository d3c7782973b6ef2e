//! A module as the compiler wrote it, with names and DWARF: the code of a contract and what it came of.

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian};
use rustc_demangle::demangle;
use std::collections::BTreeMap;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::{ProfileError, SourceFrame, SourceLine};

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// What a module says of its source. It lies outside the code hash and can lie: what it says is for
/// people.
pub struct DebugModule<'a> {
    /// Contents of its code section.
    code: &'a [u8],
    /// Names of functions, by their index; imported functions come first.
    names: BTreeMap<u32, String>,
    lines: Context<Reader<'a>>,
}

impl<'a> DebugModule<'a> {
    /// Reads a module. One without names or DWARF says nothing, which is no error.
    ///
    /// # Errors
    /// [`ProfileError::Module`] and [`ProfileError::Dwarf`].
    pub fn read(module: &'a [u8]) -> Result<Self, ProfileError> {
        let mut code = Default::default();
        let mut names = BTreeMap::new();
        let mut sections = BTreeMap::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                payload @ Payload::CodeSectionStart { .. } => code = code_section(&payload, module),
                Payload::CustomSection(custom) => {
                    if let KnownCustom::Name(subsections) = custom.as_known() {
                        for subsection in subsections {
                            let Name::Function(map) = subsection? else {
                                continue;
                            };
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index, readable(naming.name));
                            }
                        }
                    }
                    sections.insert(custom.name(), custom.data());
                }
                _ => {}
            }
        }
        let section = |name: &str| sections.get(name).copied().unwrap_or_default();
        let dwarf = Dwarf::load(|id| {
            Ok::<_, ProfileError>(EndianSlice::new(section(id.name()), LittleEndian))
        })?;
        Ok(Self {
            code,
            names,
            lines: Context::from_dwarf(dwarf)?,
        })
    }

    /// Whether it is of this code: whether both have the same code section.
    #[must_use]
    pub fn is_of(&self, canonical: &[u8]) -> bool {
        let start = Parser::new(0)
            .parse_all(canonical)
            .filter_map(Result::ok)
            .find(|payload| matches!(payload, Payload::CodeSectionStart { .. }));
        start.is_some_and(|start| code_section(&start, canonical) == self.code)
    }

    /// Name of the function of that index.
    pub(crate) fn name(&self, index: u32) -> Option<&str> {
        self.names.get(&index).map(String::as_str)
    }

    /// The functions that the instruction at that offset of the code section came of, the innermost first.
    /// One without a name of its own is called `name`. There is none where the module does not say.
    pub(crate) fn frames(&self, offset: u64, name: &str) -> Result<Vec<SourceFrame>, ProfileError> {
        let mut found = self.lines.find_frames(offset).skip_all_loads()?;
        let mut frames = Vec::new();
        while let Some(frame) = found.next()? {
            let function = match &frame.function {
                Some(function) => readable(&function.raw_name()?),
                None => name.to_owned(),
            };
            let line = frame.location.and_then(|location| {
                Some(SourceLine {
                    file: location.file?.to_owned(),
                    line: location.line?,
                })
            });
            frames.push(SourceFrame { function, at: line });
        }
        Ok(frames)
    }
}

/// Contents of the code section that begins with `start`. The addresses of DWARF count from there.
fn code_section<'a>(start: &Payload<'_>, module: &'a [u8]) -> &'a [u8] {
    let Payload::CodeSectionStart {
        unchecked_range, ..
    } = start
    else {
        return &[];
    };
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    module
        .get(place(unchecked_range.start)..place(unchecked_range.end))
        .unwrap_or_default()
}

/// A name as it stands in the source.
fn readable(name: &str) -> String {
    format!("{:#}", demangle(name))
}
