//! Compiled contracts in a folder: found again, and never believed where they are damaged.

use std::fs;
use std::path::{Path, PathBuf};

use twinroot_exec::Outcome;
use twinroot_host::{Backend, Host, StartError};

use crate::stage::{Nobody, call_on};

const WAT: &str = r#"(module (func (export "go") (drop (i64.const 1))))"#;

fn run(folder: &Path, backend: Backend) -> Outcome {
    let host = Host::new(backend, Nobody).unwrap();
    let host = host.with_folder(folder).unwrap();
    call_on(&host, WAT, "go", 20_000).unwrap().outcome
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn what_was_compiled_once_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), Backend::Cranelift), Outcome::Success);
    let first = files(folder.path());
    let made = fs::metadata(&first[0]).unwrap().modified().unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(run(folder.path(), Backend::Cranelift), Outcome::Success);
    assert_eq!(files(folder.path()), first);
    let now = fs::metadata(&first[0]).unwrap().modified().unwrap();
    assert_eq!(now, made, "it was not compiled again");
}

#[test]
fn another_engine_has_files_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), Backend::Cranelift), Outcome::Success);
    assert_eq!(run(folder.path(), Backend::Pulley), Outcome::Success);
    assert_eq!(files(folder.path()).len(), 2);
}

/// Each byte of the file that is changed, cut off or added.
#[test]
fn a_damaged_file_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), Backend::Cranelift);
    let file = &files(folder.path())[0];
    let whole = fs::read(file).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len())
        .step_by(whole.len() / 40)
        .map(|place| {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            bytes
        })
        .collect();
    damaged.extend([
        Vec::new(),
        vec![0; 7],
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], &[0]].concat(),
    ]);
    for bytes in damaged {
        fs::write(file, bytes).unwrap();
        assert_eq!(run(folder.path(), Backend::Cranelift), Outcome::Success);
        assert_eq!(fs::read(file).unwrap(), whole, "it is whole again");
    }
}

/// Whole, but made by somebody else: wasmtime says so itself.
#[test]
fn a_foreign_file_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), Backend::Cranelift);
    run(folder.path(), Backend::Pulley);
    let both = files(folder.path());
    let [one, other] = [&both[0], &both[1]].map(|file| fs::read(file).unwrap());
    fs::write(&both[0], &other).unwrap();
    fs::write(&both[1], &one).unwrap();
    for backend in [Backend::Cranelift, Backend::Pulley] {
        assert_eq!(run(folder.path(), backend), Outcome::Success);
    }
    assert_eq!(fs::read(&both[0]).unwrap(), one);
    assert_eq!(fs::read(&both[1]).unwrap(), other);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let host = Host::new(Backend::Cranelift, Nobody).unwrap();
    let error = host.with_folder(file.path()).unwrap_err();
    assert!(matches!(&error, StartError::Folder { path, .. } if path == file.path()));
    assert!(
        error.to_string().contains("for compiled contracts"),
        "{error}"
    );
}
