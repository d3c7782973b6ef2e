//! Where a passphrase comes from: a file, the environment, or whoever sits there.

use std::env;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::author::Fault;
use crate::node::codes::PASSPHRASE;

/// The variable with the passphrase, for those who cannot be asked.
const VARIABLE: &str = "TWINROOT_PASSPHRASE";
/// What a key file without a passphrase is encrypted with: everybody knows it.
const NONE: &str = "twinroot: no passphrase";

/// Where the passphrase of a key file comes from.
#[derive(clap::Args)]
pub(crate) struct Passphrase {
    /// A file whose first line is the passphrase; else TWINROOT_PASSPHRASE, else it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// INSECURE: the key file can be read by whoever gets it. For demos only.
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
}

/// Whether a passphrase is chosen or was chosen before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// It is asked for twice.
    New,
    /// It is asked for once.
    Known,
}

impl Passphrase {
    /// For a demo: no passphrase.
    pub(crate) const fn none() -> Self {
        Self {
            passphrase_file: None,
            no_passphrase: true,
        }
    }

    pub(crate) fn get(&self, which: Which) -> Result<Zeroizing<String>, Fault> {
        if self.no_passphrase {
            if which == Which::New {
                anstream::eprintln!(
                    "insecure: this key file has no passphrase; whoever reads it has the coins"
                );
            }
            return Ok(Zeroizing::new(NONE.to_owned()));
        }
        if let Some(path) = &self.passphrase_file {
            let text = fs::read_to_string(path).map(Zeroizing::new);
            let text = text
                .map_err(|error| Fault::new(PASSPHRASE, format!("{}: {error}", path.display())))?;
            return Ok(Zeroizing::new(
                text.lines().next().unwrap_or_default().to_owned(),
            ));
        }
        if let Ok(passphrase) = env::var(VARIABLE) {
            return Ok(Zeroizing::new(passphrase));
        }
        if !io::stdin().is_terminal() {
            let message = format!(
                "nobody can be asked for the passphrase: give --passphrase-file or {VARIABLE}"
            );
            return Err(Fault::new(PASSPHRASE, message));
        }
        let ask = |prompt| rpassword::prompt_password(prompt).map(Zeroizing::new);
        let failed = |error: io::Error| {
            Fault::new(
                PASSPHRASE,
                format!("the passphrase cannot be read: {error}"),
            )
        };
        let passphrase = ask("passphrase: ").map_err(failed)?;
        if which == Which::New && *ask("once more: ").map_err(failed)? != *passphrase {
            return Err(Fault::new(
                PASSPHRASE,
                "these are two different passphrases",
            ));
        }
        Ok(passphrase)
    }
}
