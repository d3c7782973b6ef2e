//! `twinroot channel export` and `import`: a channel in a file.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap_complete::engine::ArgValueCompleter;
use serde::Serialize;
use twinroot_client::api::{Bytes, ChannelFile, Id, Peer};

use super::{Session, complete, pick};
use crate::author::Fault;
use crate::author::codes::{EXISTS, NO_FILE};
use crate::author::output::{self, Report};
use crate::node::{EXIT_CODES, client_fault};

/// Write a channel to a file: what both signed last, with the whole state and the contracts' codes.
#[derive(clap::Args)]
#[command(
    long_about = "Write a channel to a file: what both signed last, with the whole state and the contracts' codes, 4 MiB at most. There is no \
        secret in it, but whoever reads it sees all amounts. A node with the key of either side goes on from it (`twinroot channel import`), also \
        one that has lost the channel altogether. What is half-signed or being forced is not in it.",
    after_help = format!("Examples:\n  twinroot channel export --to deal.channel\n  twinroot channel export 3f2a --to deal.channel\n\n{EXIT_CODES}")
)]
pub(super) struct Export {
    /// The channel, where there are several.
    #[arg(add = ArgValueCompleter::new(complete::channel))]
    channel: Option<String>,
    /// The file to write, which must not be there yet.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Go on with a channel out of a file, which this node does not have.
#[derive(clap::Args)]
#[command(
    long_about = "Go on with a channel out of a file that `twinroot channel export` wrote, here or at the peer. The node holds it against its key, \
        both signatures and the ledger. The file may be old, so the node signs nothing in the channel before it has heard of the peer, and takes the \
        newest state from it. No other node may go on with the same side of it: two of them would sign against each other.",
    after_help = format!("Examples:\n  twinroot channel import deal.channel\n  twinroot channel import deal.channel --peer-address bob.example:8641\n\n{EXIT_CODES}")
)]
pub(super) struct Import {
    /// The file.
    file: PathBuf,
    /// Where the peer listens, if this node does not know it.
    #[arg(long, value_name = "HOST:PORT")]
    peer_address: Option<String>,
}

pub(super) async fn export(session: &Session, arguments: &Export) -> Result<ExitCode> {
    let Export { channel, to } = arguments;
    let channel = pick::channel(&session.node, channel.as_deref()).await?;
    let file = session.node.export(channel).await.map_err(client_fault)?;
    let bytes = file.file.0;
    write_new(to, &bytes)?;
    let written = Exported {
        channel,
        file: to.clone(),
        bytes: bytes.len(),
    };
    output::print(&written, session.json)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn import(session: &Session, arguments: &Import) -> Result<ExitCode> {
    let Import { file, peer_address } = arguments;
    let bytes = fs::read(file).map_err(|error| no_file(file, &error))?;
    let node = &session.node;
    if let Some(address) = peer_address {
        let own = node.status().await.map_err(client_fault)?.key;
        let read = twinroot_node::ChannelFile::decode(&bytes).ok();
        let peers = read.into_iter().flat_map(|file| file.terms.parties);
        if let Some(peer) = peers.map(Id::from).find(|key| *key != own) {
            let peer = Peer {
                peer,
                address: address.clone(),
            };
            node.add_peer(peer).await.map_err(client_fault)?;
        }
    }
    let file = ChannelFile { file: Bytes(bytes) };
    let channel = node.import(file).await.map_err(client_fault)?.channel;
    output::print(&Imported { channel }, session.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file for its owner only, and never over another.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                Fault::new(EXISTS, format!("{} is there already", path.display()))
            }
            _ => no_file(path, &error),
        })?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|error| no_file(path, &error))
}

fn no_file(path: &Path, error: &io::Error) -> Fault {
    Fault::new(NO_FILE, format!("{}: {error}", path.display()))
}

#[derive(Serialize)]
struct Exported {
    channel: Id,
    file: PathBuf,
    bytes: usize,
}

impl Report for Exported {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            channel,
            file,
            bytes,
        } = self;
        writeln!(
            out,
            "channel {channel}: {bytes} bytes in {}",
            file.display()
        )
    }
}

#[derive(Serialize)]
struct Imported {
    channel: Id,
}

impl Report for Imported {
    fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "channel {}: here from now on; nothing is signed in it before the peer was heard",
            self.channel
        )
    }
}
