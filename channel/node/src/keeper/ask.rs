//! Asking a peer for the copy that it keeps, with nothing but the key and the peer's address.

use tokio::sync::mpsc;
use twinroot_abi::PublicKey;
use twinroot_keyring::{SignError, Signer};
use twinroot_peer::{Config, Identity, News, Peers, SendError, StartError};
use zeroize::Zeroizing;

use super::message::{NODE, NodeMessage};

/// Why a peer gives no copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The signer does not sign.
    #[error("the signer does not sign: {0}")]
    Sign(#[from] SignError),
    /// No connection can be had.
    #[error(transparent)]
    Peers(#[from] StartError),
    /// The machine gives no random numbers.
    #[error("this machine gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The connection was lost.
    #[error("the peer was there and is gone: {0}")]
    Send(#[from] SendError),
    /// It keeps none.
    #[error("the peer keeps no backup of this key")]
    Nothing,
}

/// The sealed copy that `peer` keeps for the owner of this key. It is waited for as long as it takes to reach the peer: whoever
/// calls says for how long.
///
/// # Errors
/// [`AskError`].
pub async fn backup_of_peer(
    signer: &dyn Signer,
    peer: PublicKey,
    address: String,
) -> Result<Vec<u8>, AskError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret)?;
    let identity = Identity::new(*secret, signer.public(), |tag, bytes| {
        signer.sign(tag, bytes)
    })?;
    let (news, mut heard) = mpsc::channel(16);
    let peers = Peers::start(Config::default(), identity, news).await?;
    peers.keep(peer, address);
    let given = answer(&peers, peer, &mut heard).await;
    peers.stop().await;
    given
}

async fn answer(
    peers: &Peers,
    peer: PublicKey,
    heard: &mut mpsc::Receiver<News>,
) -> Result<Vec<u8>, AskError> {
    while let Some(news) = heard.recv().await {
        match news {
            News::Connected { .. } => peers.send(peer, NodeMessage::Give.frame())?,
            News::Lost { .. } => {}
            // The peer may say other things to whom it takes for the node that was lost.
            News::Frame { bytes, .. } => {
                if let Some(NodeMessage::Given(copy)) = bytes
                    .strip_prefix(&NODE)
                    .and_then(|rest| NodeMessage::decode(rest).ok())
                {
                    return copy.ok_or(AskError::Nothing);
                }
            }
        }
    }
    Err(AskError::Nothing)
}
