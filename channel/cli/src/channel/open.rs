//! `twinroot channel open`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::Amount;
use twinroot_client::api::{Coins, Id, Open};
use twinroot_keyring::{KeyFile, Signer};
use twinroot_node::Config;

use super::{Session, coins, progress};
use crate::author::Fault;
use crate::author::output::{self, Report};
use crate::node::codes::{NOT_SO, WHICH_NODE};
use crate::node::{CONFIG, EXIT_CODES, KEY, client_fault, key_fault, remote};

/// Offer a channel to a peer, and wait until it is open.
#[derive(clap::Args)]
#[command(
    long_about = "Offer a channel to a peer, and wait until it is open: the peer agrees, and the ledger locks the coins of both.",
    after_help = format!("Examples:\n  twinroot channel open --peer 6d1c...@10.0.0.7:8641 --deposit 1000 --peer-deposit 500\n  \
        twinroot channel open --peer bob --deposit 1000      (a node's folder on this machine)\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// The peer: KEY@HOST:PORT, a KEY that the node knows, or the folder of a node on this machine.
    #[arg(long, value_name = "PEER")]
    peer: String,
    /// Coins that this node locks.
    #[arg(long, value_name = "COINS")]
    deposit: u64,
    /// Coins that the peer locks.
    #[arg(long, value_name = "COINS", default_value_t = 0)]
    peer_deposit: u64,
    /// Blocks in which either may answer the other: the longest time that a node may be off without a risk.
    #[arg(long, value_name = "BLOCKS", default_value_t = 20)]
    lock: u64,
    /// Blocks in which it may still be opened.
    #[arg(long, value_name = "BLOCKS", default_value_t = 200)]
    expiry: u64,
    /// A name of this opening: the same again opens nothing new.
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
    /// Offer, and do not wait.
    #[arg(long)]
    no_wait: bool,
}

pub(super) async fn run(session: &Session, arguments: &Arguments) -> Result<ExitCode> {
    let node = &session.node;
    let (peer, address) = peer(&arguments.peer)?;
    let before = node.status().await.map_err(client_fault)?;
    let deposits = [arguments.deposit, arguments.peer_deposit].map(|units| Coins(Amount(units)));
    let terms = Open {
        key: arguments.key.clone(),
        peer,
        address,
        deposit: deposits[0],
        peer_deposit: deposits[1],
        lock: arguments.lock,
        expiry: arguments.expiry,
    };
    let channel = node.open(terms).await.map_err(client_fault)?.channel;
    if !arguments.no_wait {
        progress::until(
            node,
            channel,
            before.last_event,
            "offered; the peer and the ledger are waited for",
            |event| match &*event.kind {
                "opened" => Some(Ok(())),
                "offer_refused" | "offer_expired" => {
                    Some(Err(Fault::new(NOT_SO, output::quoted(&event.text))))
                }
                _ => None,
            },
        )
        .await??;
    }
    output::print(
        &Opened {
            channel,
            open: !arguments.no_wait,
            peer,
            deposits,
            lock: arguments.lock,
        },
        session.json,
    )?;
    Ok(ExitCode::SUCCESS)
}

/// A peer and where it listens.
fn peer(words: &str) -> Result<(Id, Option<String>), Fault> {
    let wrong = || {
        let words = output::quoted(words);
        Fault::new(
            WHICH_NODE,
            format!(
                "`{words}` is no peer: write KEY@HOST:PORT, KEY, or the folder of a node on this machine"
            ),
        )
    };
    if let Some((key, address)) = words.split_once('@') {
        return Ok((key.parse().map_err(|_| wrong())?, Some(address.to_owned())));
    }
    if let Ok(key) = words.parse() {
        return Ok((key, None));
    }
    let folder = Path::new(words);
    if !folder.join(CONFIG).exists() {
        return Err(wrong());
    }
    let config =
        Config::read(&folder.join(CONFIG)).map_err(|error| Fault::new(WHICH_NODE, error))?;
    let key = match remote(&config, None)? {
        Some(signer) => signer.public(),
        None => KeyFile::public(&folder.join(KEY)).map_err(key_fault)?,
    };
    Ok((key.into(), config.listen.map(|address| address.to_string())))
}

#[derive(Serialize)]
struct Opened {
    channel: Id,
    open: bool,
    peer: Id,
    deposits: [Coins; 2],
    lock: u64,
}

impl Report for Opened {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "channel  {}{}",
            self.channel,
            if self.open { "" } else { " (offered)" }
        )?;
        writeln!(out, "with     {}", self.peer)?;
        writeln!(
            out,
            "locked   {} and the peer's {}",
            coins(self.deposits[0]),
            coins(self.deposits[1])
        )?;
        writeln!(out, "lock     {} blocks to answer in", self.lock)
    }
}

#[cfg(test)]
mod tests {
    use super::peer;

    #[test]
    fn a_peer_is_a_key_with_or_without_an_address() {
        let key = "07".repeat(32);
        assert_eq!(peer(&key).unwrap().1, None);
        assert_eq!(
            peer(&format!("{key}@host:1")).unwrap().1.as_deref(),
            Some("host:1")
        );
        for wrong in ["", "07", "07@host:1", "/nowhere"] {
            assert_eq!(peer(wrong).unwrap_err().code(), "TR0905", "{wrong}");
        }
    }
}
