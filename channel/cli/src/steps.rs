//! What the tests of a package wrote down, run for it now or before.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use twinroot_testkit::{Recorded, STEPS};

use crate::package::cargo_test;

/// The steps of each twin test, by its name.
pub(crate) type Steps = BTreeMap<String, Vec<Recorded>>;

/// Which tests are asked about.
#[derive(clap::Args)]
pub(crate) struct Package {
    /// Folder of the contract's package.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// What the tests wrote down when they ran with TWINROOT_STEPS=FOLDER, instead of running them now.
    #[arg(long, value_name = "FOLDER")]
    steps: Option<PathBuf>,
    /// JSON instead of a table, as when the output is piped.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Package {
    /// The steps of its twin tests.
    pub(crate) fn steps(&self) -> Result<Steps> {
        match &self.steps {
            Some(folder) => read(&self.path, folder),
            None => run(&self.path),
        }
    }
}

/// Runs the tests of the package in that folder, and gives what they wrote.
fn run(package: &Path) -> Result<Steps> {
    let name = name(package)?;
    let folder = tempfile::tempdir().context("could not make a folder for what the tests write")?;
    let status = cargo_test(package)?
        .arg("--quiet")
        .env(STEPS, folder.path())
        .stdout(Stdio::null())
        .status()
        .context("could not run cargo: `twinroot doctor` tells what is missing")?;
    ensure!(
        status.success(),
        "the tests of {name} fail: run `twinroot test` and mend them first"
    );
    read_all(&name, folder.path())
}

/// What the tests of the package wrote into a folder when they ran.
fn read(package: &Path, folder: &Path) -> Result<Steps> {
    read_all(&name(package)?, folder)
}

fn read_all(name: &str, folder: &Path) -> Result<Steps> {
    let prefix = format!("{name}.");
    let mut tests = Steps::new();
    let files = fs::read_dir(folder)
        .with_context(|| format!("could not look into {}", folder.display()))?;
    for file in files {
        let path = file?.path();
        let test = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(test) = test.strip_prefix(&prefix) else {
            continue;
        };
        let lines = fs::read_to_string(&path)?;
        let steps: Result<_, _> = lines.lines().map(serde_json::from_str).collect();
        let steps = steps.with_context(|| {
            format!(
                "{} has a step that this program cannot read: build program and test kit from one version",
                path.display()
            )
        })?;
        tests.insert(test.to_owned(), steps);
    }
    ensure!(
        !tests.is_empty(),
        "there is nothing of {name}'s twin tests: write a function with `#[twin_test]`"
    );
    Ok(tests)
}

/// What the package is called.
fn name(package: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Manifest {
        package: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let manifest = package.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| {
        format!(
            "there is no package in {}: name the folder with the contract's Cargo.toml",
            package.display()
        )
    })?;
    let manifest: Manifest = toml::from_str(&text)
        .with_context(|| format!("{} is the manifest of no package", manifest.display()))?;
    Ok(manifest.package.name)
}
