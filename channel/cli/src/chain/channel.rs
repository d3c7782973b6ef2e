//! `twinroot chain channel`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_chain::{Answer, ChainBackend, ChainError, ChannelAnswer, Query};
use twinroot_client::api::{Coins, Id};

use super::{At, EXIT_CODES, fault};
use crate::author::output::{self, Report};
use crate::channel::{coins, wait};

/// Show a channel as the ledger knows it, also one that has paid out.
#[derive(clap::Args)]
#[command(
    long_about = "Show a channel as the ledger knows it: the newest state that was posted, which may be far behind what both signed off chain. \
        Of one that has paid out, who got what. `twinroot channel show` shows what a node knows.",
    after_help = format!("Examples:\n  twinroot chain channel 3f2a..00\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The channel: 64 hex digits.
    channel: Id,
    #[command(flatten)]
    at: At,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let ledger = arguments.at.ledger()?;
    let answer = wait(ledger.query(Query::Channel(arguments.channel.into())))?.map_err(fault)?;
    let Answer::Channel(channel) = answer else {
        return Err(fault(ChainError::Protocol(
            "it answers something else than was asked".into(),
        ))
        .into());
    };
    output::print(&Shown::from(channel), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
enum Shown {
    Unknown,
    Live {
        parties: [Id; 2],
        opened_at: u64,
        round: u64,
        forced: usize,
        payout: [Coins; 2],
        answers_until: Option<u64>,
    },
    Closed {
        parties: [Id; 2],
        closed_at: u64,
        payout: [Coins; 2],
        transaction: Id,
    },
}

impl From<ChannelAnswer> for Shown {
    fn from(answer: ChannelAnswer) -> Self {
        match answer {
            ChannelAnswer::Unknown => Self::Unknown,
            ChannelAnswer::Live(live) => Self::Live {
                parties: live.parameters.parties.map(Id::from),
                opened_at: live.opened.height.0,
                round: live.tip.round.0,
                forced: live.steps.len(),
                payout: live.tip.payout.map(Coins),
                answers_until: live.closing.map(|until| until.0),
            },
            ChannelAnswer::Closed(closed) => Self::Closed {
                parties: closed.parameters.parties.map(Id::from),
                closed_at: closed.closed.height.0,
                payout: closed.payout.map(Coins),
                transaction: closed.transaction.into(),
            },
        }
    }
}

impl Report for Shown {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Unknown => writeln!(out, "the ledger knows no such channel"),
            Self::Live {
                parties,
                opened_at,
                round,
                forced,
                payout,
                answers_until,
            } => {
                writeln!(out, "opened   at height {opened_at}")?;
                writeln!(
                    out,
                    "state    round {round}, {forced} forced steps since both signed"
                )?;
                for (party, payout) in parties.iter().zip(payout) {
                    writeln!(out, "         {} for {party}", coins(*payout))?;
                }
                match answers_until {
                    Some(until) => writeln!(out, "closing  answers count until height {until}"),
                    None => Ok(()),
                }
            }
            Self::Closed {
                parties,
                closed_at,
                payout,
                ..
            } => {
                writeln!(out, "closed   at height {closed_at}")?;
                parties.iter().zip(payout).try_for_each(|(party, payout)| {
                    writeln!(out, "paid     {} to {party}", coins(*payout))
                })
            }
        }
    }
}
