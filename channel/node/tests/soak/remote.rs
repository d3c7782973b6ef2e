//! The ledger as a node's process sees it.

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tokio::net::UnixStream;
use twinroot_abi::{Amount, ChannelId, Hash, Height, PublicKey};
use twinroot_chain::{
    AccountAnswer, Answer, ChainBackend, ChainError, ChannelAnswer, Included, LiveChannel, News,
    Query, Status, What, codes,
};
use twinroot_exec::Env;

use crate::line::{Ask, Told, read, write};

pub(crate) struct Remote(pub(crate) PathBuf);

impl Remote {
    async fn connect(&self, ask: Ask) -> std::io::Result<UnixStream> {
        let mut stream = UnixStream::connect(&self.0).await?;
        write(&mut stream, &ask).await?;
        Ok(stream)
    }

    async fn ask(&self, ask: Ask) -> Result<Told, ChainError> {
        let answer = async { read(&mut self.connect(ask).await?).await };
        answer
            .await
            .map_err(|error: std::io::Error| ChainError::Unreachable(error.to_string()))
    }
}

impl ChainBackend for Remote {
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>> {
        async move {
            match self.ask(Ask::Submit(transaction)).await? {
                Told::Taken(hash) => Ok(hash),
                Told::Rejected { is_nonce, message } => Err(ChainError::Rejected {
                    code: if is_nonce {
                        codes::NONCE
                    } else {
                        codes::REJECTED
                    }
                    .into(),
                    message,
                }),
                _ => unreachable!("another answer"),
            }
        }
        .boxed()
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>> {
        async move {
            let ask = match query {
                Query::Account(key) => Ask::Account(key),
                Query::Channel(id) => Ask::Channel(id),
                Query::Code(hash) => Ask::Code(hash),
                _ => unreachable!("a node asks nothing else"),
            };
            Ok(match self.ask(ask).await? {
                Told::Account { coins, nonce } => Answer::Account(AccountAnswer { coins, nonce }),
                Told::Code(code) => Answer::Code(code),
                Told::Channel(seen) => {
                    Answer::Channel(seen.map_or(ChannelAnswer::Unknown, |seen| {
                        ChannelAnswer::Live(Box::new(LiveChannel {
                            parameters: seen.parameters,
                            opened: seen.opened,
                            ground: seen.ground,
                            steps: seen.steps,
                            tip: seen.tip,
                            closing: seen.closing,
                        }))
                    }))
                }
                _ => unreachable!("another answer"),
            })
        }
        .boxed()
    }

    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        let path = self.0.clone();
        stream::unfold(None, move |stream: Option<UnixStream>| {
            let remote = Self(path.clone());
            async move {
                let mut stream = match stream {
                    Some(stream) => stream,
                    None => remote.connect(Ask::Blocks(from)).await.ok()?,
                };
                match read(&mut stream).await.ok()? {
                    Told::Block { block, channels } => {
                        Some((Ok(news(block, &channels)), Some(stream)))
                    }
                    _ => None,
                }
            }
        })
        .boxed()
    }

    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>> {
        async move {
            match self.ask(Ask::Status).await? {
                Told::Status { chain, block } => Ok(Status {
                    chain,
                    block,
                    block_ms: None,
                    faucet: false,
                }),
                _ => unreachable!("another answer"),
            }
        }
        .boxed()
    }
}

/// A node looks at the block, and at which channels were touched.
fn news(block: Env, channels: &[ChannelId]) -> News {
    let touched = |channel: &ChannelId| Included {
        transaction: Hash::default(),
        sender: PublicKey::default(),
        block,
        fee: Amount::ZERO,
        what: What::Other,
        channel: Some(*channel),
        more: None,
    };
    News {
        block,
        parent: Hash::default(),
        included: channels.iter().map(touched).collect(),
    }
}
