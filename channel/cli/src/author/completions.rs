//! `twinroot completions`.

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::Shell;

/// Print completions for a shell.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  twinroot completions bash > ~/.local/share/bash-completion/completions/twinroot\n  \
        twinroot completions fish > ~/.config/fish/completions/twinroot.fish"
)]
pub(crate) struct Arguments {
    /// Which shell.
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut crate::command(),
        "twinroot",
        &mut script,
    );
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::SUCCESS)
}
