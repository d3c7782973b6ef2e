//! `cargo xtask wasm`: the example contracts and those of the benchmarks as they are committed.
//!
//! Tests, demos and benchmarks run the committed bytes, so a wasm toolchain is needed only where a
//! contract or the SDK changes. What the bytes were built with stands beside them, since another
//! compiler gives other bytes: a check can only judge with the same one.

mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Metadata;
use clap::Args;
use twinroot_build::{BuildError, Compile, Toolchain, described};

use record::{Artifact, Record};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Builds again and compares with the committed bytes. Exit status: 0 the same, or another
    /// toolchain that cannot judge; 1 different; 2 no toolchain.
    #[arg(long, conflicts_with = "print_commands")]
    check: bool,
    /// Prints what would be run and runs nothing.
    #[arg(long)]
    print_commands: bool,
}

/// Exit status where no toolchain can build for wasm.
const NO_TOOLCHAIN: u8 = 2;

pub(crate) fn run(metadata: &Metadata, arguments: &Arguments) -> Result<ExitCode> {
    let folder = Folder(
        metadata
            .workspace_root
            .join("contracts/wasm")
            .into_std_path_buf(),
    );
    let contracts = contracts(metadata);
    ensure!(
        !contracts.is_empty(),
        "there is no contract in {}",
        SOURCES.join(" or ")
    );
    if arguments.check && !folder.holds_what_it_records(&contracts)? {
        return Ok(ExitCode::FAILURE);
    }
    let toolchain = match Toolchain::find() {
        Err(BuildError::Missing(missing)) => {
            eprintln!("{missing}");
            return Ok(ExitCode::from(NO_TOOLCHAIN));
        }
        found => found?,
    };
    let build = Compile::new(
        &toolchain,
        metadata.workspace_root.clone().into_std_path_buf(),
        metadata.target_directory.clone().into_std_path_buf(),
        contracts,
    );
    if arguments.print_commands {
        println!("{build}");
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.check {
        check(&build, &folder)
    } else {
        write(&build, &folder)
    }
}

/// Folders of contracts.
const SOURCES: [&str; 2] = ["contracts/examples", "benches/contracts"];

/// Names of the contracts: packages of [`SOURCES`].
fn contracts(metadata: &Metadata) -> Vec<String> {
    let sources = SOURCES.map(|folder| metadata.workspace_root.join(folder));
    let mut names: Vec<_> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| {
            sources
                .iter()
                .any(|folder| package.manifest_path.starts_with(folder))
        })
        .map(|package| package.name.to_string())
        .collect();
    names.sort();
    names
}

fn write(build: &Compile<'_>, folder: &Folder) -> Result<ExitCode> {
    let modules = described_modules(build)?;
    for (name, bytes) in &modules {
        let path = folder.module(name);
        fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))?;
        println!("{name}: {} bytes", bytes.len());
    }
    let contracts = modules
        .iter()
        .map(|(name, bytes)| (name.clone(), Artifact::of(bytes)))
        .collect();
    Record {
        toolchain: build.fingerprint()?,
        contracts,
    }
    .write(&folder.record())?;
    Ok(ExitCode::SUCCESS)
}

fn check(build: &Compile<'_>, folder: &Folder) -> Result<ExitCode> {
    let recorded = Record::read(&folder.record())?.toolchain;
    let found = build.fingerprint()?;
    if recorded != found {
        println!("cannot judge: recorded {recorded}\n              found    {found}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut stale = false;
    for (name, bytes) in described_modules(build)? {
        if folder.read(&name)? != bytes {
            stale = true;
            println!(
                "{name}: the committed module is not what its sources give; run `cargo xtask wasm` and commit it"
            );
        }
    }
    if stale {
        return Ok(ExitCode::FAILURE);
    }
    println!("contracts/wasm is what its sources give");
    Ok(ExitCode::SUCCESS)
}

/// Builds the contracts and gives the modules by name, as they are committed: code, policies and spec.
fn described_modules(build: &Compile<'_>) -> Result<BTreeMap<String, Vec<u8>>> {
    let linked = build.run()?.into_iter();
    linked
        .map(|(name, module)| Ok((name, described(&module)?)))
        .collect()
}

/// The folder of committed modules.
struct Folder(PathBuf);

impl Folder {
    fn module(&self, name: &str) -> PathBuf {
        self.0.join(name).with_extension("wasm")
    }

    fn record(&self) -> PathBuf {
        self.0.join("RECORD.toml")
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        read(&self.module(name))
    }

    /// Whether record, modules and contracts are of one time; this needs no toolchain.
    fn holds_what_it_records(&self, contracts: &[String]) -> Result<bool> {
        let recorded = Record::read(&self.record())?.contracts;
        let mut found = BTreeMap::new();
        for name in contracts.iter().filter(|name| self.module(name).exists()) {
            found.insert(name.clone(), Artifact::of(&self.read(name)?));
        }
        let mut sound = true;
        let names: BTreeSet<_> = contracts.iter().chain(recorded.keys()).collect();
        for name in names {
            if !found.contains_key(name) || found.get(name) != recorded.get(name) {
                sound = false;
                println!(
                    "{name}: contracts, modules and RECORD.toml differ; run `cargo xtask wasm` and commit the result"
                );
            }
        }
        Ok(sound)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}
