//! The one way in which contracts are built. What a user's environment would add is taken out, and
//! paths are mapped away, so that sources and toolchain alone decide the bytes.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Metadata;

use super::record::{Fingerprint, Route};
use super::toolchain::{TARGET, Toolchain, output};
use super::{read, sections};
use crate::cargo;

/// Profile of the workspace that contracts are built with.
const PROFILE: &str = "contract";

/// Flags of the compiler for every crate that goes into a contract.
const FLAGS: [&str; 2] = [
    // The gate allows these two, and they make copies small and cheap (docs/spec/vm.md, 1).
    "-Ctarget-feature=+bulk-memory,+sign-ext",
    // Stack and data then fit into the first page; below the stack there is nothing to run into.
    "-Clink-arg=-zstack-size=16384",
];

/// What a user may have set for other builds.
const TAKEN_OUT: [&str; 8] = [
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS",
];

pub(super) struct Build<'a> {
    toolchain: &'a Toolchain,
    contracts: &'a [String],
    workspace: PathBuf,
    /// Of its own: another compiler in the usual one would make every other build start anew.
    target_directory: PathBuf,
}

impl<'a> Build<'a> {
    pub(super) fn new(
        metadata: &Metadata,
        toolchain: &'a Toolchain,
        contracts: &'a [String],
    ) -> Self {
        Self {
            toolchain,
            contracts,
            workspace: metadata.workspace_root.clone().into_std_path_buf(),
            target_directory: metadata
                .target_directory
                .join("twinroot-wasm")
                .into_std_path_buf(),
        }
    }

    /// Builds the contracts and gives the modules by name, stripped.
    pub(super) fn run(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        for contract in self.contracts {
            let mut command = Command::new(cargo());
            for name in TAKEN_OUT {
                command.env_remove(name);
            }
            let status = command
                .envs(self.environment())
                .args(self.arguments(contract))
                .current_dir(&self.workspace)
                .status();
            ensure!(
                status.context("could not run cargo")?.success(),
                "{contract} does not compile"
            );
        }
        let folder = self.target_directory.join(TARGET).join(PROFILE);
        let module = |name: &String| {
            let linked = read(&folder.join(name.replace('-', "_")).with_extension("wasm"))?;
            let stripped = sections::strip(&linked)
                .with_context(|| format!("{name} is not laid out as a module"))?;
            Ok((name.clone(), stripped))
        };
        self.contracts.iter().map(module).collect()
    }

    pub(super) fn fingerprint(&self) -> Result<Fingerprint> {
        let compiler = &self.toolchain.compiler;
        Ok(Fingerprint {
            route: self.toolchain.route,
            rustc: compiler.release.clone(),
            commit: compiler.commit.clone(),
            host: compiler.host.clone(),
            llvm: compiler.llvm.clone(),
            linker: self.toolchain.linker.version.clone(),
            cargo: output(Command::new(cargo()).arg("--version"))?,
            flags: FLAGS.map(String::from).into(),
        })
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let Toolchain {
            compiler,
            route,
            linker,
        } = self.toolchain;
        let mut environment = vec![
            ("RUSTC", compiler.path.display().to_string()),
            (
                "CARGO_TARGET_WASM32V1_NONE_LINKER",
                linker.path.display().to_string(),
            ),
            ("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\x1f")),
        ];
        if *route == Route::BuildStd {
            // `-Zbuild-std` is not stable, and a stable compiler takes it only so.
            environment.push(("RUSTC_BOOTSTRAP", String::from("1")));
        }
        environment
    }

    fn flags(&self) -> Vec<String> {
        let home = env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
        let remap =
            |from: PathBuf, to: &str| format!("--remap-path-prefix={}={to}", from.display());
        let mut flags: Vec<_> = FLAGS.map(String::from).into();
        flags.extend(home.map(|home| remap(home, "/cargo")));
        flags.push(remap(self.toolchain.compiler.sysroot.clone(), "/rust"));
        flags.push(remap(self.workspace.clone(), "/twinroot"));
        flags
    }

    fn arguments(&self, contract: &str) -> Vec<String> {
        let mut arguments: Vec<String> = [
            "rustc",
            "--locked",
            "--package",
            contract,
            // Tests use a contract's types as a library; what runs is this.
            "--crate-type",
            "cdylib",
            "--profile",
            PROFILE,
            "--target",
            TARGET,
        ]
        .map(String::from)
        .into();
        arguments.extend([
            String::from("--target-dir"),
            self.target_directory.display().to_string(),
        ]);
        if self.toolchain.route == Route::BuildStd {
            arguments.push(String::from("-Zbuild-std=core,alloc"));
        }
        arguments
    }
}

/// As one would type it, in the folder of the workspace.
impl fmt::Display for Build<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("env")?;
        TAKEN_OUT
            .iter()
            .try_for_each(|name| write!(f, " -u {name}"))?;
        for (name, value) in self.environment() {
            write!(f, " \\\n  {name}=$'{}'", value.replace('\x1f', "\\x1f"))?;
        }
        let build = |contract| format!("{} {}", cargo(), self.arguments(contract).join(" "));
        let builds: Vec<_> = self
            .contracts
            .iter()
            .map(|contract| build(contract))
            .collect();
        write!(f, " \\\n  {}", builds.join(" &&\n  "))
    }
}
