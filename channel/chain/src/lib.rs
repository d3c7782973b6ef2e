//! stub
#![allow(missing_docs, clippy::all)]
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use std::sync::{Arc, Mutex};
use twinroot_abi::*;
use twinroot_arbiter::*;
use twinroot_exec::{Env, Execute};
use twinroot_wire::*;
pub trait ChainBackend: Send + Sync {
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>>;
    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>>;
    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>>;
    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>>;
}
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("{message}")]
    Rejected { code: String, message: String },
    #[error("{0}")]
    Unreachable(String),
}
pub enum Query {
    Account(PublicKey),
    Channel(ChannelId),
    Code(CodeHash),
}
pub struct AccountAnswer {
    pub coins: Amount,
    pub nonce: u64,
}
pub enum Answer {
    Account(AccountAnswer),
    Channel(Option<Box<ChannelAnswer>>),
    Code(Option<Vec<u8>>),
}
pub struct ChannelAnswer {
    pub parameters: Parameters,
    pub opened: Env,
    pub ground: Ground,
    pub steps: Vec<Update>,
    pub tip: Commitment,
    pub closing: Option<Height>,
}
#[derive(Clone)]
pub struct News {
    pub block: Env,
    pub channels: Vec<ChannelId>,
}
pub struct Status {
    pub chain: ChainId,
    pub block: Env,
}
pub enum Mode {
    Manual,
}
struct In {
    ledger: Ledger,
    blocks: Vec<News>,
    steps: std::collections::BTreeMap<ChannelId, (Env, Ground, Vec<Update>)>,
    touched: Vec<ChannelId>,
}
pub struct Embedded {
    inner: Arc<Mutex<In>>,
    execute: Arc<dyn Execute + Send + Sync>,
    tip: tokio::sync::watch::Sender<usize>,
}
impl Embedded {
    pub fn in_memory(
        genesis: Genesis,
        _: Mode,
        execute: Arc<dyn Execute + Send + Sync>,
    ) -> Result<Self, GenesisError> {
        let ledger = Ledger::new(&genesis)?;
        let blocks = vec![News {
            block: ledger.block(),
            channels: vec![],
        }];
        Ok(Self {
            inner: Arc::new(Mutex::new(In {
                ledger,
                blocks,
                steps: Default::default(),
                touched: vec![],
            })),
            execute,
            tip: tokio::sync::watch::channel(1).0,
        })
    }
    pub fn mine(&self, n: u64) -> Result<(), ChainError> {
        let mut i = self.inner.lock().unwrap();
        for _ in 0..n {
            let t = i.ledger.block().time.0 + 1000;
            i.ledger.advance(TimeMs(t));
            let block = i.ledger.block();
            let channels = std::mem::take(&mut i.touched);
            i.blocks.push(News { block, channels });
        }
        self.tip.send_replace(i.blocks.len());
        Ok(())
    }
}
impl ChainBackend for Embedded {
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>> {
        async move {
            let mut i = self.inner.lock().unwrap();
            let r = i.ledger.submit(&transaction, &*self.execute).map_err(|e| {
                ChainError::Rejected {
                    code: if matches!(e, Rejected::Nonce { .. }) {
                        "nonce".into()
                    } else {
                        "x".into()
                    },
                    message: e.to_string(),
                }
            })?;
            let id = match SignedTransaction::decode(&transaction)
                .unwrap()
                .transaction
                .action
            {
                Action::Open(s) => s.parameters.channel(),
                Action::CloseMutual(s) => s.close.channel,
                Action::CloseSolo { channel, .. }
                | Action::Slash { channel, .. }
                | Action::Settle { channel }
                | Action::Snapshot { channel, .. } => channel,
                Action::Force(f) => f.update.channel,
                Action::Fund(f) => f.funding.commitment.channel,
                _ => ChannelId::default(),
            };
            i.touched.push(id);
            let block = i.ledger.block();
            if let Some(c) = i.ledger.channel(id).cloned() {
                let e = i
                    .steps
                    .entry(id)
                    .or_insert((block, c.ground.clone(), vec![]));
                if e.1 != c.ground {
                    e.1 = c.ground.clone();
                    e.2.clear();
                }
                if let Effect::Forced { update, .. } = &r.effect {
                    e.2.push((**update).clone());
                }
            }
            Ok(r.transaction)
        }
        .boxed()
    }
    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>> {
        async move {
            let i = self.inner.lock().unwrap();
            Ok(match query {
                Query::Account(k) => {
                    let a = i.ledger.account(k);
                    Answer::Account(AccountAnswer {
                        coins: a.coins,
                        nonce: a.nonce,
                    })
                }
                Query::Code(h) => Answer::Code(i.ledger.codes().get(&h).cloned()),
                Query::Channel(id) => Answer::Channel(i.ledger.channel(id).map(|c| {
                    let s = &i.steps[&id];
                    Box::new(ChannelAnswer {
                        parameters: c.parameters.clone(),
                        opened: s.0,
                        ground: c.ground.clone(),
                        steps: s.2.clone(),
                        tip: c.tip.clone(),
                        closing: match c.phase {
                            Phase::Open => None,
                            Phase::Closing { until, .. } => Some(until),
                        },
                    })
                })),
            })
        }
        .boxed()
    }
    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        let inner = self.inner.clone();
        let tip = self.tip.subscribe();
        stream::unfold(
            (from.0 as usize, inner, tip),
            |(n, inner, mut tip)| async move {
                tip.wait_for(|t| *t > n).await.ok()?;
                let b = inner.lock().unwrap().blocks[n].clone();
                Some((Ok(b), (n + 1, inner, tip)))
            },
        )
        .boxed()
    }
    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>> {
        async move {
            let i = self.inner.lock().unwrap();
            Ok(Status {
                chain: i.ledger.chain(),
                block: i.ledger.block(),
            })
        }
        .boxed()
    }
}
