//! `twinroot new`: a package to begin with.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use serde::Serialize;
use twinroot_build::cargo;

use super::codes::{EXISTS, NAME, NO_FILE};
use super::output::{self, Report};
use super::{EXIT_CODES, Fault, sdk, templates};

/// Begin a contract: a package with sources, a test and a lock file.
#[derive(clap::Args)]
#[command(
    long_about = "Begin a contract: a package in a new folder, with sources, a test on both paths, a README and the lock file \
        of the SDK, so that it builds without a network. What is there is not written over.\n\n\
        The package depends on the SDK by its path. The SDK is a checkout of Twinroot: the one that --sdk names, or else \
        the variable TWINROOT_SDK, or else the one above this program or above the present folder.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot new my-sale\n  twinroot new my-sale --template escrow && cd my-sale && \
        twinroot test\n  twinroot new tally --template empty --sdk ~/src/twinroot\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// Name of the package and of its folder: small letters, digits, `-` and `_`.
    name: String,
    /// What it begins as.
    #[arg(long, default_value = "empty", value_parser = PossibleValuesParser::new(templates::names()))]
    template: String,
    /// A checkout of Twinroot.
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What was made.
#[derive(Serialize)]
struct Made {
    name: String,
    template: String,
    folder: PathBuf,
    sdk: PathBuf,
    files: Vec<String>,
    /// Whether Cargo.lock fits the package; if not, crates are missing here.
    locked: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments {
        name,
        template,
        sdk,
        json,
    } = arguments;
    check_name(name)?;
    let folder = PathBuf::from(name);
    if folder.exists() {
        let message = format!("{name} is there already; take another name, or remove it");
        return Err(Fault::new(EXISTS, message).into());
    }
    let sdk = sdk::find(sdk.as_deref())?;
    let files = make(name, template, &folder, &sdk)
        .map_err(|error| Fault::new(NO_FILE, format!("{name} could not be made: {error}")))?;
    let made = Made {
        name: name.clone(),
        template: template.clone(),
        locked: fit_lock(&folder),
        folder,
        sdk,
        files,
    };
    output::print(&made, *json)?;
    Ok(ExitCode::SUCCESS)
}

fn check_name(name: &str) -> Result<(), Fault> {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    let fits = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    if begins && fits && name.len() <= 64 {
        return Ok(());
    }
    Err(Fault::new(
        NAME,
        format!(
            "`{}` cannot be the name of a package: it begins with a small letter and has small letters, digits, `-` and \
             `_` in it",
            output::quoted(name)
        ),
    ))
}

fn make(name: &str, template: &str, folder: &Path, sdk: &Path) -> io::Result<Vec<String>> {
    fs::create_dir(folder)?;
    let mut files = templates::write(template, folder, name, sdk)?;
    fs::copy(sdk.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    files.push(String::from("Cargo.lock"));
    Ok(files)
}

/// Takes out of the SDK's Cargo.lock what this package does not need, and puts the package in. Needs no
/// network where the SDK was built before.
fn fit_lock(folder: &Path) -> bool {
    let status = Command::new(cargo())
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

impl Report for Made {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            name,
            template,
            folder,
            sdk,
            files,
            locked,
        } = self;
        writeln!(out, "{name}, from the template `{template}`")?;
        for file in files {
            writeln!(out, "  {}", folder.join(file).display())?;
        }
        writeln!(out, "SDK: {}", sdk.display())?;
        if !locked {
            writeln!(
                out,
                "Cargo.lock does not fit yet, since crates are missing here; with a network:\n  \
                 cargo update --workspace --manifest-path {name}/Cargo.toml"
            )?;
        }
        writeln!(
            out,
            "next:\n  cd {name}\n  twinroot test          # builds the wasm and plays the tests on both paths\n  \
             twinroot gas report    # what each entry costs\nREADME.md says what the contract does"
        )
    }
}
