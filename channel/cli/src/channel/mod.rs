//! `twinroot channel`: channels of a node. One file a verb.

mod accept;
mod balances;
mod close;
mod complete;
mod done;
mod duties;
mod file;
mod history;
mod list;
mod message;
mod open;
mod pick;
mod progress;
mod question;
mod show;
mod step;
mod watch;

use std::future::Future;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use twinroot_client::api::Coins;

pub(crate) use accept::ask_all;

use crate::node::{At, EXIT_CODES};

/// Channels: open them, do steps in them, end them.
#[derive(clap::Args)]
#[command(
    long_about = "Channels: open them, do steps in them, end them. All of it is asked of a node, which `--node` or TWINROOT_NODE name. Where \
        there is only one channel or one contract, it need not be named; else by its first digits, a contract also by its name.",
    after_help = format!("Examples:\n  twinroot channel open --peer KEY@HOST:PORT --deposit 1000 --peer-deposit 1000\n  \
        twinroot channel accept\n  twinroot channel create contract.wasm payer=initiator rate=100\n  \
        twinroot channel call start --value 500\n  twinroot channel force stop\n  twinroot channel close --solo\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    about: About,
    #[command(subcommand)]
    verb: Verb,
}

/// What all of these verbs are told.
#[derive(clap::Args)]
struct About {
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    Open(open::Arguments),
    Accept(accept::Accept),
    Decline(accept::Decline),
    List(list::Arguments),
    Show(show::Arguments),
    Balances(balances::Arguments),
    Call(step::Call),
    Force(step::Force),
    Read(step::Read),
    Estimate(step::Estimate),
    Create(step::Create),
    Transfer(step::Transfer),
    Deposit(step::Deposit),
    Withdraw(step::Withdraw),
    Message(message::Arguments),
    Cancel(duties::Cancel),
    Close(close::Arguments),
    Settle(duties::Settle),
    Slash(duties::Slash),
    Snapshot(duties::Snapshot),
    Export(file::Export),
    Import(file::Import),
    Watch(watch::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { about, verb } = arguments;
    wait(async {
        let node = about.at.client().await?;
        let session = Session {
            node,
            json: about.json,
        };
        match verb {
            Verb::Open(arguments) => open::run(&session, arguments).await,
            Verb::Accept(arguments) => accept::accept(&session, arguments).await,
            Verb::Decline(arguments) => accept::decline(&session, arguments).await,
            Verb::List(arguments) => list::run(&session, arguments).await,
            Verb::Show(arguments) => show::run(&session, arguments).await,
            Verb::Balances(arguments) => balances::run(&session, arguments).await,
            Verb::Call(arguments) => step::call(&session, arguments).await,
            Verb::Force(arguments) => step::force(&session, arguments).await,
            Verb::Read(arguments) => step::read(&session, arguments).await,
            Verb::Estimate(arguments) => step::estimate(&session, arguments).await,
            Verb::Create(arguments) => step::create(&session, arguments).await,
            Verb::Transfer(arguments) => step::transfer(&session, arguments).await,
            Verb::Deposit(arguments) => step::deposit(&session, arguments).await,
            Verb::Withdraw(arguments) => step::withdraw(&session, arguments).await,
            Verb::Message(arguments) => message::run(&session, arguments).await,
            Verb::Cancel(arguments) => duties::cancel(&session, arguments).await,
            Verb::Close(arguments) => close::run(&session, arguments).await,
            Verb::Settle(arguments) => duties::settle(&session, arguments).await,
            Verb::Slash(arguments) => duties::slash(&session, arguments).await,
            Verb::Snapshot(arguments) => duties::snapshot(&session, arguments).await,
            Verb::Export(arguments) => file::export(&session, arguments).await,
            Verb::Import(arguments) => file::import(&session, arguments).await,
            Verb::Watch(arguments) => watch::run(&session, arguments).await,
        }
    })?
}

/// A node that answers, and how it is told.
struct Session {
    node: twinroot_client::Client,
    json: bool,
}

/// Does it, and waits until it is done.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    Ok(runtime.context("could not begin")?.block_on(work))
}

/// Coins with their thousands apart.
pub(crate) fn coins(coins: Coins) -> String {
    indicatif::HumanCount(coins.0.0).to_string()
}
