//! Cargo, at work on a contract's package outside wasm.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use twinroot_build::{Project, cargo};
use twinroot_testkit::MODULES;

use crate::author::Fault;

/// Cargo, told to run the tests of the package in that folder.
pub(crate) fn cargo_test(package: &Path) -> Result<Command, Fault> {
    let project = Project::read(package)?;
    let mut command = Command::new(cargo());
    command
        .args(["test", "--release", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .env(MODULES, project.output());
    if let Some(folder) = compiled_engines(&project) {
        command.arg("--target-dir").arg(folder);
    }
    Ok(command)
}

/// The target folder that this program comes from: it has the engines, which take minutes to compile. A package for
/// whose builds somebody chose a place keeps to that.
pub(crate) fn compiled_engines(project: &Project) -> Option<PathBuf> {
    let is_chosen = project.target_directory != project.workspace.join("target");
    let program = env::current_exe().ok()?;
    let folder = program.ancestors().nth(2)?;
    // Cargo marks its target folders so.
    let is_target = folder.join("CACHEDIR.TAG").is_file();
    (is_target && !is_chosen).then(|| folder.to_owned())
}
