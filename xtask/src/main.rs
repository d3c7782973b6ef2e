//! The project's own chores: `cargo xtask wasm` builds the contracts, `cargo xtask rooms`
//! holds the workspace against its table of rooms, `cargo xtask clauses` holds what cites the specs
//! against their clauses, `cargo xtask book` the book against what it shows.

mod book;
mod clauses;
mod rooms;
mod wasm;

use std::process::ExitCode;

use anyhow::{Context, Result};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores.")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds the contracts of contracts/examples and benches/contracts into contracts/wasm.
    Wasm(wasm::Arguments),
    /// Holds the dependencies of the workspace against the table of rooms in docs/ARCHITECTURE.md.
    Rooms,
    /// Holds every citation of docs/spec, by file and number, against the clauses that are there.
    Clauses,
    /// Holds what docs/book shows against the files and commands of the project.
    Book,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let metadata = metadata()?;
    match arguments.chore {
        Chore::Wasm(arguments) => wasm::run(&metadata, &arguments),
        Chore::Rooms => rooms::run(&metadata),
        Chore::Clauses => clauses::run(&metadata),
        Chore::Book => book::run(&metadata),
    }
}

/// The workspace with every feature on, so that nothing escapes the rules by being optional.
fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("could not read the workspace")
}
