//! `twinroot schema`: the verbs and their arguments, for programs that call this one.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Arg, Command};
use serde::Serialize;

#[derive(Serialize)]
struct Verb {
    name: String,
    about: String,
    arguments: Vec<Argument>,
    verbs: Vec<Self>,
}

#[derive(Serialize)]
struct Argument {
    name: String,
    long: Option<String>,
    short: Option<char>,
    /// `flag`, or what its value is called.
    kind: String,
    required: bool,
    /// Whether it may stand more than once, or take more than one value.
    many: bool,
    default: Vec<String>,
    /// The values that it may have, where they are few.
    values: Vec<String>,
    about: String,
}

pub(crate) fn run() -> Result<ExitCode> {
    let mut command = crate::command();
    command.build();
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &verb(&command)).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

fn verb(command: &Command) -> Verb {
    let own = |arg: &&Arg| !matches!(arg.get_id().as_str(), "help" | "version");
    Verb {
        name: command.get_name().to_owned(),
        about: command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default(),
        arguments: command.get_arguments().filter(own).map(argument).collect(),
        verbs: command
            .get_subcommands()
            .filter(|verb| verb.get_name() != "help")
            .map(verb)
            .collect(),
    }
}

fn argument(arg: &Arg) -> Argument {
    let takes_values = arg.get_action().takes_values();
    let names = arg.get_value_names().unwrap_or_default();
    let kind = match (takes_values, names.first()) {
        (false, _) => String::from("flag"),
        (true, Some(name)) => name.to_string(),
        (true, None) => arg.get_id().as_str().to_uppercase(),
    };
    let many = arg
        .get_num_args()
        .is_some_and(|count| count.max_values() > 1)
        || matches!(
            arg.get_action(),
            clap::ArgAction::Append | clap::ArgAction::Count
        );
    let values = if takes_values {
        arg.get_possible_values()
    } else {
        Vec::new()
    };
    Argument {
        name: arg.get_id().to_string(),
        long: arg.get_long().map(str::to_owned),
        short: arg.get_short(),
        kind,
        required: arg.is_required_set(),
        many,
        default: arg
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .filter(|_| takes_values)
            .collect(),
        values: values
            .iter()
            .map(|value| value.get_name().to_owned())
            .collect(),
        about: arg.get_help().map(ToString::to_string).unwrap_or_default(),
    }
}
