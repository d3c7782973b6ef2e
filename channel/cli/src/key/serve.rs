//! `twinroot key serve`: the signer as a process of its own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_client::api::Id;
use twinroot_keyring::{Guard, KeyFile, LocalSigner, Signer, listen, serve_signer};

use super::{Passphrase, Which};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::node::codes::SIGNER;
use crate::node::key_fault;

/// Sign for a node in a process of its own, until it is told to stop: the key is never in the node's.
#[derive(clap::Args)]
#[command(
    long_about = "Sign for a node in a process of its own, until it is told to stop (Ctrl-C, SIGTERM): the key is never in the node's process. \
        The node names the socket as `signer` in its node.toml. Whoever breaks into the node can ask for signatures all the same, but never \
        for two states of one round: the signer writes down what it signed before it signs, and refuses the second. That list is as much \
        worth as the key; a signer that lost it must not be started with an older one while channels are open. Only processes of the same \
        user reach the socket. Killed at any moment it loses nothing; the node waits until it is there again.",
    after_help = "Examples:\n  twinroot key serve alice.key --socket alice.signer\n  \
        twinroot node init alice --signer alice.signer; twinroot node run alice\n\n\
        Exit codes: 0 it was told to stop; 2 wrong usage, or the key file; 3 the list or the socket. `twinroot explain CODE` says more."
)]
pub(super) struct Arguments {
    /// The key file.
    file: PathBuf,
    /// The socket that the node connects to.
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// The list of rounds that were signed; made if it is not there [default: the key file's name and .rounds].
    #[arg(long, value_name = "FILE")]
    rounds: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments {
        file,
        socket,
        rounds,
        passphrase,
        json,
    } = arguments;
    let key = KeyFile::open(file, &passphrase.get(Which::Known)?).map_err(key_fault)?;
    let rounds = rounds.clone().unwrap_or_else(|| beside(file));
    let guard =
        Guard::open(&rounds, LocalSigner::new(key)).map_err(|error| Fault::new(SIGNER, error))?;
    let cannot_listen =
        |error: io::Error| Fault::new(SIGNER, format!("{}: {error}", socket.display()));
    let listener = listen(socket).map_err(cannot_listen)?;
    output::print(
        &Serving {
            key: guard.public().into(),
            socket: socket.clone(),
            rounds,
        },
        *json,
    )?;
    io::stdout().flush()?;
    // What ends it is a signal. Nothing is to be written then: what was signed is on the disk before.
    serve_signer(&listener, &guard).map_err(cannot_listen)?;
    Ok(ExitCode::SUCCESS)
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rounds");
    name.into()
}

/// A signer that listens.
#[derive(Serialize)]
struct Serving {
    key: Id,
    socket: PathBuf,
    rounds: PathBuf,
}

impl Report for Serving {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "signs for  {}", self.key)?;
        writeln!(out, "socket     {}", self.socket.display())?;
        writeln!(out, "rounds     {}", self.rounds.display())
    }
}
