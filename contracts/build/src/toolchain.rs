//! Which compiler, and where `core` and the linker for wasm are found beside it.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, Route};

/// What contracts are compiled for.
pub const TARGET: &str = "wasm32v1-none";

/// Names a compiler for contracts only.
const NAMED: &str = "TWINROOT_RUSTC";

/// Where Debian puts its compiler, whose sources are a package of their own.
const DEBIAN: &str = "/usr/bin/rustc";

/// All that a contract is compiled with, but cargo.
pub struct Toolchain {
    /// The compiler.
    pub compiler: Compiler,
    /// Where `core` comes from.
    pub route: Route,
    /// The linker.
    pub linker: Linker,
}

impl Toolchain {
    /// The toolchain that [`Survey`] comes to.
    ///
    /// # Errors
    /// [`BuildError::Missing`] where something has to be installed first.
    pub fn find() -> Result<Self, BuildError> {
        Ok(Survey::make()?.toolchain()?)
    }
}

/// What this machine has to build contracts with.
pub struct Survey {
    /// The compilers, in the order in which they are taken: `RUSTC`, the one in use, `TWINROOT_RUSTC`,
    /// Debian's.
    pub compilers: Vec<Compiler>,
    /// The linker. It can link what any compiler made, so it may come from anywhere.
    pub linker: Option<Linker>,
}

impl Survey {
    /// Looks at this machine.
    ///
    /// # Errors
    /// [`BuildError::Failed`] where a compiler or linker is there and does not say what it is.
    pub fn make() -> Result<Self, BuildError> {
        let named = |name| env::var_os(name).map(PathBuf::from);
        let paths = [
            named("RUSTC"),
            Some(PathBuf::from("rustc")),
            named(NAMED),
            Some(PathBuf::from(DEBIAN)),
        ];
        let mut compilers = Vec::new();
        for path in paths.into_iter().flatten() {
            compilers.extend(Compiler::ask(&path)?);
        }
        let tools: Vec<_> = compilers
            .iter()
            .map(|compiler| compiler.rustlib(&compiler.host).join("bin"))
            .collect();
        let linker = Linker::find(&tools)?;
        Ok(Self { compilers, linker })
    }

    /// The first compiler that has `core` for the target, compiled or as source, with the linker. A
    /// compiler cannot build the sources of another version.
    ///
    /// # Errors
    /// What has to be installed first.
    pub fn toolchain(self) -> Result<Toolchain, Missing> {
        let able = self
            .compilers
            .into_iter()
            .find_map(|compiler| Some((compiler.route()?, compiler)));
        let (route, compiler) = able.ok_or(Missing::Core)?;
        Ok(Toolchain {
            compiler,
            route,
            linker: self.linker.ok_or(Missing::Linker)?,
        })
    }
}

/// What has to be installed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `core` for the target.
    Core,
    /// A linker for wasm.
    Linker,
}

impl Missing {
    /// Command lines, each of which is enough.
    #[must_use]
    pub const fn mends(self) -> &'static [&'static str] {
        match self {
            Self::Core => &[
                "rustup target add wasm32v1-none",
                "apt-get install -y --no-install-recommends rustc-web rust-web-src",
            ],
            Self::Linker => &["apt-get install -y --no-install-recommends lld"],
        }
    }
}

impl std::error::Error for Missing {}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Core => "no toolchain here can build for wasm32v1-none; install one of these:",
            Self::Linker => {
                "there is no linker for wasm, neither rust-lld nor wasm-ld; install one:"
            }
        })?;
        self.mends()
            .iter()
            .try_for_each(|mend| write!(f, "\n  {mend}"))
    }
}

/// A compiler of this machine.
pub struct Compiler {
    /// How it is called.
    pub path: PathBuf,
    /// Where its libraries are.
    pub sysroot: PathBuf,
    /// Its release.
    pub release: String,
    /// The commit that it was made from.
    pub commit: String,
    /// What it runs on.
    pub host: String,
    /// Release of its code generator.
    pub llvm: String,
}

impl Compiler {
    /// The compiler at `path`, if there is one.
    fn ask(path: &Path) -> Result<Option<Self>, BuildError> {
        if Command::new(path).arg("--version").output().is_err() {
            return Ok(None);
        }
        let sysroot = output(Command::new(path).args(["--print", "sysroot"]))?;
        let about = output(Command::new(path).arg("-vV"))?;
        let about: BTreeMap<_, _> = about
            .lines()
            .filter_map(|line| line.split_once(": "))
            .collect();
        let field = |name: &str| about.get(name).copied().unwrap_or("unknown").to_owned();
        Ok(Some(Self {
            path: path.to_owned(),
            sysroot: PathBuf::from(sysroot),
            release: field("release"),
            commit: field("commit-hash"),
            host: field("host"),
            llvm: field("LLVM version"),
        }))
    }

    /// Where it has `core` for the target, if it has it.
    #[must_use]
    pub fn route(&self) -> Option<Route> {
        if is_core_in(&self.rustlib(TARGET).join("lib")) {
            Some(Route::Prebuilt)
        } else if self.rustlib("src/rust/library/core").is_dir() {
            Some(Route::BuildStd)
        } else {
            None
        }
    }

    fn rustlib(&self, path: &str) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(path)
    }
}

fn is_core_in(folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

/// The linker for wasm. The version is part of the fingerprint, though it has made no difference yet.
pub struct Linker {
    /// Where it is.
    pub path: PathBuf,
    /// What it calls itself.
    pub version: String,
}

impl Linker {
    /// A `rust-lld` in one of the folders of `tools`, or else a `wasm-ld` or `wasm-ld-N` in the search path.
    fn find(tools: &[PathBuf]) -> Result<Option<Self>, BuildError> {
        let bundled = tools
            .iter()
            .map(|folder| folder.join("rust-lld"))
            .find(|path| path.is_file());
        if let Some(path) = bundled {
            let version = output(Command::new(&path).args(["-flavor", "wasm", "--version"]))?;
            return Ok(Some(Self { path, version }));
        }
        let Some(path) = wasm_ld() else {
            return Ok(None);
        };
        let version = output(Command::new(&path).arg("--version"))?;
        Ok(Some(Self { path, version }))
    }
}

fn wasm_ld() -> Option<PathBuf> {
    let search = env::var_os("PATH")?;
    let mut found: Vec<_> = env::split_paths(&search)
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|files| files.flatten().map(|file| file.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(is_wasm_ld)
        })
        .collect();
    found.sort();
    found.into_iter().next()
}

fn is_wasm_ld(name: &str) -> bool {
    match name.strip_prefix("wasm-ld") {
        Some(rest) => {
            rest.is_empty()
                || rest
                    .strip_prefix('-')
                    .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
        }
        None => false,
    }
}

/// The cargo that runs this program, so that what it runs in turn is the same one.
#[must_use]
pub fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| String::from("cargo"))
}

/// What that cargo calls itself.
///
/// # Errors
/// [`BuildError::Run`] where there is none.
pub fn cargo_version() -> Result<String, BuildError> {
    output(Command::new(cargo()).arg("--version"))
}

/// What a command prints, less the line's end.
fn output(command: &mut Command) -> Result<String, BuildError> {
    let result = command.output().map_err(|source| BuildError::Run {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    })?;
    if !result.status.success() {
        return Err(BuildError::Failed {
            command: format!("{command:?}"),
            message: String::from_utf8_lossy(&result.stderr).trim().to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&result.stdout).trim().to_owned())
}
