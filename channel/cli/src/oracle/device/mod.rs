//! `twinroot oracle device`: the folder of a device.
//!
//! ```text
//! truck-7/  key              the seed of the secret key, in hex; nobody else may read it
//!           descriptor       what the feed is, in canonical bytes: what contracts and peers are given
//!           descriptor.json  the same, to read
//!           epoch            how many times it lost its memory
//!           last.json        what it signed last, written before that message leaves
//! ```

mod folder;
mod keep;
mod new;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(super) use folder::{Device, Unreleased};

use super::EXIT_CODES;

/// Make a device, or show what it is.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  \
    twinroot oracle device new --urn urn:dev:truck-7 --quantity temperature --unit Cel --scale -3 --period 30min\n  \
    twinroot oracle device show truck-7\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    New(new::Arguments),
    Show(show::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::New(arguments) => new::run(arguments),
        Verb::Show(arguments) => show::run(arguments),
    }
}
