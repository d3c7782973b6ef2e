//! `twinroot bench` of a contract: time and gas of one of its entries.

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use twinroot_abi::INIT;
use twinroot_benches::{NoSuccess, Own, own_contract};
use twinroot_build::admit;
use twinroot_exec::Outcome;
use twinroot_spec::Spec;

use super::{line, time};
use crate::author::{self, Fault};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A contract's wasm. Its entry `init`, if there is one, is called first.
    #[arg(value_name = "CONTRACT", requires = "entry")]
    contract: Option<PathBuf>,
    /// The entry that is called.
    #[arg(long, requires = "contract")]
    entry: Option<String>,
    /// Its arguments.
    #[arg(value_name = "NAME=VALUE", requires = "contract")]
    words: Vec<String>,
    /// Its arguments, in hexadecimal, where the contract has no spec.
    #[arg(
        long,
        value_name = "HEX",
        requires = "contract",
        conflicts_with = "words"
    )]
    args: Option<String>,
    /// An argument of `init`; may stand more than once.
    #[arg(long, value_name = "NAME=VALUE", requires = "contract")]
    init: Vec<String>,
}

/// Measures the contract, if one is named; and says whether it did.
pub(super) fn run(arguments: &Arguments, json: bool) -> anyhow::Result<bool> {
    let (Some(contract), Some(entry)) = (&arguments.contract, &arguments.entry) else {
        return Ok(false);
    };
    let wasm = author::read(contract)?;
    let about = |fault: Fault| fault.about(&contract.display());
    admit(&wasm).map_err(|error| about(error.into()))?;
    let spec = author::spec_of(&wasm).map_err(about)?;
    let spec = spec.as_ref();
    let args = match &arguments.args {
        None if spec.is_none() && arguments.words.is_empty() => Vec::new(),
        None => from_words(spec, entry, &arguments.words).map_err(about)?,
        Some(digits) => from_digits(spec, entry, digits).map_err(about)?,
    };
    let first = match spec.filter(|spec| spec.entry(INIT).is_some() && entry != INIT) {
        None if arguments.init.is_empty() => Vec::new(),
        _ => from_words(spec, INIT, &arguments.init).map_err(about)?,
    };
    let own = own_contract(&wasm, &first, entry, &args).map_err(|error| explained(error, spec))?;
    if json {
        line(&own)?;
    } else {
        tell(&own)?;
    }
    Ok(true)
}

fn from_words(spec: Option<&Spec>, entry: &str, words: &[String]) -> Result<Vec<u8>, Fault> {
    match spec {
        Some(spec) => Ok(spec.encode_words(entry, words)?),
        None => Err(Fault::arguments(
            "it has no spec that would name arguments: give them in hexadecimal, with --args",
        )),
    }
}

fn from_digits(spec: Option<&Spec>, entry: &str, digits: &str) -> Result<Vec<u8>, Fault> {
    let bytes = hex::decode(digits).map_err(|error| {
        Fault::arguments(format!(
            "--args is not hexadecimal: {error}; write two digits a byte, or name=value"
        ))
    })?;
    if let Some(spec) = spec {
        spec.decode_args(entry, &bytes).map_err(|error| {
            Fault::arguments(format!(
                "{error}; `twinroot inspect` shows what it takes, and name=value writes it"
            ))
        })?;
    }
    Ok(bytes)
}

/// How a call ended, in the words of the spec.
fn explained(error: anyhow::Error, spec: Option<&Spec>) -> anyhow::Error {
    let (Some(NoSuccess { entry, outcome }), Some(spec)) = (error.downcast_ref(), spec) else {
        return error;
    };
    match outcome {
        Outcome::Revert(code) => anyhow!(
            "`{entry}` is called off, so there is nothing to measure: {}",
            spec.explain_revert(*code)
        ),
        _ => error,
    }
}

fn tell(own: &Own) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let Own {
        figure,
        gas,
        ns_per_gas,
        code_bytes,
    } = own;
    let (median, best) = (time(figure.median_ns), time(figure.min_ns));
    writeln!(out, "a call of `{}`", figure.name)?;
    writeln!(out, "  time       {median}, at best {best}")?;
    writeln!(out, "  gas        {gas}, {ns_per_gas:.2} ns each")?;
    writeln!(
        out,
        "  ratio      {:.2} times {}",
        figure.ratio, figure.against
    )?;
    writeln!(out, "  code       {code_bytes} bytes")?;
    Ok(())
}
