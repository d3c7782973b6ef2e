//! Runs the tests of a package and reads what they wrote down.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use twinroot_testkit::{Recorded, STEPS};

/// The steps of each twin test, by its name.
pub(crate) fn steps(package: &Path) -> Result<BTreeMap<String, Vec<Recorded>>> {
    let manifest = package.join("Cargo.toml");
    ensure!(
        manifest.is_file(),
        "there is no package in {}: name the folder with the contract's Cargo.toml",
        package.display()
    );
    let folder = tempfile::tempdir().context("could not make a folder for what the tests write")?;
    // What the tests print is for people who look for a fault: it goes where faults go.
    let status = Command::new("cargo")
        .args(["test", "--quiet", "--release", "--manifest-path"])
        .arg(&manifest)
        .env(STEPS, folder.path())
        .stdout(Stdio::null())
        .status()
        .context("could not run cargo: `twinroot doctor` tells what is missing")?;
    ensure!(
        status.success(),
        "the tests of {} fail: run `twinroot test` and mend them first",
        package.display()
    );
    let mut tests = BTreeMap::new();
    for file in fs::read_dir(folder.path())? {
        let path = file?.path();
        let lines = fs::read_to_string(&path)?;
        let steps: Vec<Recorded> = lines
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .context("the test kit wrote a step that this program cannot read: build both from one version")?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        tests.insert(name.into_owned(), steps);
    }
    if tests.is_empty() {
        bail!(
            "{} has no twin tests: write a function with `#[twin_test]`",
            package.display()
        );
    }
    Ok(tests)
}
