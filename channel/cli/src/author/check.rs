//! `twinroot check`: what a build would say, and what is doubtful, without writing anything.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use serde::Serialize;
use twinroot_build::{Anatomy, Project, cargo, strip};

use super::codes::COMPILE;
use super::compiled::compile;
use super::output::{self, Report};
use super::{EXIT_CODES, Fault};
use crate::package::compiled_engines;

/// Say whether a contract would build and be let in, and what is doubtful about it.
#[derive(clap::Args)]
#[command(
    long_about = "Say whether a contract would build and be let in, and what is doubtful about it. Nothing is written to \
        target/twinroot.\n\n\
        It compiles for wasm, asks the gate, looks at the code for what is most likely a mistake, and runs clippy, if it is \
        here, with the lints of the package.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot check\n  twinroot check contracts/my-sale --no-clippy --json\n\n\
        {EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// Folder of the contract.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Leave clippy out.
    #[arg(long)]
    no_clippy: bool,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Serialize)]
struct Checked {
    package: String,
    code_hash: String,
    code_bytes: usize,
    /// What is most likely a mistake.
    doubts: Vec<&'static str>,
    /// Whether clippy had a look.
    clippy: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let compiled = compile(&arguments.path)?;
    let code = strip(&compiled.linked).map_err(Fault::from)?;
    let anatomy = Anatomy::of(&code, &code).map_err(Fault::from)?;
    let clippy = !arguments.no_clippy && clippy(&compiled.project)?;
    let checked = Checked {
        package: compiled.record.package,
        doubts: doubts(&anatomy, &code),
        code_hash: anatomy.code_hash,
        code_bytes: anatomy.code_bytes,
        clippy,
    };
    output::print(&checked, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// What code tells about mistakes.
fn doubts(anatomy: &Anatomy, code: &[u8]) -> Vec<&'static str> {
    let uses = |name: &str| anatomy.imports.iter().any(|import| import == name);
    let mut doubts = Vec::new();
    if !anatomy.policies.is_empty() && !uses("judge") {
        doubts.push(
            "it declares a policy and asks for no verdict: no fact decides anything; call `verdict` in an entry",
        );
    }
    if code.windows(3).any(|bytes| bytes == b".rs") {
        doubts.push(
            "it holds the paths of source files: something panics with a text, which is paid for with each call and told to \
             nobody; use `ensure` and `revert`, and no `unwrap`, `expect` or index that may be too large",
        );
    }
    doubts
}

/// Runs clippy over the package, if it is here.
fn clippy(project: &Project) -> Result<bool, Fault> {
    let clippy = || {
        let mut command = Command::new(cargo());
        command.arg("clippy").current_dir(&project.workspace);
        command
    };
    let asked = clippy()
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !asked.is_ok_and(|status| status.success()) {
        return Ok(false);
    }
    let package = &project.name;
    let mut command = clippy();
    // In release, because that is what tests have built the SDK in already.
    command.args([
        "--release",
        "--quiet",
        "--locked",
        "--lib",
        "--package",
        package,
    ]);
    if let Some(folder) = compiled_engines(project) {
        command.arg("--target-dir").arg(folder);
    }
    let status = command.stdout(Stdio::null()).status();
    if status.is_ok_and(|status| status.success()) {
        Ok(true)
    } else {
        Err(Fault::new(
            COMPILE,
            format!("clippy objects to `{package}`; its messages above say where"),
        ))
    }
}

impl Report for Checked {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            package,
            code_hash,
            code_bytes,
            doubts,
            clippy,
        } = self;
        writeln!(
            out,
            "{package} would be let in: {code_bytes} bytes, code hash {code_hash}"
        )?;
        for doubt in doubts {
            writeln!(out, "doubtful: {doubt}")?;
        }
        if !clippy {
            writeln!(out, "clippy had no look at it")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use twinroot_build::Anatomy;
    use twinroot_testkit::tv;

    use super::doubts;

    #[test]
    fn the_escrow_has_no_doubtful_place() {
        let anatomy = Anatomy::of(tv::WASM, tv::WASM).unwrap();
        assert_eq!(doubts(&anatomy, tv::WASM), Vec::<&str>::new());
    }

    #[test]
    fn a_policy_that_nobody_asks_and_a_text_of_a_panic_are_doubtful() {
        let mut anatomy = Anatomy::of(tv::WASM, tv::WASM).unwrap();
        anatomy.imports.retain(|import| import != "judge");
        let found = doubts(&anatomy, b"\0asm src/lib.rs");
        assert!(
            found[0].contains("verdict") && found[1].contains("ensure"),
            "{found:?}"
        );
    }
}
