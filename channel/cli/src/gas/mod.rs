//! `twinroot gas`: what the calls of a contract's tests cost.

mod flame;
mod price;
mod report;
mod snapshot;

use clap::Subcommand;

use crate::steps::Package;

/// What the calls of a contract cost: a report, a snapshot that changes are held against, the price of force.
#[derive(clap::Args)]
#[command(
    long_about = "What the calls of a contract cost, as its tests make them. Each of these runs the tests of the package \
        (`cargo test`) and reads what its twin tests wrote down: each step off chain and forced, with gas and bytes.",
    after_help = "Examples:\n  twinroot gas report\n  twinroot gas snapshot\n  twinroot gas snapshot --check --tolerance 0.5\n  \
        twinroot gas diff main.snap gas.snap\n  twinroot gas flame --output gas.svg\n  twinroot gas price --payment 3\n\n\
        Exit codes: 0 done, 1 the tests fail or the gas has changed, 2 wrong usage."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Gas and bytes of each entry: least, median, most, calls.
    Report(report::Arguments),
    /// Write what each step of each test costs to gas.snap, or hold the file against the tests.
    Snapshot(snapshot::Arguments),
    /// What changed between two snapshots.
    Diff(snapshot::Diff),
    /// Draw where the gas goes, function by function, as a flame graph.
    Flame(flame::Arguments),
    /// Bytes and fee if a call had to be forced, and the stake below which that would not pay.
    Price(price::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Report(arguments) => report::run(arguments),
        Command::Snapshot(arguments) => snapshot::run(arguments),
        Command::Diff(arguments) => snapshot::diff(arguments),
        Command::Flame(arguments) => flame::run(arguments),
        Command::Price(arguments) => price::run(arguments),
    }
}
