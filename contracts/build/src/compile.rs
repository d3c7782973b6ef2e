//! The one way in which contracts are compiled. What a user's environment would add is taken out, and
//! paths are mapped away, so that sources and toolchain alone decide the bytes.

use std::env;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::toolchain::{cargo, cargo_version};
use crate::{BuildError, Fingerprint, Route, TARGET, Toolchain};

/// Profile that contracts are built with.
const PROFILE: &str = "contract";

/// The profile, as it stands in a contract's manifest.
pub(crate) const PROFILE_LINES: &str = "\
[profile.contract]
inherits = \"release\"
opt-level = 2
lto = true
codegen-units = 1
panic = \"abort\"
strip = true
overflow-checks = true
";

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

/// A build of contracts of one workspace.
pub struct Compile<'a> {
    toolchain: &'a Toolchain,
    workspace: PathBuf,
    /// Of its own: another compiler in the usual one would make every other build start anew.
    target_directory: PathBuf,
    packages: Vec<String>,
    /// What stands in the place of which path, beside those of the toolchain.
    paths: Vec<(PathBuf, &'static str)>,
    with_lines: bool,
}

impl<'a> Compile<'a> {
    /// Of `packages` of a workspace, whose other builds go to `target_directory`.
    #[must_use]
    pub fn new(
        toolchain: &'a Toolchain,
        workspace: PathBuf,
        target_directory: PathBuf,
        packages: Vec<String>,
    ) -> Self {
        Self {
            toolchain,
            paths: vec![(workspace.clone(), "/twinroot")],
            workspace,
            target_directory: target_directory.join("twinroot-wasm"),
            packages,
            with_lines: false,
        }
    }

    /// With names and lines of the source beside the code, which stays as it is.
    #[must_use]
    pub const fn with_lines(mut self) -> Self {
        self.with_lines = true;
        self
    }

    /// With another path mapped away.
    #[must_use]
    pub fn with_path(mut self, from: PathBuf, to: &'static str) -> Self {
        self.paths.push((from, to));
        self
    }

    /// Builds the contracts and gives each module as the linker left it. What cargo has to say goes to
    /// the error output.
    ///
    /// # Errors
    /// [`BuildError::Compile`] where the sources are at fault.
    pub fn run(&self) -> Result<Vec<(String, Vec<u8>)>, BuildError> {
        for package in &self.packages {
            let mut command = Command::new(cargo());
            for name in TAKEN_OUT {
                command.env_remove(name);
            }
            let status = command
                .envs(self.environment())
                .args(self.arguments(package))
                .current_dir(&self.workspace)
                .status();
            let status = status.map_err(|source| BuildError::Run {
                program: cargo(),
                source,
            })?;
            if !status.success() {
                return Err(BuildError::Compile(package.clone()));
            }
        }
        self.packages.iter().map(|name| self.linked(name)).collect()
    }

    fn linked(&self, package: &str) -> Result<(String, Vec<u8>), BuildError> {
        let folder = self.target_directory.join(TARGET).join(PROFILE);
        let path = folder
            .join(package.replace('-', "_"))
            .with_extension("wasm");
        let module = fs::read(&path).map_err(|source| BuildError::File {
            path,
            what: "read",
            source,
        })?;
        Ok((package.to_owned(), module))
    }

    /// What this builds with.
    ///
    /// # Errors
    /// [`BuildError::Run`] where cargo cannot be asked.
    pub fn fingerprint(&self) -> Result<Fingerprint, BuildError> {
        let compiler = &self.toolchain.compiler;
        Ok(Fingerprint {
            route: self.toolchain.route,
            rustc: compiler.release.clone(),
            commit: compiler.commit.clone(),
            host: compiler.host.clone(),
            llvm: compiler.llvm.clone(),
            linker: self.toolchain.linker.version.clone(),
            cargo: cargo_version()?,
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
        if self.with_lines {
            environment.push(("CARGO_PROFILE_CONTRACT_DEBUG", String::from("2")));
            environment.push(("CARGO_PROFILE_CONTRACT_STRIP", String::from("none")));
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
        // Of two that fit the compiler takes the later one: a package may lie within the SDK's folder, or this in it.
        let mut paths = self.paths.clone();
        paths.sort_by_key(|(from, _)| from.components().count());
        flags.extend(paths.into_iter().map(|(from, to)| remap(from, to)));
        flags
    }

    fn arguments(&self, package: &str) -> Vec<String> {
        let mut arguments: Vec<String> = [
            "rustc",
            "--locked",
            "--package",
            package,
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
impl fmt::Display for Compile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("env")?;
        TAKEN_OUT
            .iter()
            .try_for_each(|name| write!(f, " -u {name}"))?;
        for (name, value) in self.environment() {
            write!(f, " \\\n  {name}=$'{}'", value.replace('\x1f', "\\x1f"))?;
        }
        let build = |package| format!("{} {}", cargo(), self.arguments(package).join(" "));
        let builds: Vec<_> = self.packages.iter().map(|package| build(package)).collect();
        write!(f, " \\\n  {}", builds.join(" &&\n  "))
    }
}
