//! `twinroot key`: files with the key of a node.

mod new;
mod passphrase;
mod public;
mod serve;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use passphrase::{Passphrase, Which};

/// Keys: a key file is an account on the ledger and a name among peers.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  twinroot key new alice.key\n  twinroot key show alice.key\n  twinroot key public alice.key\n  twinroot key serve alice.key --socket alice.signer"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    New(new::Arguments),
    Show(show::Arguments),
    Public(public::Arguments),
    Serve(serve::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::New(arguments) => new::run(arguments),
        Verb::Show(arguments) => show::run(arguments),
        Verb::Public(arguments) => public::run(arguments),
        Verb::Serve(arguments) => serve::run(arguments),
    }
}
