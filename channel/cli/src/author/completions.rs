//! `twinroot completions`.

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::Shell;
use clap_complete::env::Shells;

use super::Fault;
use super::codes::NO_PROGRAM;

/// The variable with which a shell asks for completions.
const VARIABLE: &str = "COMPLETE";

/// Print completions for a shell.
#[derive(clap::Args)]
#[command(
    long_about = "Print what a shell needs to complete commands. The shell then asks this program, which asks the node that runs for its \
        channels, for the entries of their contracts and for what those take.",
    after_help = "Examples:\n  twinroot completions bash > ~/.local/share/bash-completion/completions/twinroot\n  \
        twinroot completions fish > ~/.config/fish/completions/twinroot.fish"
)]
pub(crate) struct Arguments {
    /// Which shell.
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut script = Vec::new();
    let shell = arguments.shell.to_string();
    let shells = Shells::builtins();
    let completer = shells
        .completer(&shell)
        .ok_or_else(|| Fault::new(NO_PROGRAM, format!("{shell} is completed by nobody here")))?;
    completer.write_registration(VARIABLE, "twinroot", "twinroot", "twinroot", &mut script)?;
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::SUCCESS)
}
