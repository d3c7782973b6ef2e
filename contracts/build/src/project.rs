//! The package that an author writes a contract in.

use std::fs;
use std::path::{Path, PathBuf};

use blake2b_simd::Params;
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::{BuildError, BuildRecord, Compile, Toolchain};

/// A package and where its things are.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The workspace that it belongs to; often itself.
    pub workspace: PathBuf,
    /// Where builds go.
    pub target_directory: PathBuf,
    /// The checkout that its SDK comes from, if that is a folder.
    pub sdk: Option<PathBuf>,
}

impl Project {
    /// The package whose folder, or whose Cargo.toml, is at `path`.
    ///
    /// # Errors
    /// [`BuildError::NoPackage`] where there is none, [`BuildError::Profile`] or [`BuildError::NoLock`] where
    /// something has to be mended in it first.
    pub fn read(path: &Path) -> Result<Self, BuildError> {
        let no_package = |reason: String| BuildError::NoPackage {
            path: path.to_owned(),
            reason,
        };
        let manifest = if path.is_dir() {
            path.join("Cargo.toml")
        } else {
            path.to_owned()
        };
        if manifest.file_name().is_none_or(|name| name != "Cargo.toml") || !manifest.is_file() {
            return Err(no_package(String::from(
                "there is no Cargo.toml; name the folder of a contract, or make one with `twinroot new`",
            )));
        }
        let metadata = MetadataCommand::new()
            .manifest_path(&manifest)
            .no_deps()
            .exec()
            .map_err(|error| match error {
                cargo_metadata::Error::Io(source) => BuildError::Run {
                    program: crate::cargo(),
                    source,
                },
                error => no_package(error.to_string().trim().to_owned()),
            })?;
        let manifest = fs::canonicalize(&manifest).unwrap_or(manifest);
        let package = metadata
            .packages
            .iter()
            .find(|package| package.manifest_path == manifest)
            .ok_or_else(|| no_package(members(&metadata)))?;
        let project = Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            workspace: metadata.workspace_root.clone().into(),
            target_directory: metadata.target_directory.clone().into(),
            sdk: sdk(package),
        };
        project.sums_are_checked()?;
        if !project.lock().is_file() {
            return Err(BuildError::NoLock(project.lock()));
        }
        Ok(project)
    }

    /// The build of its contract.
    #[must_use]
    pub fn compile<'a>(&self, toolchain: &'a Toolchain) -> Compile<'a> {
        let compile = Compile::new(
            toolchain,
            self.workspace.clone(),
            self.target_directory.clone(),
            vec![self.name.clone()],
        )
        .with_lines();
        match &self.sdk {
            // Where the SDK lies must not show in the bytes.
            Some(sdk) if *sdk != self.workspace => compile.with_path(sdk.clone(), "/sdk"),
            _ => compile,
        }
    }

    /// What is to be known of a build.
    ///
    /// # Errors
    /// [`BuildError::File`] where Cargo.lock cannot be read.
    pub fn record(&self, compile: &Compile<'_>) -> Result<BuildRecord, BuildError> {
        let lock = read(&self.lock())?;
        Ok(BuildRecord {
            package: format!("{} {}", self.name, self.version),
            toolchain: compile.fingerprint()?,
            cargo_lock: hex::encode(Params::new().hash_length(32).hash(&lock)),
        })
    }

    /// The folder that built contracts are written to.
    #[must_use]
    pub fn output(&self) -> PathBuf {
        self.target_directory.join("twinroot")
    }

    fn lock(&self) -> PathBuf {
        self.workspace.join("Cargo.lock")
    }

    fn sums_are_checked(&self) -> Result<(), BuildError> {
        let manifest = self.workspace.join("Cargo.toml");
        let text = String::from_utf8_lossy(&read(&manifest)?).into_owned();
        // Cargo has understood it before.
        let table: toml::Table = text.parse().unwrap_or_default();
        let checked = table
            .get("profile")
            .and_then(|profiles| profiles.get("contract")?.get("overflow-checks")?.as_bool());
        if checked == Some(true) {
            Ok(())
        } else {
            Err(BuildError::Profile { manifest })
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|source| BuildError::File {
        path: path.to_owned(),
        what: "read",
        source,
    })
}

/// The checkout whose `contracts/sdk` the package depends on.
fn sdk(package: &Package) -> Option<PathBuf> {
    let sdk = package
        .dependencies
        .iter()
        .find(|dependency| dependency.name == "twinroot-sdk")?;
    let checkout = sdk.path.as_ref()?.parent()?.parent()?;
    Some(checkout.to_owned().into())
}

fn members(metadata: &Metadata) -> String {
    let folders: Vec<_> = metadata
        .packages
        .iter()
        .filter_map(|package| package.manifest_path.parent())
        .map(ToString::to_string)
        .collect();
    format!(
        "it is a workspace; name the folder of one of its contracts: {}",
        folders.join(", ")
    )
}
