//! The build record: what a module was built with, in a custom section of its own
//! (docs/spec/contract.md, 8). The code hash does not cover it.

use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload};

use crate::{BuildError, Fingerprint};

/// Name of the custom section.
pub const BUILD_SECTION: &str = "twinroot.build";

/// What whoever builds a contract again needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// The package and its version.
    pub package: String,
    /// What it was built with.
    pub toolchain: Fingerprint,
    /// blake2b-256 of its Cargo.lock.
    pub cargo_lock: String,
}

impl BuildRecord {
    /// The record of a module, if it has one.
    ///
    /// # Errors
    /// [`BuildError::NoModule`] for other bytes, [`BuildError::Record`] for a record that is none.
    pub fn of(module: &[u8]) -> Result<Option<Self>, BuildError> {
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CustomSection(section) = payload?
                && section.name() == BUILD_SECTION
            {
                return Ok(Some(serde_json::from_slice(section.data())?));
            }
        }
        Ok(None)
    }
}
