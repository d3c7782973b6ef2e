//! `twinroot verify`: whether a wasm comes of these sources.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_build::{BuildRecord, Mismatch, Project, Toolchain, first_difference};

use super::Fault;
use super::codes::{CANNOT_JUDGE, DIFFERENT};
use super::compiled::compile;
use super::inspect::{read, with_names};
use super::output::{self, Report, quoted};

/// Build the sources again and say whether a wasm comes of them.
#[derive(clap::Args)]
#[command(
    long_about = "Build the sources again and say whether a wasm comes of them: whether the bytes that the code hash covers are \
        the same.\n\n\
        Another compiler gives other bytes of the same sources. So this first compares the toolchain with the build record \
        of the wasm, and says `cannot judge`, and why, where they differ.",
    after_help = VERDICTS,
    after_long_help = format!("Examples:\n  twinroot verify my-sale.wasm\n  twinroot verify published.wasm --source \
        ~/src/my-sale\n\n{VERDICTS}")
)]
pub(crate) struct Arguments {
    /// The wasm in question.
    wasm: PathBuf,
    /// Folder of the contract that it is said to be.
    #[arg(long, value_name = "PATH", default_value = ".")]
    source: PathBuf,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

const VERDICTS: &str = "Exit codes: 0 the same code; 1 other code; 2 wrong usage; 3 cannot judge, or this machine lacks \
    something.";

/// The answer, where it is yes.
#[derive(Serialize)]
struct Same {
    wasm: PathBuf,
    package: String,
    same: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { wasm, source, json } = arguments;
    let about = |error| Fault::from(error).about(&wasm.display());
    let published = read(wasm)?;
    let recorded = BuildRecord::of(&published).map_err(about)?;
    let project = Project::read(source).map_err(Fault::from)?;
    let toolchain = Toolchain::find().map_err(Fault::from)?;
    let found = project
        .compile(&toolchain)
        .fingerprint()
        .map_err(Fault::from)?;
    if let Some(recorded) = &recorded {
        let mismatches = recorded.toolchain.mismatches(&found);
        if !mismatches.is_empty() {
            return Err(cannot_judge(&mismatches).into());
        }
    }
    let compiled = compile(source)?;
    let named = with_names(wasm, &published).unwrap_or(published);
    match first_difference(&named, &compiled.linked).map_err(about)? {
        None => {
            let same = Same {
                wasm: wasm.clone(),
                package: compiled.record.package,
                same: true,
            };
            output::print(&same, *json)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(difference) => {
            let difference = quoted(&difference.to_string());
            Err(different(recorded.as_ref(), &compiled.record, &difference).into())
        }
    }
}

fn cannot_judge(mismatches: &[Mismatch]) -> Fault {
    let lines: Vec<_> = mismatches
        .iter()
        .map(|mismatch| {
            let Mismatch {
                what,
                recorded,
                found,
            } = mismatch;
            format!("  {what}: {} in the record, {found} here", quoted(recorded))
        })
        .collect();
    Fault::new(
        CANNOT_JUDGE,
        format!(
            "cannot judge: the wasm was built with another toolchain\n{}",
            lines.join("\n")
        ),
    )
}

fn different(recorded: Option<&BuildRecord>, here: &BuildRecord, difference: &str) -> Fault {
    match recorded {
        None => Fault::new(
            CANNOT_JUDGE,
            format!(
                "cannot judge: the code differs ({difference}), and the wasm does not say what it was built with; compare the \
                 wasm that `twinroot build` wrote"
            ),
        ),
        Some(recorded) if recorded.cargo_lock != here.cargo_lock => Fault::new(
            DIFFERENT,
            format!(
                "the wasm is not of these sources: {difference}. Their Cargo.lock is another one too: take the one that the \
                 wasm was built with"
            ),
        ),
        Some(_) => Fault::new(
            DIFFERENT,
            format!("the wasm is not of these sources: {difference}"),
        ),
    }
}

impl Report for Same {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} is what the sources of {} give",
            self.wasm.display(),
            self.package
        )
    }
}
