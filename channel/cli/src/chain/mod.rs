//! `twinroot chain`: a ledger for tries, and what can be asked of any. One file a verb.

mod account;
mod at;
mod block;
mod channel;
pub(crate) mod codes;
mod dev;
mod export;
mod fund;
mod import;
mod mine;
mod rollback;
mod snapshot;
mod status;
mod warp;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use at::{At, fault};

/// What `--help` of each of these verbs ends with.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 the ledger says no; 2 wrong usage; 3 something is missing here: the ledger, its file, the disk. \
     `twinroot explain CODE` says more.";

/// The ledger: run one for tries, make its blocks, take it back, ask it.
#[derive(clap::Args)]
#[command(
    long_about = "The ledger is what both sides of a channel believe: it holds the coins, and carries out a step that one side refuses. \
        `twinroot chain dev` runs one on this machine, in one process and one file, with a faucet whose coins are worth nothing.",
    after_help = format!("Examples:\n  twinroot chain dev\n  twinroot chain fund $(twinroot key public alice.key) 1000000\n  \
        twinroot chain mine 20\n  twinroot chain snapshot before; twinroot chain rollback before\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Dev(dev::Arguments),
    Status(status::Arguments),
    Mine(mine::Arguments),
    Warp(warp::Arguments),
    Snapshot(snapshot::Arguments),
    Rollback(rollback::Arguments),
    Fund(fund::Arguments),
    Account(account::Arguments),
    Channel(channel::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::Dev(arguments) => dev::run(arguments),
        Verb::Status(arguments) => status::run(arguments),
        Verb::Mine(arguments) => mine::run(arguments),
        Verb::Warp(arguments) => warp::run(arguments),
        Verb::Snapshot(arguments) => snapshot::run(arguments),
        Verb::Rollback(arguments) => rollback::run(arguments),
        Verb::Fund(arguments) => fund::run(arguments),
        Verb::Account(arguments) => account::run(arguments),
        Verb::Channel(arguments) => channel::run(arguments),
        Verb::Export(arguments) => export::run(arguments),
        Verb::Import(arguments) => import::run(arguments),
    }
}
