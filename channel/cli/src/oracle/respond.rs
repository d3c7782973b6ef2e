//! `twinroot oracle respond` and `twinroot oracle refund`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_client::api::Id;
use twinroot_wire::Action;

use super::ledger::{Sender, Words, post};
use crate::author::output::{self, Report};
use crate::chain::{At, EXIT_CODES};
use crate::channel::wait;

/// Answer a question as the oracle that was asked, and take its price.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot oracle respond 77c0..00 'the home team' --key oracle.key\n\n{EXIT_CODES}"))]
pub(super) struct Respond {
    /// The query's name, as `twinroot oracle query` prints it.
    query: Id,
    /// The answer: text, or 0x and hex; at most 256 bytes.
    answer: Words,
    #[command(flatten)]
    sender: Sender,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// Have the price of a question that was not answered in time given back to who asked.
#[derive(clap::Args)]
#[command(after_help = format!("Examples:\n  twinroot oracle refund 77c0..00 --key carol.key\n\n{EXIT_CODES}"))]
pub(super) struct Refund {
    /// The query's name.
    query: Id,
    #[command(flatten)]
    sender: Sender,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn respond(arguments: &Respond) -> Result<ExitCode> {
    let Respond {
        query,
        answer,
        sender,
        at,
        json,
    } = arguments;
    let action = Action::Respond {
        query: (*query).into(),
        answer: answer.0.clone(),
    };
    run(*query, &action, sender, at, *json)
}

pub(super) fn refund(arguments: &Refund) -> Result<ExitCode> {
    let Refund {
        query,
        sender,
        at,
        json,
    } = arguments;
    run(
        *query,
        &Action::Refund {
            query: (*query).into(),
        },
        sender,
        at,
        *json,
    )
}

fn run(query: Id, action: &Action, sender: &Sender, at: &At, json: bool) -> Result<ExitCode> {
    let key = sender.secret()?;
    let ledger = at.ledger()?;
    let transaction = wait(post(&ledger, &key, action))??;
    output::print(
        &Posted {
            query,
            transaction: transaction.into(),
        },
        json,
    )?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Posted {
    query: Id,
    transaction: Id,
}

impl Report for Posted {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "the ledger has it: transaction {}", self.transaction)
    }
}
