//! `twinroot doctor`: what this machine lacks to build contracts.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use serde::Serialize;
use twinroot_build::{Compiler, Linker, Missing, Route, Survey, cargo_version};

use super::output::{self, Report};
use super::{EXIT_CODES, Fault, sdk};

/// Say what this machine lacks to build contracts, and the command that mends it.
#[derive(clap::Args)]
#[command(
    long_about = "Say what this machine lacks to build contracts, and the command that mends it.\n\n\
        It looks for cargo; for compilers, and whether they have `core` for wasm32v1-none, compiled (rustup's target) or as \
        source (rust-src, or Debian's rustc-web with rust-web-src); for a linker; whether the present folder can be \
        written to; and for the SDK, which only `new` needs.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot doctor\n  twinroot doctor --json | jq '.findings[] | select(.ok | not) \
        | .mend'\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What the doctor says.
#[derive(Serialize)]
struct Diagnosis {
    can_build: bool,
    findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    /// Whether contracts cannot be built without it.
    needed: bool,
    found: String,
    /// Command lines, each of which is enough.
    mend: Vec<&'static str>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let findings = match Survey::make() {
        Ok(survey) => findings(&survey),
        Err(error) => vec![finding("rustc", None, error.to_string(), &[])],
    };
    let diagnosis = Diagnosis {
        can_build: findings.iter().all(|finding| finding.ok || !finding.needed),
        findings,
    };
    output::print(&diagnosis, arguments.json)?;
    let exit = if diagnosis.can_build { 0 } else { 3 };
    Ok(ExitCode::from(exit))
}

fn findings(survey: &Survey) -> Vec<Finding> {
    let Survey { compilers, linker } = survey;
    let chosen = compilers
        .iter()
        .find_map(|compiler| Some((compiler, compiler.route()?)));
    let mut findings = vec![
        finding(
            "cargo",
            cargo_version().ok(),
            String::from("there is none"),
            &["apt-get install -y --no-install-recommends cargo"],
        ),
        finding(
            "rustc",
            (!compilers.is_empty()).then(|| names(compilers)),
            String::from("there is none"),
            &["apt-get install -y --no-install-recommends rustc-web"],
        ),
        finding(
            "core for wasm",
            chosen.map(|(compiler, route)| say(compiler, route)),
            String::from("no compiler here has it, neither compiled nor as source"),
            Missing::Core.mends(),
        ),
        finding(
            "linker",
            linker
                .as_ref()
                .map(|Linker { path, version }| format!("{version} at {}", path.display())),
            String::from("neither rust-lld nor wasm-ld is here"),
            Missing::Linker.mends(),
        ),
        writable(),
    ];
    let sdk = sdk::find(None);
    findings.push(Finding {
        needed: false,
        ..finding(
            "SDK",
            sdk.as_ref().ok().map(|path| path.display().to_string()),
            sdk.as_ref().err().map(Fault::to_string).unwrap_or_default(),
            &["export TWINROOT_SDK=PATH"],
        )
    });
    findings
}

fn finding(
    what: &'static str,
    found: Option<String>,
    otherwise: String,
    mend: &[&'static str],
) -> Finding {
    let ok = found.is_some();
    Finding {
        what,
        ok,
        needed: true,
        found: found.unwrap_or(otherwise),
        mend: if ok { Vec::new() } else { mend.to_vec() },
    }
}

fn names(compilers: &[Compiler]) -> String {
    let names: Vec<_> = compilers
        .iter()
        .map(|compiler| format!("{} at {}", compiler.release, compiler.path.display()))
        .collect();
    names.join(", ")
}

fn say(compiler: &Compiler, route: Route) -> String {
    format!(
        "{route}, with {} at {}",
        compiler.release,
        compiler.path.display()
    )
}

/// Builds go to a folder below the present one.
fn writable() -> Finding {
    let tried = tempfile::tempfile_in(Path::new("."));
    finding(
        "write access",
        tried
            .as_ref()
            .ok()
            .map(|_| String::from("the present folder can be written to")),
        tried
            .err()
            .map(|error| format!("the present folder cannot be written to: {error}"))
            .unwrap_or_default(),
        &["chmod u+w ."],
    )
}

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

impl Report for Diagnosis {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        for Finding {
            what,
            ok,
            needed,
            found,
            mend,
        } in &self.findings
        {
            let (style, word) = match (ok, needed) {
                (true, _) => (GOOD, "ok"),
                (false, true) => (BAD, "missing"),
                (false, false) => (Style::new(), "not here"),
            };
            writeln!(out, "{style}{word:8}{style:#}  {what:13}  {found}")?;
            let mut lead = "mend with:";
            for line in mend {
                writeln!(out, "{lead:>23}  {line}")?;
                lead = "or with:";
            }
        }
        writeln!(
            out,
            "{}",
            if self.can_build {
                "contracts can be built here"
            } else {
                "contracts cannot be built here yet"
            }
        )
    }
}

#[cfg(test)]
mod tests {
    use twinroot_build::Survey;

    use super::{Diagnosis, Report as _, findings};

    #[test]
    fn what_is_missing_comes_with_the_command_that_mends_it() {
        let nothing = Survey {
            compilers: Vec::new(),
            linker: None,
        };
        let findings = findings(&nothing);
        let mends = |what: &str| {
            let finding = findings
                .iter()
                .find(|finding| finding.what == what)
                .unwrap();
            assert!(!finding.ok && finding.needed);
            finding.mend.clone()
        };
        assert!(mends("core for wasm").contains(&"rustup target add wasm32v1-none"));
        assert_eq!(mends("linker").len(), 1);
        let mut out = Vec::new();
        Diagnosis {
            can_build: false,
            findings,
        }
        .tell(&mut out)
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("mend with:  rustup target add"), "{text}");
        assert!(text.ends_with("cannot be built here yet\n"), "{text}");
    }
}
