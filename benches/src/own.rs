//! An author's own contract.

use std::hint::black_box;

use serde::Serialize;
use twinroot_exec::{Execute, Outcome};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};

use crate::{Figure, Metering, Ours, Plain, compare};

/// What a call of it takes.
#[derive(Clone, Debug, Serialize)]
pub struct Own {
    /// The time, beside the same module without gas.
    #[serde(flatten)]
    pub figure: Figure,
    /// Gas of a call.
    pub gas: u64,
    /// Nanoseconds for each gas.
    pub ns_per_gas: f64,
    /// Bytes of the canonical module.
    pub code_bytes: usize,
}

/// An entry that did not succeed, so there is nothing to measure. The contract or its arguments are at fault.
#[derive(Debug, thiserror::Error)]
#[error("`{entry}` ended with: {outcome}")]
pub struct NoSuccess {
    /// The entry.
    pub entry: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// Measures a call of `entry` on a contract that `init` has just set up with `first`, if it has such an entry.
///
/// # Errors
/// What the gate says of the module, or how the call ended where it did not succeed: with gas, or on plain wasmtime,
/// which judges nothing and calls no other contract.
#[expect(clippy::float_arithmetic, reason = "time is what is measured here")]
pub fn own_contract(wasm: &[u8], first: &[u8], entry: &str, args: &[u8]) -> anyhow::Result<Own> {
    let host = Host::new(Backend::Cranelift, FeedJudge)?;
    host.admit(wasm)?;
    let mut ours = Ours::new(wasm);
    let mut plain = Plain::new(wasm, Metering::None);
    if ours.has("init") && entry != "init" {
        let outcome = ours.try_settle("init", first)?;
        ensure_success("init", outcome)?;
        plain.try_settle("init", first).map_err(beyond_plain)?;
    }
    let (call, mut state) = ours.call(entry, args);
    let receipt = ours.try_run(&call, &mut state)?;
    let outcome = receipt.outcome;
    ensure_success(entry, outcome)?;
    plain.try_run(entry, args).map_err(beyond_plain)?;
    let figure = compare(
        entry,
        "the same module, unmetered",
        || {
            black_box(ours.run(&call, &mut state));
        },
        || {
            black_box(plain.run(entry, args));
        },
    );
    Ok(Own {
        gas: receipt.gas.0,
        ns_per_gas: figure.median_ns / receipt.gas.0 as f64,
        code_bytes: ours.code_bytes(),
        figure,
    })
}

fn ensure_success(entry: &str, outcome: Outcome) -> Result<(), NoSuccess> {
    match outcome {
        Outcome::Success => Ok(()),
        outcome => Err(NoSuccess {
            entry: entry.to_owned(),
            outcome,
        }),
    }
}

fn beyond_plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!(
        "plain wasmtime, which it is held against, judges nothing and calls no other contract, and there the call ends with: \
         {error:#}; measure another entry"
    )
}
