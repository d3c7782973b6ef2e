//! Where the wasm of a contract is that is to be tested.

#![expect(
    clippy::disallowed_types,
    reason = "a file says when it was changed, and no contract sees it"
)]

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names the folder that contracts were built into, for tests that run: `twinroot test` sets it.
pub const MODULES: &str = "TWINROOT_MODULES";

/// The module of a contract is not there, or not of its present source.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// It was not built.
    #[error("{package} has no wasm yet: run `twinroot build {}`, or `twinroot test`, which builds first", folder.display())]
    NotBuilt {
        /// Which contract.
        package: &'static str,
        /// Where its source is.
        folder: PathBuf,
    },
    /// The source has changed since it was built.
    #[error("{} is older than {}: run `twinroot build`, or `twinroot test`, which builds first", wasm.display(), source_file.display())]
    Stale {
        /// The module.
        wasm: PathBuf,
        /// What is newer.
        source_file: PathBuf,
    },
    /// It cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// The module of `package`: what was built beside it or above, or what is committed in a folder `wasm` above.
pub(super) fn module(package: &'static str, folder: &str) -> Result<Vec<u8>, ModuleError> {
    let folder = Path::new(folder);
    let file = format!("{package}.wasm");
    if let Some(built) = built(&file, folder) {
        not_older(&built, folder)?;
        return read(&built);
    }
    let above = folder
        .ancestors()
        .map(|above| above.join("wasm").join(&file));
    if let Some(committed) = above.into_iter().find(|path| path.is_file()) {
        return read(&committed);
    }
    Err(ModuleError::NotBuilt {
        package,
        folder: folder.to_owned(),
    })
}

/// The same module with what debuggers read, if it was built here.
pub(super) fn debug_module(package: &str, folder: &str) -> Option<Vec<u8>> {
    let file = built(&format!("{package}.debug.wasm"), Path::new(folder))?;
    fs::read(file).ok()
}

/// A file that `twinroot build` left: where it was told to be, or else in the target folder that this test was built
/// in, or in one above the package.
fn built(file: &str, folder: &Path) -> Option<PathBuf> {
    if let Some(told) = env::var_os(MODULES) {
        return Some(Path::new(&told).join(file)).filter(|path| path.is_file());
    }
    let test = env::current_exe().unwrap_or_default();
    let own = test.ancestors().map(|above| above.join("twinroot"));
    let above = folder
        .ancestors()
        .map(|above| above.join("target").join("twinroot"));
    own.chain(above)
        .map(|folder| folder.join(file))
        .find(|path| path.is_file())
}

fn not_older(wasm: &Path, folder: &Path) -> Result<(), ModuleError> {
    let built = changed(wasm)?;
    let mut sources = vec![folder.join("Cargo.toml"), folder.join("src")];
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            let unreadable = |error| ModuleError::Unreadable {
                path: path.clone(),
                error,
            };
            for entry in fs::read_dir(&path).map_err(unreadable)? {
                sources.push(entry.map_err(unreadable)?.path());
            }
        } else if path.is_file() && changed(&path)? > built {
            return Err(ModuleError::Stale {
                wasm: wasm.to_owned(),
                source_file: path,
            });
        }
    }
    Ok(())
}

fn changed(path: &Path) -> Result<SystemTime, ModuleError> {
    let changed = fs::metadata(path).and_then(|data| data.modified());
    changed.map_err(|error| ModuleError::Unreadable {
        path: path.to_owned(),
        error,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ModuleError> {
    fs::read(path).map_err(|error| ModuleError::Unreadable {
        path: path.to_owned(),
        error,
    })
}
