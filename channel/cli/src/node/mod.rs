//! `twinroot node`: the daemon, its folder, its log and its backups. One file a verb.

mod backup;
pub(crate) mod chain;
mod check;
pub(crate) mod codes;
pub(crate) mod core_codes;
pub(crate) mod engine;
mod faults;
mod init;
mod place;
mod restore;
mod run;
mod signer;
mod status;
mod upgrade;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use faults::{client_fault, key_fault, start_fault};
pub(crate) use init::{CONFIG, KEY};
pub(crate) use place::{At, folder};
pub(crate) use restore::restore;
pub(crate) use signer::{remote, settings, signer};

/// What `--help` of each of these verbs ends with.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 not done: the peer, a contract or the channel says no; 2 wrong usage; 3 something is \
    missing here: the node, the ledger, the disk. `twinroot explain CODE` says more.";

/// The node: make one, run it, look after it.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot node init\n  twinroot node run\n  twinroot node status\n\n{EXIT_CODES}"))]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Init(init::Arguments),
    Run(run::Arguments),
    Status(status::Arguments),
    Check(check::Arguments),
    Upgrade(upgrade::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::Init(arguments) => init::run(arguments),
        Verb::Run(arguments) => run::run(arguments),
        Verb::Status(arguments) => status::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::Upgrade(arguments) => upgrade::run(arguments),
        Verb::Backup(arguments) => backup::run(arguments),
        Verb::Restore(arguments) => restore::run(arguments),
    }
}
