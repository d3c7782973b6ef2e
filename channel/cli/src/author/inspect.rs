//! `twinroot inspect`: what a wasm is, and what it says of itself.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use serde::{Serialize, Serializer};
use twinroot_build::{Anatomy, strip};
use twinroot_spec::Spec;

use super::codes::NO_FILE;
use super::output::{self, Report, quoted};
use super::{EXIT_CODES, Fault, spec};

/// Say what a wasm is: entries and what they take, errors, events, policies, sizes, hash, build record.
#[derive(clap::Args)]
#[command(
    long_about = "Say what a wasm is: the entries that a call can name and what they take, what it keeps, the errors and events that \
        it has, its oracle policies, the host functions that it uses, what takes how many bytes, its code hash, the gas that \
        each call begins with, and what it was built with.\n\n\
        What it says of itself in its spec is held against its code; a spec that does not agree is an error.\n\n\
        Functions have their names if NAME.debug.wasm lies beside NAME.wasm with the same code.",
    after_help = EXIT_CODES,
    after_long_help = format!("Examples:\n  twinroot inspect target/twinroot/my-sale.wasm\n  \
        twinroot inspect my-sale.wasm | jq .code_hash\n  twinroot inspect my-sale.wasm --functions 30\n\n{EXIT_CODES}")
)]
pub(crate) struct Arguments {
    /// A contract's wasm.
    wasm: PathBuf,
    /// How many functions are shown on a terminal, the biggest first.
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    functions: usize,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What the wasm is.
#[derive(Serialize)]
struct Inspected {
    file: PathBuf,
    #[serde(flatten)]
    anatomy: Anatomy,
    /// None where it says nothing of itself.
    #[serde(serialize_with = "as_document")]
    spec: Option<Spec>,
    #[serde(skip)]
    shown: usize,
}

fn as_document<S: Serializer>(spec: &Option<Spec>, to: S) -> Result<S::Ok, S::Error> {
    spec.as_ref().map(Spec::document).serialize(to)
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments {
        wasm,
        functions,
        json,
    } = arguments;
    let bytes = read(wasm)?;
    let named = with_names(wasm, &bytes);
    let anatomy = Anatomy::of(&bytes, named.as_deref().unwrap_or(&bytes))
        .map_err(|error| Fault::from(error).about(&wasm.display()))?;
    let spec = spec::read(&bytes).map_err(|fault| fault.about(&wasm.display()))?;
    let inspected = Inspected {
        file: wasm.clone(),
        anatomy,
        spec,
        shown: *functions,
    };
    output::print(&inspected, *json)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| {
        Fault::new(
            NO_FILE,
            format!("{} could not be read: {error}", path.display()),
        )
    })
}

/// The module beside this one that has the names of its functions, if it is of the same code.
pub(crate) fn with_names(wasm: &Path, module: &[u8]) -> Option<Vec<u8>> {
    let named = fs::read(wasm.with_extension("debug.wasm")).ok()?;
    (strip(&named).ok()? == strip(module).ok()?).then_some(named)
}

/// What a contract's author asks first.
pub(crate) fn tell_code(anatomy: &Anatomy, out: &mut dyn Write) -> io::Result<()> {
    let Anatomy {
        code_hash,
        bytes,
        code_bytes,
        start_gas,
        entries,
        imports,
        policies,
        ..
    } = anatomy;
    writeln!(out, "code hash  {code_hash}")?;
    writeln!(
        out,
        "size       {bytes} bytes, {code_bytes} of them under the code hash"
    )?;
    writeln!(out, "start      {start_gas} gas for each call")?;
    writeln!(out, "entries    {}", entries.join(", "))?;
    writeln!(out, "imports    {}", imports.join(", "))?;
    for (number, policy) in policies.iter().enumerate() {
        writeln!(out, "policy {number}   {policy}")?;
    }
    Ok(())
}

impl Report for Inspected {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Anatomy {
            sections,
            functions,
            record,
            ..
        } = &self.anatomy;
        match &self.spec {
            Some(spec) => spec::tell(spec, out)?,
            None => writeln!(out, "it says nothing of itself: it has no spec")?,
        }
        writeln!(out)?;
        tell_code(&self.anatomy, out)?;
        writeln!(out, "\n{:>8}  section", "bytes")?;
        for section in sections {
            let note = if section.code {
                ""
            } else {
                "  (not in the hash)"
            };
            writeln!(out, "{:>8}  {}{note}", section.bytes, quoted(&section.name))?;
        }
        writeln!(out, "\n{:>8}  function", "bytes")?;
        for function in functions.iter().take(self.shown) {
            let name = function.name.as_deref().map(quoted);
            let name = name.unwrap_or_else(|| format!("number {}", function.index));
            writeln!(out, "{:>8}  {name}", function.bytes)?;
        }
        match record {
            None => writeln!(out, "\nit does not say what it was built with"),
            Some(record) => writeln!(
                out,
                "\n{}, built with {}\nCargo.lock {}",
                quoted(&record.package),
                quoted(&record.toolchain.to_string()),
                quoted(&record.cargo_lock)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use twinroot_build::Anatomy;

    use super::{Inspected, Report as _, spec};

    #[test]
    fn a_person_sees_entries_sizes_and_functions() {
        let wasm = twinroot_testkit::tv::WASM;
        let inspected = Inspected {
            file: PathBuf::from("tv.wasm"),
            anatomy: Anatomy::of(wasm, wasm).unwrap(),
            spec: spec::read(wasm).unwrap(),
            shown: 2,
        };
        let mut out = Vec::new();
        inspected.tell(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("entries    init, pay, refund, release"),
            "{text}"
        );
        for line in [
            "TvEscrow\n",
            "offered with a hold of 20000 blocks\n",
            "  init(buyer: Side, price: Amount, refund_height: Height, delivered: Claims<3>)\n",
            "  pay()  [payable]\n      Takes the price from the buyer, once.\n",
            "  delivered: KOfN<2, 3>\n      Who attests the delivery, and of what.\n",
            "  2 TooEarly\n      The refund height is not reached: wait for it.\n",
        ] {
            assert!(text.contains(line), "no `{line}` in {text}");
        }
        assert!(text.contains("policy 0   2 of the feeds"), "{text}");
        assert!(text.contains("twinroot.policy"), "{text}");
        assert!(
            text.contains("does not say what it was built with"),
            "{text}"
        );
        let (_, functions) = text.split_once("bytes  function\n").unwrap();
        let shown = functions.lines().take_while(|line| !line.is_empty());
        assert_eq!(shown.count(), 2, "{text}");
    }
}
