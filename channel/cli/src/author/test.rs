//! `twinroot test`: builds the contract, then runs its tests.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{EXIT_CODES, build};
use crate::package::cargo_test;

/// Build a contract and run its tests, on both paths.
#[derive(clap::Args)]
#[command(
    long_about = "Build a contract and run its tests (`cargo test`). A function with `#[twin_test]` plays twice: agreed on by both \
        sides off chain, and with each call forced on chain; both must come to the same outcome, gas, root and events.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot test\n  twinroot test contracts/my-sale -- refund --nocapture\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// Folder of the contract.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// What goes to the test program: a part of a test's name, say.
    #[arg(last = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    build::write_files(&arguments.path)?;
    let status = cargo_test(&arguments.path)?
        .arg("--")
        .args(&arguments.arguments)
        .status()
        .context("could not run cargo: `twinroot doctor` tells what is missing")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
