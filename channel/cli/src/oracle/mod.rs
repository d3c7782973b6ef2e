//! `twinroot oracle`: from a device's key to the bundle that a contract takes. One file a verb.

mod advice;
mod check;
pub(crate) mod codes;
mod compact;
mod decimal;
mod device;
mod export;
mod feed;
mod followed;
mod ledger;
mod line;
mod listen;
mod net;
mod policy;
mod pool;
mod prove;
mod query;
mod register;
mod respond;
mod serve;
mod sign;
mod simulate;
mod sink;
mod source;
mod time;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use advice::advice;
pub(crate) use codes::MEASURE;
pub(crate) use decimal::show as decimal;
pub(crate) use followed::{Followed, known as can_be_followed};

/// What `--help` of each of these verbs ends with.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 the messages, the device or the descriptor are at fault; 2 wrong usage; \
    3 something is missing here, or in use.";

/// Devices and what they sign: make one, sign, simulate, listen, say why messages are not enough, export what a call takes.
#[derive(clap::Args)]
#[command(
    long_about = "Devices and what they sign. A device is a key and a descriptor, which says what it measures. Its messages are \
        evidence: whoever has them can show them to a contract, off chain and on chain (docs/spec/oracles.md).",
    after_help = format!("Examples:\n  \
        twinroot oracle device new --urn urn:dev:truck-7 --quantity temperature --unit Cel --scale -3\n  \
        twinroot oracle sign --device truck-7 4.929\n  \
        twinroot oracle simulate --device truck-7 --walk 5 --step 0.2 --to file:truck-7.log\n  \
        twinroot oracle listen file:truck-7.log --feed truck-7 --band 2..8\n  \
        twinroot oracle check message.bin --feed truck-7\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Device(device::Arguments),
    Sign(sign::Arguments),
    Simulate(simulate::Arguments),
    Listen(listen::Arguments),
    Serve(serve::Arguments),
    Check(check::Arguments),
    ProveEquivocation(prove::Arguments),
    Export(export::Arguments),
    Compact(compact::Arguments),
    Register(register::Arguments),
    /// State the price and the last height of an oracle anew.
    Extend(register::Arguments),
    Query(query::Arguments),
    Respond(respond::Respond),
    Refund(respond::Refund),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::Device(arguments) => device::run(arguments),
        Verb::Sign(arguments) => sign::run(arguments),
        Verb::Simulate(arguments) => simulate::run(arguments),
        Verb::Listen(arguments) => listen::run(arguments),
        Verb::Serve(arguments) => serve::run(arguments),
        Verb::Check(arguments) => check::run(arguments),
        Verb::ProveEquivocation(arguments) => prove::run(arguments),
        Verb::Export(arguments) => export::run(arguments),
        Verb::Compact(arguments) => compact::run(arguments),
        Verb::Register(arguments) => register::run(arguments, true),
        Verb::Extend(arguments) => register::run(arguments, false),
        Verb::Query(arguments) => query::run(arguments),
        Verb::Respond(arguments) => respond::respond(arguments),
        Verb::Refund(arguments) => respond::refund(arguments),
    }
}
