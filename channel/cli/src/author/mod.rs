//! The commands of whoever writes contracts: one file a verb.

mod build;
mod check;
pub(crate) mod codes;
mod compiled;
mod completions;
mod doctor;
mod explain;
mod fault;
mod inspect;
mod man;
mod new;
pub(crate) mod output;
mod schema;
mod sdk;
mod spec;
mod templates;
mod test;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use fault::Fault;
pub(crate) use inspect::read;
pub(crate) use spec::read as spec_of;

/// What `--help` of each of these verbs ends with.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done; 1 the contract is at fault; 2 wrong usage; \
    3 this cannot be judged, or this machine lacks something.";

/// The verbs. What each is for stands at its arguments.
#[derive(Subcommand)]
pub(crate) enum Verb {
    New(new::Arguments),
    Build(build::Arguments),
    Check(check::Arguments),
    Test(test::Arguments),
    Verify(verify::Arguments),
    Inspect(inspect::Arguments),
    Doctor(doctor::Arguments),
    Explain(explain::Arguments),
    Completions(completions::Arguments),
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
