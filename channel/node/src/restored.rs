//! A node's log made of a copy of some age.
//!
//! The copy's lines are followed by one that says so, with a salt. On its next start each party takes what is before that
//! line for a backup (docs/spec/channel.md, 5.10): it signs nothing before it has heard of its peer, and then leaves a gap.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use twinroot_keyring::{BackupKey, OpenSealedError, SignError, Signer, open_sealed};
use twinroot_store::{Batch, Entry, ImportError, OpenError, Store, WriteError};
use twinroot_types::encode;

use crate::core::line::{RESTORED, RestoredLine};
use crate::node::LOG;

/// Why there is no log of a copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreBackupError {
    /// There is a log, and what it says may be newer than the copy.
    #[error("{} is there already, and may be newer than the backup: take another folder, or move it away", .0.display())]
    Exists(PathBuf),
    /// Without the key nothing is opened.
    #[error("the key of the backup cannot be had: {0}")]
    Sign(#[from] SignError),
    /// The copy is not of this key, or not whole.
    #[error(transparent)]
    Sealed(#[from] OpenSealedError),
    /// What is in it is no log.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The log of the copy cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be written to.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The disk fails, or does not let us.
    #[error("{}: {source}", .path.display())]
    Disk {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Makes the log of a node in `folder` of a sealed backup of any age. `salt` is a number that no earlier restoring was
/// given: random, or the time. The log appears as a whole, or not at all.
///
/// # Errors
/// [`RestoreBackupError`]; a log that is there already is left as it is.
pub fn restore(
    folder: &Path,
    sealed: &[u8],
    signer: &dyn Signer,
    salt: u32,
) -> Result<(), RestoreBackupError> {
    let log = folder.join(LOG);
    if log.try_exists().map_err(disk(&log))? {
        return Err(RestoreBackupError::Exists(log));
    }
    let export = open_sealed(sealed, &BackupKey::of(signer)?)?;
    // A log without the line that says what it is must never have the name of one.
    let beside = tempfile::tempdir_in(folder).map_err(disk(folder))?;
    let made = beside.path().join(LOG);
    let store = Store::import(&made, &export)?;
    mark(&store, salt)?;
    drop(store);
    match fs::hard_link(&made, &log) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(RestoreBackupError::Exists(log));
        }
        linked => linked.map_err(disk(&log))?,
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(disk(folder))
}

/// Goes on with a log whose newest commits the disk has lost ([`OpenError::Lost`]), as with a backup. Salt: see [`restore`].
///
/// # Errors
/// [`RestoreBackupError::Open`] where the log cannot be read at all, [`RestoreBackupError::Write`].
pub fn accept_loss(folder: &Path, salt: u32) -> Result<(), RestoreBackupError> {
    let store = Store::open_as_older(&folder.join(LOG))?;
    mark(&store, salt)
}

/// Numbers that are left free at least: more lines than a node writes between two backups.
const LOST_LINES: u64 = 1 << 24;
/// And for each of its lives that may be lost altogether.
const LIFE_LINES: u64 = 1 << 16;

/// Says that all before is of a copy. Numbers of events that were told and are lost are not used again.
fn mark(store: &Store, salt: u32) -> Result<(), RestoreBackupError> {
    let lost = LOST_LINES.saturating_add(u64::from(salt).saturating_mul(LIFE_LINES));
    let number = store.next().saturating_add(lost);
    let line = Entry {
        stream: RESTORED,
        number,
        bytes: encode(&RestoredLine { salt }),
    };
    Ok(store.write(&[Batch {
        append: vec![line],
        ..Batch::default()
    }])?)
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> RestoreBackupError {
    let path = path.to_owned();
    move |source| RestoreBackupError::Disk { path, source }
}
