//! RECORD.toml: what the committed modules were built with, and their hashes.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use blake2b_simd::Params;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) toolchain: Fingerprint,
    pub(super) contracts: BTreeMap<String, Artifact>,
}

/// All that decides bytes beside the sources: two builds with the same fingerprint give the same.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fingerprint {
    pub(super) route: Route,
    pub(super) rustc: String,
    pub(super) commit: String,
    pub(super) host: String,
    pub(super) llvm: String,
    pub(super) linker: String,
    pub(super) cargo: String,
    pub(super) flags: Vec<String>,
}

/// Where `core` comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Route {
    /// Compiled already, beside the compiler.
    Prebuilt,
    /// From its sources, with the contracts.
    BuildStd,
}

/// A committed module.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Artifact {
    bytes: usize,
    blake2b_256: String,
}

const HEAD: &str = "\
# What contracts/wasm was built with. Written by `cargo xtask wasm`; `cargo xtask wasm --check`
# builds again and compares, where it finds the same toolchain.

";

impl Record {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("could not read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("could not understand {}", path.display()))
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self).context("could not write the record down")?;
        fs::write(path, format!("{HEAD}{text}"))
            .with_context(|| format!("could not write {}", path.display()))
    }
}

impl Artifact {
    pub(super) fn of(module: &[u8]) -> Self {
        Self {
            bytes: module.len(),
            blake2b_256: hex::encode(Params::new().hash_length(32).hash(module)),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            route,
            rustc,
            commit,
            host,
            llvm,
            linker,
            cargo,
            flags,
        } = self;
        let flags = flags.join(" ");
        write!(
            f,
            "{route}, rustc {rustc} ({commit}) on {host}, LLVM {llvm}, {linker}, {cargo}, {flags}"
        )
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prebuilt => "prebuilt core",
            Self::BuildStd => "core from source",
        })
    }
}
