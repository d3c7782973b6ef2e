//! The sections of a module, as bytes.

use twinroot_abi::POLICY_SECTION;
use wasm_encoder::{CustomSection, Section as _};
use wasmparser::{Parser, Payload};

use crate::BuildError;

/// Magic number and version.
pub(crate) const HEADER: usize = 8;

/// A section of a module.
#[derive(Clone, Copy)]
pub(crate) struct Section<'a> {
    /// Its name; that of its kind, unless it is a custom section.
    pub(crate) name: &'a str,
    pub(crate) custom: bool,
    /// All of its bytes, its head included.
    pub(crate) bytes: &'a [u8],
}

impl Section<'_> {
    /// Whether the code hash covers it (docs/spec/vm.md, 1.1).
    pub(crate) fn is_code(&self) -> bool {
        !self.custom || self.name == POLICY_SECTION
    }
}

/// The sections of a module, in their order.
pub(crate) fn sections(module: &[u8]) -> Result<Vec<Section<'_>>, BuildError> {
    let mut sections = Vec::new();
    let mut begin = HEADER;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let end = usize::try_from(range.end).unwrap_or(module.len());
        let (name, custom) = match &payload {
            Payload::CustomSection(section) => (section.name(), true),
            _ => (kind(id), false),
        };
        sections.push(Section {
            name,
            custom,
            bytes: module.get(begin..end).unwrap_or_default(),
        });
        begin = end;
    }
    Ok(sections)
}

/// The module without its custom sections, except that of the policies.
///
/// # Errors
/// [`BuildError::NoModule`] for bytes that are none.
pub fn strip(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    keep(module, |section| section.is_code())
}

/// The module with those of its sections that are wanted.
pub(crate) fn keep(
    module: &[u8],
    wanted: impl Fn(&Section<'_>) -> bool,
) -> Result<Vec<u8>, BuildError> {
    let sections = sections(module)?;
    let mut kept = module.get(..HEADER).unwrap_or_default().to_vec();
    for section in sections.into_iter().filter(wanted) {
        kept.extend_from_slice(section.bytes);
    }
    Ok(kept)
}

/// Puts a custom section at the end of a module.
pub(crate) fn append(module: &mut Vec<u8>, name: &str, content: &[u8]) {
    CustomSection {
        name: name.into(),
        data: content.into(),
    }
    .append_to(module);
}

fn kind(id: u8) -> &'static str {
    match id {
        1 => "type",
        2 => "import",
        3 => "function",
        4 => "table",
        5 => "memory",
        6 => "global",
        7 => "export",
        8 => "start",
        9 => "element",
        10 => "code",
        11 => "data",
        12 => "data count",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{append, sections, strip};

    const MAGIC: &[u8] = b"\0asm\x01\0\0\0";

    fn module(sections: &[&[u8]]) -> Vec<u8> {
        [MAGIC, &sections.concat()].concat()
    }

    const TYPES: &[u8] = b"\x01\x01\0";
    const NAMES: &[u8] = b"\0\x06\x04name\0";
    const POLICY: &[u8] = b"\0\x12\x0ftwinroot.policy\x01\0";

    #[test]
    fn keeps_code_and_policies() {
        let linked = module(&[NAMES, TYPES, POLICY, NAMES]);
        assert_eq!(strip(&linked).unwrap(), module(&[TYPES, POLICY]));
    }

    #[test]
    fn reads_lengths_of_more_than_a_byte() {
        let long = [b"\0\x85\x01\x04name".as_slice(), &[0; 128]].concat();
        assert_eq!(strip(&module(&[&long, TYPES])).unwrap(), module(&[TYPES]));
    }

    #[test]
    fn what_is_appended_is_the_last_section_and_no_code() {
        let mut more = module(&[TYPES]);
        append(&mut more, "twinroot.build", b"{}");
        let last = *sections(&more).unwrap().last().unwrap();
        assert_eq!(last.name, "twinroot.build");
        assert_eq!(strip(&more).unwrap(), module(&[TYPES]));
    }

    #[test]
    fn refuses_what_is_no_module() {
        for broken in [
            b"".to_vec(),
            b"\0asm".to_vec(),
            module(&[b"\x01\x02\0"]),
            module(&[b"\x01\x80"]),
        ] {
            assert!(strip(&broken).is_err());
        }
    }
}
