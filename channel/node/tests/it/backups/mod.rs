//! Backups, and what is done with them: restoring, leaving, checking. Signers elsewhere, and what operators see.

mod check;
mod exit;
mod metrics;
mod peers;
mod redaction;
mod restore;
mod signer;
mod witness;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use twinroot_client::Api;
use twinroot_client::api::{Id, Summary};
use twinroot_keyring::{LocalSigner, list_backups, read_backup};
use twinroot_node::{BACKUP_NAME, BackupConfig, Config, Handle, Node, restore};

use crate::world::{World, key, signing, transfer};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Settings of a node that signs payments of its peer without asking, and puts a backup into a folder whenever it stops.
pub(crate) fn careful(folder: PathBuf) -> Config {
    let backup = BackupConfig {
        folder: Some(folder),
        keep: 1_000,
        peers: false,
        ..BackupConfig::default()
    };
    Config {
        backup,
        ..signing()
    }
}

/// The backups in a folder, the oldest first.
pub(crate) fn backups(folder: &Path) -> Vec<Vec<u8>> {
    let mut all = list_backups(folder).expect("a folder");
    all.retain(|backup| backup.name == BACKUP_NAME);
    all.sort_by_key(|backup| backup.number);
    all.iter()
        .map(|backup| read_backup(&backup.path).expect("a backup"))
        .collect()
}

/// A new folder with a log made of a backup.
pub(crate) fn restored(world: &World, name: u8, folder: u8, sealed: &[u8], salt: u32) -> PathBuf {
    let folder = world.folder(folder);
    restore(&folder, sealed, &LocalSigner::new(key(name)), salt).expect("a backup of this key");
    folder
}

async fn pay(node: &Node, channel: Id, name: &str, amount: u64) {
    let paid = tokio::time::timeout(
        PATIENCE,
        node.handle().call(transfer(channel, name, amount)),
    )
    .await;
    paid.unwrap_or_else(|_| panic!("{name} is never answered"))
        .unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

async fn summary(handle: &Handle, channel: Id) -> Summary {
    let list = handle.list().await.expect("a list");
    list.into_iter()
        .find(|one| one.channel == channel)
        .expect("the channel")
}

/// Waits until the channel's party says so.
pub(crate) async fn until_status(handle: &Handle, channel: Id, status: &str) {
    let wait = async {
        while summary(handle, channel).await.status != status {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, wait).await.is_err() {
        panic!(
            "{} instead of {status}",
            summary(handle, channel).await.status
        );
    }
}

/// Blocks that come by themselves, as long as this is kept.
fn blocks(world: &World) -> Arc<tokio::task::AbortHandle> {
    let chain = world.chain.clone();
    let mining = tokio::spawn(async move {
        loop {
            chain.mine(1).expect("a block");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    Arc::new(mining.abort_handle())
}
