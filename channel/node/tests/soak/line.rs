//! What is said between a node's process and the ledger's.

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use twinroot_abi::{Amount, ChainId, ChannelId, CodeHash, Hash, Height, PublicKey};
use twinroot_exec::Env;
use twinroot_types::{decode, encode};
use twinroot_wire::{Commitment, Ground, Parameters, Update};

#[derive(Serialize, Deserialize)]
pub(crate) enum Ask {
    Submit(Vec<u8>),
    Account(PublicKey),
    Channel(ChannelId),
    Code(CodeHash),
    Status,
    Blocks(Height),
}

#[derive(Serialize, Deserialize)]
pub(crate) enum Told {
    Taken(Hash),
    Rejected {
        is_nonce: bool,
        message: String,
    },
    Account {
        coins: Amount,
        nonce: u64,
    },
    Channel(Option<Box<Seen>>),
    Code(Option<Vec<u8>>),
    Status {
        chain: ChainId,
        block: Env,
    },
    Block {
        block: Env,
        channels: Vec<ChannelId>,
    },
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) parameters: Parameters,
    pub(crate) opened: Env,
    pub(crate) ground: Ground,
    pub(crate) steps: Vec<Update>,
    pub(crate) tip: Commitment,
    pub(crate) closing: Option<Height>,
}

pub(crate) async fn write<T: Serialize>(to: &mut UnixStream, what: &T) -> std::io::Result<()> {
    let bytes = encode(what);
    to.write_all(&(bytes.len() as u32).to_le_bytes()).await?;
    to.write_all(&bytes).await
}

pub(crate) async fn read<T: Serialize + serde::de::DeserializeOwned>(
    from: &mut UnixStream,
) -> std::io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut bytes).await?;
    decode(&bytes, usize::MAX).map_err(std::io::Error::other)
}
