//! Which compiler, and where `core` and the linker for wasm are found beside it.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::record::Route;

pub(super) const TARGET: &str = "wasm32v1-none";

/// Where Debian puts its compiler, whose sources are a package of their own.
const DEBIAN: &str = "/usr/bin/rustc";

pub(super) struct Toolchain {
    pub(super) compiler: Compiler,
    pub(super) route: Route,
    pub(super) linker: Linker,
}

impl Toolchain {
    /// The first compiler that has `core` for the target, compiled or as source: the one in use,
    /// then Debian's. A compiler cannot build the sources of another version; a linker can link
    /// what another made, so it may come from anywhere.
    ///
    /// # Errors
    /// [`Missing`] where something has to be installed first.
    pub(super) fn find() -> Result<Self> {
        let named = env::var_os("RUSTC").map(PathBuf::from);
        let mut compilers = Vec::new();
        for path in named
            .into_iter()
            .chain(["rustc", DEBIAN].map(PathBuf::from))
        {
            compilers.extend(Compiler::ask(&path)?);
        }
        let tools: Vec<_> = compilers
            .iter()
            .map(|compiler| compiler.rustlib(&compiler.host).join("bin"))
            .collect();
        let able = compilers
            .into_iter()
            .find_map(|compiler| Some((compiler.route()?, compiler)));
        let (route, compiler) = able.ok_or(Missing::Core)?;
        let linker = Linker::find(&tools)?;
        Ok(Self {
            compiler,
            route,
            linker,
        })
    }
}

/// What has to be installed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Core,
    Linker,
}

impl std::error::Error for Missing {}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Core => {
                "no toolchain here can build for wasm32v1-none; install one of these:\n  \
                 rustup target add wasm32v1-none\n  \
                 apt-get install -y --no-install-recommends rustc-web rust-web-src"
            }
            Self::Linker => {
                "there is no linker for wasm, neither rust-lld nor wasm-ld; install one:\n  \
                 apt-get install -y --no-install-recommends lld"
            }
        })
    }
}

pub(super) struct Compiler {
    pub(super) path: PathBuf,
    pub(super) sysroot: PathBuf,
    pub(super) release: String,
    pub(super) commit: String,
    pub(super) host: String,
    pub(super) llvm: String,
}

impl Compiler {
    /// The compiler at `path`, if there is one.
    fn ask(path: &Path) -> Result<Option<Self>> {
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

    fn route(&self) -> Option<Route> {
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
pub(super) struct Linker {
    pub(super) path: PathBuf,
    pub(super) version: String,
}

impl Linker {
    /// A `rust-lld` in one of the folders of `tools`, or else a `wasm-ld` or `wasm-ld-N` in the search path.
    fn find(tools: &[PathBuf]) -> Result<Self> {
        let bundled = tools
            .iter()
            .map(|folder| folder.join("rust-lld"))
            .find(|path| path.is_file());
        if let Some(path) = bundled {
            let version = output(Command::new(&path).args(["-flavor", "wasm", "--version"]))?;
            return Ok(Self { path, version });
        }
        let path = wasm_ld().ok_or(Missing::Linker)?;
        let version = output(Command::new(&path).arg("--version"))?;
        Ok(Self { path, version })
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

/// What a command prints, less the line's end.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let result = command
        .output()
        .with_context(|| format!("could not run {command:?}"))?;
    ensure!(
        result.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&result.stderr)
    );
    Ok(String::from_utf8_lossy(&result.stdout).trim().to_owned())
}
