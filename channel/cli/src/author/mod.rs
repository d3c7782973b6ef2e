//! The commands of whoever writes contracts: one file a verb.

mod build;
mod check;
mod codes;
mod compiled;
mod completions;
mod doctor;
mod explain;
mod fault;
mod inspect;
mod man;
mod new;
mod output;
mod schema;
mod sdk;
mod templates;
mod test;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use fault::Fault;

/// What `--help` of each of these verbs ends with.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 the contract is at fault; 2 wrong usage; \
    3 this cannot be judged, or this machine lacks something.";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Begin a contract: a package with sources, a test and a lock file.
    New(new::Arguments),
    /// Build a contract into wasm, and say what it became.
    Build(build::Arguments),
    /// Say whether a contract would build and be let in, and what is doubtful about it.
    Check(check::Arguments),
    /// Build a contract and run its tests, off chain and forced.
    Test(test::Arguments),
    /// Build the sources again and say whether a wasm comes of them.
    Verify(verify::Arguments),
    /// Say what a wasm is: entries, policies, sizes, hash, build record.
    Inspect(inspect::Arguments),
    /// Say what this machine lacks to build contracts, and the command that mends it.
    Doctor(doctor::Arguments),
    /// Explain a code: of an error, of an exit, or of a call that was called off.
    Explain(explain::Arguments),
    /// Print completions for a shell.
    Completions(completions::Arguments),
    /// Print the manual page, or write one a verb into a folder.
    Man(man::Arguments),
    /// Print all verbs and their arguments as JSON.
    Schema,
}

pub(crate) fn run(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::New(arguments) => new::run(&arguments),
        Verb::Build(arguments) => build::run(&arguments),
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Test(arguments) => test::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Inspect(arguments) => inspect::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Completions(arguments) => completions::run(&arguments),
        Verb::Man(arguments) => man::run(&arguments),
        Verb::Schema => schema::run(),
    }
}
