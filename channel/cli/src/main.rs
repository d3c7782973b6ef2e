//! The `twinroot` program: one file a command.

mod author;
mod bench;
mod chain;
mod channel;
mod demo;
mod exit;
mod gas;
mod key;
mod lines;
mod node;
mod oracle;
mod package;
mod play;
mod steps;
mod trace;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::CompleteEnv;
use twinroot_testkit::WorldError;

/// Contracts between two parties: off chain while they agree, on chain where they do not, with the
/// same result.
#[derive(Parser)]
#[command(
    name = "twinroot",
    version,
    after_help = "Output that goes into a pipe or a file is JSON, unless TWINROOT_OUTPUT=text.\n\n\
        Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the two paths differ or a law of the protocol is broken; \
        of the verbs for contracts, 1 the contract is at fault, 3 cannot judge or something is missing here. \
        `twinroot explain CODE` says more."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Author(author::Verb),
    /// Tell the stories of the TV escrow and of the truck insurance, on both execution paths.
    Demo(demo::Arguments),
    Bench(bench::Arguments),
    Chain(chain::Arguments),
    Node(node::Arguments),
    Channel(channel::Arguments),
    Key(key::Arguments),
    Exit(exit::Arguments),
    Gas(gas::Arguments),
    Oracle(oracle::Arguments),
    Trace(trace::Arguments),
    /// Drive both parties, the ledger and the network, step by step.
    Play(play::Arguments),
}

fn main() -> ExitCode {
    // Where a shell asks for completions, it ends here.
    CompleteEnv::with_factory(command).complete();
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Author(verb) => author::run(verb),
        Command::Bench(arguments) => bench::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Demo(arguments) => demo::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Chain(arguments) => chain::run(&arguments),
        Command::Node(arguments) => node::run(&arguments),
        Command::Channel(arguments) => channel::run(&arguments),
        Command::Key(arguments) => key::run(&arguments),
        Command::Exit(arguments) => exit::run(&arguments),
        Command::Gas(arguments) => gas::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Oracle(arguments) => oracle::run(&arguments),
        Command::Trace(arguments) => trace::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Play(arguments) => play::run(&arguments).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        // Whoever reads the output has had enough of it, as `head` has.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<author::Fault>() {
                Some(fault) => anstream::eprintln!("error[{}]: {fault}", fault.code()),
                None => anstream::eprintln!("error: {error:#}"),
            }
            ExitCode::from(exit_code(&error))
        }
    }
}

/// All that the program can be asked for.
fn command() -> clap::Command {
    Arguments::command()
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if let Some(fault) = error.downcast_ref::<author::Fault>() {
        fault.exit()
    } else if error.is::<demo::NoSuchStory>() {
        2
    } else if error.is::<demo::TwinsDiffer>()
        || error.is::<play::Never>()
        || matches!(error.downcast_ref(), Some(WorldError::TwinsDiffer(_)))
    {
        3
    } else {
        1
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
