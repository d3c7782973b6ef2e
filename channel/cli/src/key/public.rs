//! `twinroot key public`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use twinroot_client::api::Id;
use twinroot_keyring::KeyFile;

use crate::node::key_fault;

/// Print the public key of a key file, for which no passphrase is needed.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  twinroot channel open --peer $(twinroot key public bob.key)@127.0.0.1:8641 --deposit 1000"
)]
pub(super) struct Arguments {
    /// The key file.
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let key = KeyFile::public(&arguments.file).map_err(key_fault)?;
    println!("{}", Id::from(key));
    Ok(ExitCode::SUCCESS)
}
