//! What is kept for peers: of each its newest copy, a file that only it can open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;
use twinroot_abi::PublicKey;
use twinroot_keyring::{list_backups, read_backup, write_backup};
use twinroot_types::{Tag, hash};

use super::message::{KEPT_BYTES, NodeMessage};

/// A peer's copies are written no more often than this, so that it cannot wear out the disk.
const PAUSE: Duration = Duration::from_secs(1);

/// The peers' copies.
#[derive(Debug)]
pub(super) struct Kept {
    /// Where they lie; none where none are kept.
    folder: Option<PathBuf>,
    /// When each peer's was written last.
    at: BTreeMap<PublicKey, Instant>,
}

impl Kept {
    pub(super) const fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            at: BTreeMap::new(),
        }
    }

    /// Puts it in the place of what was kept before, and answers.
    pub(super) async fn keep(&mut self, peer: PublicKey, copy: Vec<u8>) -> NodeMessage {
        let Some(folder) = self.folder.clone() else {
            return refused("this node keeps no backups of peers");
        };
        if copy.len() > KEPT_BYTES {
            return refused("the backup is too long");
        }
        if self.at.get(&peer).is_some_and(|at| at.elapsed() < PAUSE) {
            return refused("another was kept just now");
        }
        self.at.insert(peer, Instant::now());
        let name = hash(Tag::BACKUP, &[&copy]);
        let written = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            write_backup(&folder, &hex::encode(peer.0), &copy, 1).map_err(|error| error.to_string())
        });
        match written
            .await
            .map_err(|error| error.to_string())
            .and_then(|written| written)
        {
            Ok(_) => NodeMessage::Kept(name),
            Err(error) => {
                tracing::warn!(%peer, error, "a peer's backup cannot be kept");
                refused("the disk does not take it")
            }
        }
    }

    /// What is kept for a peer.
    pub(super) async fn of(&self, peer: PublicKey) -> Option<Vec<u8>> {
        let folder = self.folder.clone()?;
        let read = tokio::task::spawn_blocking(move || read(&folder, peer));
        read.await.ok().flatten()
    }
}

fn read(folder: &Path, peer: PublicKey) -> Option<Vec<u8>> {
    let name = hex::encode(peer.0);
    let newest = list_backups(folder)
        .ok()?
        .into_iter()
        .find(|backup| backup.name == name)?;
    read_backup(&newest.path)
        .ok()
        .filter(|copy| copy.len() <= KEPT_BYTES)
}

fn refused(why: &str) -> NodeMessage {
    NodeMessage::NotKept(why.to_owned())
}
