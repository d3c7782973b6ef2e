//! Modules with specs.

use std::fs;
use std::path::Path;

use twinroot_abi::{POLICY_SECTION, POLICY_VERSION, Policy, SPEC_SECTION};
use twinroot_spec::{Spec, SpecError};
use wasm_encoder::{CustomSection, Section as _};
use wasmparser::{Parser, Payload};

/// A module that exports entries which do nothing, and says that of itself.
pub(crate) fn module(entries: &[&str], policies: &[Policy], spec: &str) -> Vec<u8> {
    with_spec(&code(entries, policies), spec.as_bytes())
}

/// The same without a spec.
pub(crate) fn code(entries: &[&str], policies: &[Policy]) -> Vec<u8> {
    let exports: String = entries
        .iter()
        .map(|entry| format!("(func (export \"{entry}\"))"))
        .collect();
    let mut wasm = wat::parse_str(format!("(module {exports})")).unwrap();
    if !policies.is_empty() {
        let mut section = vec![POLICY_VERSION, policies.len().try_into().unwrap()];
        section.extend(
            policies
                .iter()
                .flat_map(|policy| policy.to_bytes().into_iter().take(policy.size())),
        );
        append(&mut wasm, POLICY_SECTION, &section);
    }
    wasm
}

pub(crate) fn with_spec(wasm: &[u8], spec: &[u8]) -> Vec<u8> {
    let mut wasm = wasm.to_vec();
    append(&mut wasm, SPEC_SECTION, spec);
    wasm
}

fn append(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = CustomSection {
        name: name.into(),
        data: data.into(),
    };
    section.append_to(wasm);
}

/// The spec of a contract of no storage with these entries, each as its line.
pub(crate) fn spec(lines: &str) -> Result<Spec, SpecError> {
    let entries: Vec<_> = lines
        .lines()
        .filter_map(|line| line.strip_prefix("{\"entry\":\"")?.split('"').next())
        .collect();
    Spec::of_module(&module(&entries, &[], &format!("{EMPTY}{lines}")))
}

/// The line of a contract that keeps nothing.
pub(crate) const EMPTY: &str = "{\"contract\":\"Nothing\",\"docs\":\"\",\"storage\":[]}\n";

/// Contracts whose modules are committed.
pub(crate) const COMMITTED: [&str; 11] = [
    "api-meter",
    "ballast",
    "bench-escrow",
    "bench-kernels",
    "bench-token",
    "cold-chain",
    "counter",
    "per-second",
    "rock-paper-scissors",
    "truck-insurance",
    "tv-escrow",
];

pub(crate) fn committed(name: &str) -> Spec {
    Spec::of_module(&wasm(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A committed module.
pub(crate) fn wasm(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm");
    fs::read(folder.join(name).with_extension("wasm")).unwrap()
}

/// The lines of its spec.
pub(crate) fn lines_of(wasm: &[u8]) -> Vec<u8> {
    let spec = Parser::new(0)
        .parse_all(wasm)
        .find_map(|payload| match payload.unwrap() {
            Payload::CustomSection(section) if section.name() == SPEC_SECTION => {
                Some(section.data().to_vec())
            }
            _ => None,
        });
    spec.unwrap()
}

/// The module without its spec: code and policies.
pub(crate) fn bare(wasm: &[u8]) -> Vec<u8> {
    twinroot_gate::admit(wasm).unwrap().canonical
}
