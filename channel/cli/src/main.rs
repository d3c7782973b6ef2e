//! The `twinroot` program: one file a command.

mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Contracts between two parties: off chain while they agree, on chain where they do not, with the
/// same result.
#[derive(Parser)]
#[command(
    name = "twinroot",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the two paths differ."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tell the stories of the TV escrow and of the truck insurance, on both execution paths.
    Demo(demo::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Demo(arguments) => demo::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<demo::TwinsDiffer>() {
                3
            } else {
                1
            })
        }
    }
}
