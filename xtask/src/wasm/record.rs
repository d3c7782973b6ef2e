//! RECORD.toml: what the committed modules were built with, and their hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use blake2b_simd::Params;
use serde::{Deserialize, Serialize};
use twinroot_build::Fingerprint;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) toolchain: Fingerprint,
    pub(super) contracts: BTreeMap<String, Artifact>,
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
