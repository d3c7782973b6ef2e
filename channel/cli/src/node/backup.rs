//! `twinroot node backup`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use twinroot_keyring::{BackupKey, seal, write_backup};
use twinroot_node::{BACKUP_NAME, LOG as LOG_FILE};
use twinroot_store::Store;

use super::codes::{BACKUP, LOG};
use super::{EXIT_CODES, folder, settings, signer};
use crate::author::Fault;
use crate::key::Passphrase;

/// Write a sealed copy of the node's log.
#[derive(clap::Args)]
#[command(
    long_about = "Write a sealed copy of the node's log: only the node's key opens it, and its length tells little. The node must not run; one \
        that runs writes backups by itself to the folder in its settings. Restoring a backup of any age is safe.",
    after_help = format!("Examples:\n  twinroot node backup --to /backup/twinroot\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    /// Folder of the backups.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// How many backups are kept, the newest.
    #[arg(long, default_value_t = 5)]
    keep: usize,
    #[command(flatten)]
    passphrase: Passphrase,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    let signer = signer(&folder, &settings(&folder)?, &arguments.passphrase)?;
    let export = open(&folder)?
        .export()
        .map_err(|error| Fault::new(BACKUP, error))?;
    let key = BackupKey::of(&*signer).map_err(|error| Fault::new(BACKUP, error))?;
    let sealed = seal(&export, &key).map_err(|error| Fault::new(BACKUP, error))?;
    std::fs::create_dir_all(&arguments.to)
        .map_err(|error| Fault::new(BACKUP, format!("{}: {error}", arguments.to.display())))?;
    let written = write_backup(&arguments.to, BACKUP_NAME, &sealed, arguments.keep)
        .map_err(|error| Fault::new(BACKUP, error))?;
    println!("{}", written.path.display());
    Ok(ExitCode::SUCCESS)
}

/// The log of a node that is there and does not run.
pub(super) fn open(folder: &Path) -> Result<Store, Fault> {
    let path = folder.join(LOG_FILE);
    if !path.exists() {
        return Err(Fault::new(
            LOG,
            format!("{} is not there: the node has not run yet", path.display()),
        ));
    }
    Store::open(&path).map_err(|error| Fault::new(LOG, error))
}
