//! `twinroot node restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use twinroot_keyring::read_backup;
use twinroot_node::LOG;

use super::codes::BACKUP;
use super::{EXIT_CODES, folder, settings, signer};
use crate::author::Fault;
use crate::key::Passphrase;

/// Make a node's log of a sealed copy.
#[derive(clap::Args)]
#[command(
    long_about = "Make a node's log of a sealed copy of any age. The folder has the key and no log. The node then signs nothing new in a \
        channel before it has heard from the peer or the ledger what it may have forgotten.",
    after_help = format!("Examples:\n  twinroot node restore alice --from /backup/twinroot/node.00000000000000000007.backup\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the node; else TWINROOT_NODE, else ~/.twinroot.
    folder: Option<PathBuf>,
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = folder(arguments.folder.as_deref())?;
    restore(&folder, &arguments.from, &arguments.passphrase)?;
    println!(
        "restored {}; next: `twinroot node run {}`",
        folder.join(LOG).display(),
        folder.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes the log in `folder` of a backup that its key opens.
pub(crate) fn restore(folder: &Path, from: &Path, passphrase: &Passphrase) -> Result<()> {
    let signer = signer(folder, &settings(folder)?, passphrase)?;
    let sealed = read_backup(from).map_err(|error| Fault::new(BACKUP, error))?;
    let mut salt = [0; 4];
    getrandom::fill(&mut salt).map_err(|error| Fault::new(BACKUP, error))?;
    twinroot_node::restore(folder, &sealed, &*signer, u32::from_le_bytes(salt))
        .map_err(|error| Fault::new(BACKUP, error))?;
    Ok(())
}
