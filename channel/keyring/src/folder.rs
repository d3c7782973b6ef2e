//! A folder of backups: each a file with a number that rises, of which the newest few are kept.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::FolderError;
use crate::backup::SEALED_LIMIT;
use crate::place::place;

/// A backup in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// What it is a backup of: the id of a channel, or the node.
    pub name: String,
    /// Which one: a newer one has a higher number.
    pub number: u64,
    /// Where it lies.
    pub path: PathBuf,
}

/// Writes the next backup of this name, and then removes all but the newest `keep`; at least that one stays. Other files are
/// left alone. The file is there with all its bytes, or not at all.
///
/// # Errors
/// [`FolderError::Name`], [`FolderError::Disk`]: the older backups are as they were.
pub fn write_backup(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    keep: usize,
) -> Result<Backup, FolderError> {
    check_name(name)?;
    let mut backups = of_name(folder, name)?;
    let mut number = backups
        .first()
        .map_or(1, |newest| newest.number.saturating_add(1));
    let written = loop {
        let path = folder.join(file_name(name, number));
        match place(&path, bytes) {
            Ok(()) => {
                break Backup {
                    name: name.to_owned(),
                    number,
                    path,
                };
            }
            // Another program was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u64::MAX => {
                number += 1
            }
            Err(error) => return Err(disk(&path)(error)),
        }
    };
    for old in backups.split_off(backups.len().min(keep.saturating_sub(1))) {
        match fs::remove_file(&old.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(disk(&old.path)(error));
            }
            _ => {}
        }
    }
    Ok(written)
}

/// All backups in a folder: by name, the newest of each name first.
///
/// # Errors
/// [`FolderError::Disk`].
pub fn list_backups(folder: &Path) -> Result<Vec<Backup>, FolderError> {
    let mut backups = Vec::new();
    for file in fs::read_dir(folder).map_err(disk(folder))? {
        let file = file.map_err(disk(folder))?;
        if let Some((name, number)) = file.file_name().to_str().and_then(parse_name) {
            backups.push(Backup {
                name: name.to_owned(),
                number,
                path: file.path(),
            });
        }
    }
    backups.sort_by(|a, b| (&a.name, b.number).cmp(&(&b.name, a.number)));
    Ok(backups)
}

/// The bytes of a backup.
///
/// # Errors
/// [`FolderError::TooLong`], [`FolderError::Disk`].
pub fn read_backup(path: &Path) -> Result<Vec<u8>, FolderError> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(disk(path))?;
    file.take(SEALED_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(disk(path))?;
    if bytes.len() as u64 > SEALED_LIMIT {
        return Err(FolderError::TooLong(path.to_owned()));
    }
    Ok(bytes)
}

fn of_name(folder: &Path, name: &str) -> Result<Vec<Backup>, FolderError> {
    let mut backups = list_backups(folder)?;
    backups.retain(|backup| backup.name == name);
    Ok(backups)
}

/// All numbers have 20 digits, so that files sort by age wherever they are listed.
fn file_name(name: &str, number: u64) -> String {
    format!("{name}.{number:020}{SUFFIX}")
}

fn parse_name(file: &str) -> Option<(&str, u64)> {
    let (name, number) = file.strip_suffix(SUFFIX)?.split_once('.')?;
    let number_of = number.parse().ok()?;
    (check_name(name).is_ok() && file_name(name, number_of) == file).then_some((name, number_of))
}

fn check_name(name: &str) -> Result<(), FolderError> {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=100).contains(&name.len()) && name.bytes().all(fine) {
        Ok(())
    } else {
        Err(FolderError::Name(name.to_owned()))
    }
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Disk { path, source }
}

const SUFFIX: &str = ".backup";
