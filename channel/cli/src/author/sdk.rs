//! Where the SDK is: contracts depend on it by its path.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::Fault;
use super::codes::NO_SDK;

/// Names a checkout for all contracts.
const VARIABLE: &str = "TWINROOT_SDK";

/// The checkout that is named, or that of the variable, or the one above this program or above the
/// present folder.
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf, Fault> {
    if let Some(path) = named {
        return named_by("--sdk", path);
    }
    if let Some(path) = env::var_os(VARIABLE) {
        return named_by(VARIABLE, Path::new(&path));
    }
    let places = [env::current_exe(), env::current_dir()];
    places
        .iter()
        .flatten()
        .find_map(|place| place.ancestors().find(|folder| is_checkout(folder)))
        .map(PathBuf::from)
        .ok_or_else(|| {
            Fault::new(
                NO_SDK,
                format!(
                    "the SDK is not found: name a checkout of Twinroot with `--sdk PATH`, or set {VARIABLE} to its path, \
                     or call this program inside of a checkout"
                ),
            )
        })
}

fn named_by(what: &str, path: &Path) -> Result<PathBuf, Fault> {
    let found = fs::canonicalize(path)
        .ok()
        .filter(|folder| is_checkout(folder));
    found.ok_or_else(|| {
        Fault::new(
            NO_SDK,
            format!(
                "{what} names {}, which is no checkout of Twinroot: there is no contracts/sdk/Cargo.toml in it",
                path.display()
            ),
        )
    })
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("contracts/sdk/Cargo.toml").is_file()
}
