//! `twinroot channel close`.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use serde::Serialize;
use twinroot_client::api::{Coins, Id};

use super::{Session, coins, complete, pick, progress};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::node::codes::NOT_SO;
use crate::node::{EXIT_CODES, client_fault};

/// End a channel: the ledger pays out.
#[derive(clap::Args)]
#[command(
    long_about = "End a channel: the ledger pays out. Together with the peer it does so at once; with --solo it does so at the newest state that \
        both signed, once the lock period is over in which the other side may show a newer one. The node settles by itself then.",
    after_help = format!("Examples:\n  twinroot channel close\n  twinroot channel close --solo --no-wait\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The channel.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
    /// Without the peer.
    #[arg(long)]
    solo: bool,
    /// Ask, and do not wait for the payout.
    #[arg(long)]
    no_wait: bool,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let node = &session.node;
    let channel = pick::channel(node, arguments.channel.as_deref()).await?;
    let before = node.status().await.map_err(client_fault)?;
    let balances = node.balances(channel).await.map_err(client_fault)?;
    let asked = if arguments.solo {
        node.close_solo(channel).await
    } else {
        node.close(channel).await
    };
    asked.map_err(client_fault)?;
    let hold = node.show(channel).await.map_err(client_fault)?.hold_until;
    if arguments.solo && hold > before.height {
        anstream::eprintln!(
            "the ledger pays out from height {hold} on, not before: contracts that held coins have a hold; it is at {} now",
            before.height
        );
    }
    if !arguments.no_wait {
        let what = if arguments.solo {
            "the time to answer runs"
        } else {
            "the peer is asked"
        };
        progress::until(
            node,
            channel,
            before.last_event,
            what,
            |event| match &*event.kind {
                "closed" => Some(Ok(())),
                "rejected" if event.details["action"] == "close_solo" => {
                    Some(Err(Fault::new(NOT_SO, output::quoted(&event.text)).then(
                        "`twinroot channel show` tells how it stands; then try again",
                    )))
                }
                "peer_refused" => Some(Err(Fault::new(NOT_SO, output::quoted(&event.text))
                    .then("`--solo` closes without the peer"))),
                _ => None,
            },
        )
        .await??;
    }
    let account = node.status().await.map_err(client_fault)?.coins;
    output::print(
        &Closed {
            channel,
            paid_out: !arguments.no_wait,
            payout: balances.payout,
            account,
        },
        session.json,
    )?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Closed {
    channel: Id,
    paid_out: bool,
    payout: Coins,
    account: Coins,
}

impl Report for Closed {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let payout = coins(self.payout);
        if !self.paid_out {
            return writeln!(
                out,
                "asked for the end of {}; it is to pay this side {payout}",
                self.channel
            );
        }
        writeln!(out, "closed  {}", self.channel)?;
        writeln!(
            out,
            "payout  {payout}; the account has {}",
            coins(self.account)
        )
    }
}
