//! `twinroot chain fund`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::Amount;
use twinroot_client::api::{Coins, Id};

use super::{At, EXIT_CODES, fault};
use crate::author::output::{self, Report};
use crate::channel::{coins, wait};

/// Have the faucet pay to an account.
#[derive(clap::Args)]
#[command(
    long_about = "Have the faucet of a ledger for tries pay to an account. Its coins are worth nothing.",
    after_help = format!("Examples:\n  twinroot chain fund $(twinroot key public alice.key) 1000000\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The account: a public key, 64 hex digits.
    key: Id,
    /// How many coins.
    amount: u64,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let amount = Amount(arguments.amount);
    let transaction = wait(ledger.fund(arguments.key.into(), amount))?.map_err(fault)?;
    output::print(
        &Paid {
            key: arguments.key,
            amount: amount.into(),
            transaction: transaction.into(),
        },
        arguments.json,
    )?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Paid {
    key: Id,
    amount: Coins,
    transaction: Id,
}

impl Report for Paid {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} coins paid to {}", coins(self.amount), self.key)
    }
}
