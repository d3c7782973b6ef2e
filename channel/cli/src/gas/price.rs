//! `twinroot gas price`: what it costs to be right. A call that the other side does not sign can be forced, and
//! forcing costs a fee; below some stake it would not pay.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::{Amount, Gas};
use twinroot_rules::Fees;
use twinroot_testkit::Recorded;

use super::Package;
use crate::lines::printed;

/// Schedules to look at: how much dearer gas is than in version 1 of the protocol.
const DEARER: [u64; 4] = [1, 10, 100, 1_000];

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    package: Package,
    /// What one payment is worth, in coins: then the calls are counted that must be forced together.
    #[arg(long, value_name = "COINS")]
    payment: Option<u64>,
}

/// What forcing one entry costs, at worst.
#[derive(Serialize)]
struct Line {
    contract: String,
    entry: String,
    gas: u64,
    /// Bytes of the transaction.
    bytes: usize,
    /// The fee, by how much dearer gas is than now: the stake below which forcing does not pay.
    fees: BTreeMap<u64, u64>,
    /// Payments that one force must settle to pay, at the present price.
    #[serde(skip_serializing_if = "Option::is_none")]
    payments: Option<u64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let tests = arguments.package.steps()?;
    let lines = lines(tests.values().flatten(), arguments.payment);
    if printed(arguments.package.json, &lines)? {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "What it costs to force a call, in coins. Whoever has less at stake than that lets it be.\n"
    )?;
    write!(out, "{:40} {:>10} {:>7}", "entry", "gas", "bytes")?;
    for dearer in DEARER {
        write!(out, " {:>10}", format!("gas x{dearer}"))?;
    }
    writeln!(
        out,
        "{}",
        if arguments.payment.is_some() {
            "   payments"
        } else {
            ""
        }
    )?;
    for line in &lines {
        let name = format!("{}::{}", line.contract, line.entry);
        write!(out, "{name:40} {:>10} {:>7}", line.gas, line.bytes)?;
        for fee in line.fees.values() {
            write!(out, " {fee:>10}")?;
        }
        match line.payments {
            Some(payments) => writeln!(out, " {payments:>10}")?,
            None => writeln!(out)?,
        }
    }
    if let Some(payment) = arguments.payment {
        writeln!(
            out,
            "\nOne payment is {payment} coins: force once for as many as the last column says, or more. A contract whose \
             promises add up (vouchers, tokens) is forced once for all of them."
        )?;
    }
    Ok(())
}

/// The dearest forced call of each entry.
fn lines<'a>(steps: impl Iterator<Item = &'a Recorded>, payment: Option<u64>) -> Vec<Line> {
    let mut dearest: BTreeMap<(&str, &str), (Amount, &Recorded)> = BTreeMap::new();
    for step in steps.filter(|step| step.succeeded() && step.posted_bytes > 0) {
        let fee = fee(step, 1);
        let of = (step.contract.as_str(), step.entry.as_str());
        let known = dearest.entry(of).or_insert((fee, step));
        if known.0 < fee {
            *known = (fee, step);
        }
    }
    let line = |((contract, entry), (now, step)): ((&str, &str), (Amount, &Recorded))| Line {
        contract: contract.to_owned(),
        entry: entry.to_owned(),
        gas: step.gas.0,
        bytes: step.posted_bytes,
        fees: DEARER.map(|dearer| (dearer, fee(step, dearer).0)).into(),
        payments: payment.map(|payment| now.0.div_ceil(payment.max(1))),
    };
    dearest.into_iter().map(line).collect()
}

fn fee(step: &Recorded, dearer: u64) -> Amount {
    let bytes = Fees::V1
        .transaction(step.posted_bytes)
        .unwrap_or(Amount(u64::MAX));
    let gas = Fees::V1.gas(Gas(step.gas.0.saturating_mul(dearer)));
    bytes.checked_add(gas).unwrap_or(Amount(u64::MAX))
}
