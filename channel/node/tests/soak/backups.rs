//! A node's log is lost, and made again of a backup of some age.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twinroot_keyring::{BackupKey, LocalSigner, list_backups, open_sealed, read_backup};
use twinroot_node::{LOG, restore};
use twinroot_store::{Store, Stream};

use crate::ledger::key;

/// Where a node's backups go, in its folder.
pub(crate) const BACKUPS: &str = "backups";
/// Where its lost logs are kept for the judge.
const LOST: &str = "lost";

/// Replaces the log by a backup that knows all of its channels: what a node has forgotten altogether only its peer can
/// end. Whether there was one.
pub(crate) fn replace(folder: &Path, name: usize, random: &mut fastrand::Rng) -> bool {
    let Ok(all) = list_backups(&folder.join(BACKUPS)) else {
        return false;
    };
    let signer = LocalSigner::new(key(name));
    let opener = BackupKey::of(&signer).expect("a key");
    let known = channels(&folder.join(LOG));
    let mut fit = Vec::new();
    for backup in all {
        let sealed = read_backup(&backup.path).expect("a backup");
        let export = open_sealed(&sealed, &opener).expect("a backup of this key");
        let copy = TempDir::new().expect("a folder");
        let path = copy.path().join(LOG);
        drop(Store::import(&path, &export).expect("a log"));
        if channels(&path).is_superset(&known) {
            fit.push(sealed);
        }
    }
    let Some(sealed) = random.choice(&fit) else {
        return false;
    };
    let lost = folder.join(LOST);
    fs::create_dir_all(&lost).expect("a folder");
    let count = lost_logs(folder).len();
    fs::rename(folder.join(LOG), lost.join(count.to_string())).expect("the log is moved");
    restore(folder, sealed, &signer, random.u32(1..)).expect("a log");
    true
}

/// The logs that were lost.
pub(crate) fn lost_logs(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join(LOST)) else {
        return Vec::new();
    };
    entries.map(|entry| entry.expect("a log").path()).collect()
}

/// All rows of a log, those of its channels among them. The log may be of a process that was killed.
fn channels(log: &Path) -> BTreeSet<Stream> {
    let copy = TempDir::new().expect("a folder");
    let path = copy.path().join(LOG);
    fs::copy(log, &path).expect("a copy");
    let store = Store::open(&path).expect("the log is whole");
    let rows = store.streams().expect("the log can be read");
    rows.into_iter()
        .filter(|row| !row.starts_with(b"twinroot/node/"))
        .collect()
}
