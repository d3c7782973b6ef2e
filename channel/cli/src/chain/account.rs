//! `twinroot chain account`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::Amount;
use twinroot_arbiter::LedgerKey;
use twinroot_chain::{Answer, ChainBackend, ChainError, Query};
use twinroot_client::api::{Coins, Id};
use twinroot_types::decode;

use super::{At, EXIT_CODES, codes, fault};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::channel::{coins, wait};

/// Show an account: its coins, and how many transactions it sent.
#[derive(clap::Args)]
#[command(
    long_about = "Show an account as it is now. With --prove, show what the hash of the present block commits to instead, as of the end of the \
        block before, and check the proof: whoever trusts the block's hash need not trust the ledger that answers.",
    after_help = format!("Examples:\n  twinroot chain account $(twinroot key public alice.key)\n  \
        twinroot chain account --prove 5f..00\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The account: a public key, 64 hex digits.
    key: Id,
    /// Have it proven.
    #[arg(long)]
    prove: bool,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let shown = wait(async {
        if arguments.prove {
            proven(&ledger, arguments.key).await
        } else {
            stated(&ledger, arguments.key).await
        }
    })??;
    output::print(&shown, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn stated(ledger: &dyn ChainBackend, key: Id) -> Result<Shown, Fault> {
    match ledger
        .query(Query::Account(key.into()))
        .await
        .map_err(fault)?
    {
        Answer::Account(account) => Ok(Shown {
            key,
            coins: account.coins.into(),
            sent: account.nonce,
            proven_by: None,
        }),
        _ => Err(fault(ChainError::Protocol(
            "it answers something else than was asked".into(),
        ))),
    }
}

async fn proven(ledger: &dyn ChainBackend, key: Id) -> Result<Shown, Fault> {
    let place = LedgerKey::Account(key.into());
    let Answer::Proof(proof) = ledger.query(Query::Proof(place)).await.map_err(fault)? else {
        return Err(fault(ChainError::Protocol(
            "it answers something else than was asked".into(),
        )));
    };
    let block = proof.block.env();
    let wrong = |why: String| Fault::new(codes::PROOF, why);
    let leaf = proof
        .verify(place, block)
        .map_err(|error| wrong(error.to_string()))?;
    let (coins, sent): (Amount, u64) = match leaf {
        Some(leaf) => decode(&leaf, leaf.len())
            .map_err(|error| wrong(format!("what is proven is no account: {error}")))?,
        None => (Amount::ZERO, 0),
    };
    Ok(Shown {
        key,
        coins: coins.into(),
        sent,
        proven_by: Some(block.block.into()),
    })
}

#[derive(Serialize)]
struct Shown {
    key: Id,
    coins: Coins,
    sent: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    proven_by: Option<Id>,
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "coins   {}", coins(self.coins))?;
        writeln!(out, "sent    {} transactions", self.sent)?;
        match self.proven_by {
            Some(block) => writeln!(out, "proven  by block {block}"),
            None => Ok(()),
        }
    }
}
