//! `twinroot key show`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::PublicKey;
use twinroot_client::api::Id;
use twinroot_keyring::KeyFile;

use super::{Passphrase, Which};
use crate::author::output::{self, Report};
use crate::node::key_fault;

/// Open a key file with its passphrase and show the public key: whether both still fit.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  twinroot key show alice.key")]
pub(super) struct Arguments {
    /// The key file.
    file: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let passphrase = arguments.passphrase.get(Which::Known)?;
    let key = KeyFile::open(&arguments.file, &passphrase).map_err(key_fault)?;
    output::print(&Shown::new(&arguments.file, key.public()), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// A key file, as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    file: PathBuf,
    key: Id,
}

impl Shown {
    pub(super) fn new(file: &Path, key: PublicKey) -> Self {
        Self {
            file: file.to_owned(),
            key: key.into(),
        }
    }
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "file  {}", self.file.display())?;
        writeln!(out, "key   {} (public: account and name)", self.key)
    }
}
