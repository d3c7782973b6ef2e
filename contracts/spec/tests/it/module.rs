//! Modules with specs.

use std::fs;
use std::path::Path;

use twinroot_abi::{POLICY_SECTION, POLICY_VERSION, Policy, SPEC_SECTION};
use twinroot_spec::{Spec, SpecError};
use wasm_encoder::{CustomSection, Section as _};

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

/// Contracts whose modules are committed. They are stripped there, so the lines of their specs lie beside these
/// tests, as the linker wrote them.
pub(crate) const COMMITTED: [&str; 6] = [
    "ballast",
    "bench-escrow",
    "bench-kernels",
    "bench-token",
    "truck-insurance",
    "tv-escrow",
];

pub(crate) fn committed(name: &str) -> Spec {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wasm = fs::read(root.join("../wasm").join(name).with_extension("wasm")).unwrap();
    let lines = fs::read(
        root.join("tests/it/specs")
            .join(name)
            .with_extension("jsonl"),
    )
    .unwrap();
    Spec::of_module(&with_spec(&wasm, &lines)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
