//! `twinroot build`: sources in, contract out.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_build::{Anatomy, Artifact, Project, Toolchain};

use super::codes::NO_FILE;
use super::compiled::{Compiled, compile};
use super::output::{self, Report};
use super::{EXIT_CODES, Fault, inspect};

/// Build a contract into wasm, and say what it became.
#[derive(clap::Args)]
#[command(
    long_about = "Build a contract into wasm, let it through the gate, and say what it became.\n\n\
        Two files are written to target/twinroot: NAME.wasm is what is published, code with spec and build record; \
        NAME.debug.wasm is the same code with names and lines of the source, for tools. Names, spec and record change no \
        code hash.\n\n\
        The compiler is the first that has `core` for wasm32v1-none, compiled or as source: RUSTC, `rustc` of the search \
        path, TWINROOT_RUSTC, /usr/bin/rustc. Flags of the environment, such as RUSTFLAGS, do not count, so that sources \
        and toolchain alone decide the bytes.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot build\n  twinroot build contracts/my-sale --json\n  \
        twinroot build --print-commands-only\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// Folder of the contract.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Print what would be run, and run nothing.
    #[arg(long)]
    print_commands_only: bool,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What was built.
#[derive(Serialize)]
pub(super) struct Built {
    package: String,
    module: PathBuf,
    debug: PathBuf,
    #[serde(flatten)]
    anatomy: Anatomy,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.print_commands_only {
        print_commands(&arguments.path)?;
        return Ok(ExitCode::SUCCESS);
    }
    let built = write_files(&arguments.path)?;
    output::print(&built, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the package at `path` and writes both modules.
pub(super) fn write_files(path: &Path) -> Result<Built> {
    let Compiled {
        project,
        record,
        linked,
    } = compile(path)?;
    let Artifact { module, debug } = Artifact::of(linked, &record).map_err(Fault::from)?;
    let anatomy = Anatomy::of(&module, &debug).map_err(Fault::from)?;
    let folder = project.output();
    let file = |end: &str| folder.join(format!("{}.{end}", project.name));
    let (module_path, debug_path) = (file("wasm"), file("debug.wasm"));
    write(&module_path, &module)?;
    write(&debug_path, &debug)?;
    Ok(Built {
        package: record.package,
        module: module_path,
        debug: debug_path,
        anatomy,
    })
}

fn print_commands(path: &Path) -> Result<()> {
    let project = Project::read(path).map_err(Fault::from)?;
    let toolchain = Toolchain::find().map_err(Fault::from)?;
    let compile = project.compile(&toolchain);
    writeln!(
        io::stdout(),
        "cd {} &&\n{compile}",
        project.workspace.display()
    )?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| {
            Fault::new(
                NO_FILE,
                format!("{} could not be written: {error}", path.display()),
            )
        })
}

impl Report for Built {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.package)?;
        inspect::tell_code(&self.anatomy, out)?;
        writeln!(out, "written    {}", self.module.display())?;
        writeln!(out, "           {}", self.debug.display())
    }
}
