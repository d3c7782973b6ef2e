//! Modules that are made of committed ones.

use std::fs;

use wasm_encoder::{CustomSection, Section as _};
use wasmparser::{Parser, Payload};

use super::committed;

pub(super) const SPEC: &str = "twinroot.spec";
pub(super) const POLICY: &str = "twinroot.policy";

/// A committed module with another content of one of its custom sections.
pub(super) fn edited(name: &str, section: &str, edit: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let module = fs::read(committed(name)).unwrap();
    replaced(&module, section, edit)
}

/// The same with a text in the place of another.
pub(super) fn rewritten(name: &str, from: &str, to: &str) -> Vec<u8> {
    edited(name, SPEC, |spec| {
        let spec = str::from_utf8(spec).unwrap();
        assert!(spec.contains(from), "no `{from}` in {spec}");
        spec.replace(from, to).into_bytes()
    })
}

/// A module with another content of one of its custom sections.
pub(super) fn replaced(module: &[u8], section: &str, edit: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    const HEADER: usize = 8;
    let mut made = module[..HEADER].to_vec();
    let mut begin = HEADER;
    let mut found = false;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.unwrap();
        let Some((_, range)) = payload.as_section() else {
            continue;
        };
        let end = usize::try_from(range.end).unwrap();
        match &payload {
            Payload::CustomSection(custom) if custom.name() == section => {
                found = true;
                CustomSection {
                    name: section.into(),
                    data: edit(custom.data()).into(),
                }
                .append_to(&mut made);
            }
            _ => made.extend(&module[begin..end]),
        }
        begin = end;
    }
    assert!(found, "there is no section {section}");
    made
}
