//! What a build leaves: the module that is published and the one that debuggers read.

use twinroot_abi::SPEC_SECTION;
use twinroot_gate::{GateError, Module};

use crate::sections::{append, keep};
use crate::{BUILD_SECTION, BuildError, BuildRecord, strip};

/// A contract, built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Code, policies, spec and build record.
    pub module: Vec<u8>,
    /// The same code as it was linked, with names and lines of the source.
    pub debug: Vec<u8>,
}

impl Artifact {
    /// Of a module as the linker left it.
    ///
    /// # Errors
    /// [`BuildError::NoModule`] for bytes that are none.
    pub fn of(linked: Vec<u8>, record: &BuildRecord) -> Result<Self, BuildError> {
        let mut module = described(&linked)?;
        append(&mut module, BUILD_SECTION, &serde_json::to_vec(record)?);
        Ok(Self {
            module,
            debug: linked,
        })
    }
}

/// The module without its custom sections, except those of the policies and of the spec.
///
/// # Errors
/// [`BuildError::NoModule`] for bytes that are none.
pub fn described(linked: &[u8]) -> Result<Vec<u8>, BuildError> {
    keep(linked, |section| {
        section.is_code() || section.name == SPEC_SECTION
    })
}

/// Lets a linked module through the gate, whatever it weighs with its names and lines.
///
/// # Errors
/// [`BuildError::Gate`], in which functions have the names that the source gives them.
pub fn admit(linked: &[u8]) -> Result<Module, BuildError> {
    let with_names = keep(linked, |section| {
        section.is_code() || section.name == "name"
    })?;
    match twinroot_gate::admit(&with_names) {
        Err(GateError::TooLong { .. }) => Ok(twinroot_gate::admit(&strip(linked)?)?),
        verdict => Ok(verdict?),
    }
}

#[cfg(test)]
mod tests {
    use super::{Artifact, admit};
    use crate::{BuildRecord, Fingerprint, Route};

    fn record() -> BuildRecord {
        BuildRecord {
            package: "nothing 0.1.0".into(),
            toolchain: Fingerprint {
                route: Route::Prebuilt,
                rustc: "1.96.0".into(),
                commit: "abc".into(),
                host: "x86_64-unknown-linux-gnu".into(),
                llvm: "22".into(),
                linker: "LLD 22".into(),
                cargo: "cargo 1.96.0".into(),
                flags: vec![],
            },
            cargo_lock: "00".into(),
        }
    }

    #[test]
    fn spec_and_build_record_change_no_hash() {
        let bare = wat::parse_str(r#"(module (func $go) (export "go" (func $go)))"#).unwrap();
        let linked = wat::parse_str(
            r#"(module (func $go) (export "go" (func $go)) (@custom "twinroot.spec" "{}") (@custom ".debug_line" "x"))"#,
        )
        .unwrap();
        let artifact = Artifact::of(linked.clone(), &record()).unwrap();
        let hash = admit(&bare).unwrap().hash;
        assert_eq!(admit(&artifact.module).unwrap().hash, hash);
        assert_eq!(admit(&artifact.debug).unwrap().hash, hash);
        assert_eq!(artifact.debug, linked);
        let text = String::from_utf8_lossy(&artifact.module).into_owned();
        assert!(text.contains("twinroot.spec") && !text.contains(".debug_line"));
        assert_eq!(BuildRecord::of(&artifact.module).unwrap(), Some(record()));
        assert_eq!(BuildRecord::of(&bare).unwrap(), None);
    }

    #[test]
    fn lines_and_names_do_not_count_against_the_limit_of_code() {
        let heavy = "x".repeat(300 * 1024);
        let linked = wat::parse_str(format!(
            r#"(module (func $go) (export "go" (func $go)) (@custom "name" "{heavy}"))"#
        ))
        .unwrap();
        assert!(admit(&linked).is_ok());
    }
}
