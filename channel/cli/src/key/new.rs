//! `twinroot key new`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use twinroot_keyring::{KeyFile, new_key};

use super::show::Shown;
use super::{Passphrase, Which};
use crate::author::output;
use crate::node::key_fault;

/// Make a key, in a file that a passphrase protects.
#[derive(clap::Args)]
#[command(
    long_about = "Make a key, in a file that a passphrase protects. The key is an account on the ledger and a name among peers. Whoever \
        loses file or passphrase loses the coins: keep a copy of both.",
    after_help = "Examples:\n  twinroot key new alice.key\n  TWINROOT_PASSPHRASE=... twinroot key new alice.key --json"
)]
pub(super) struct Arguments {
    /// The file; it must not be there yet.
    file: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let key = new_key().map_err(key_fault)?;
    let passphrase = arguments.passphrase.get(Which::New)?;
    KeyFile::create(&arguments.file, &key, &passphrase).map_err(key_fault)?;
    output::print(&Shown::new(&arguments.file, key.public()), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}
