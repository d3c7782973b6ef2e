//! The node's desk at the ledger: follows its blocks, looks at channels, posts transactions one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use twinroot_abi::{Amount, ChainId, ChannelId, CodeHash, Hash, Height, PublicKey};
use twinroot_chain::{Answer, ChainBackend, ChainError, ChannelAnswer, LiveChannel, Query};
use twinroot_exec::Env;
use twinroot_keyring::Signer;
use twinroot_rules::FORCE_WINDOW;
use twinroot_types::{Tag, encode};
use twinroot_wire::{Action, SignedTransaction, Transaction, VERSION};

use crate::core::Inbox;

/// A channel as the ledger has it.
pub(crate) type View = LiveChannel;

/// What the core wants of the ledger.
pub(crate) enum Order {
    /// Begin to follow the ledger, from far enough back that all blocks that can be pinned are known.
    Start,
    /// Look at this channel now, and whenever it changes.
    Watch(ChannelId),
    /// Look at it no more.
    Leave(ChannelId),
    /// Look at it once.
    Look(ChannelId),
    /// Whether the ledger knows this code.
    IsPublished(CodeHash),
    /// Get this code, which a step on the ledger needs.
    Code { channel: ChannelId, code: CodeHash },
    /// Make this code known, unless it is.
    Publish {
        channel: ChannelId,
        code: CodeHash,
        bytes: Vec<u8>,
    },
    /// Post this.
    Post {
        channel: ChannelId,
        action: Box<Action>,
    },
}

/// What the ledger says.
pub(crate) enum Heard {
    /// A block. One that is not above the newest is of a fork.
    Block(Env),
    /// A channel; none where it has paid out, or is not there.
    View {
        channel: ChannelId,
        view: Option<Box<View>>,
    },
    /// Coins of the node's account.
    Coins(Amount),
    /// All blocks up to the present one were told. The channels that are watched come next.
    CaughtUp,
    /// The ledger knows this code.
    Published(CodeHash),
    /// A code that was asked for.
    Code {
        channel: ChannelId,
        code: CodeHash,
        wasm: Vec<u8>,
    },
    /// A transaction was taken.
    Posted {
        channel: ChannelId,
        action: Box<Action>,
        transaction: Hash,
    },
    /// A transaction was not taken.
    Rejected {
        channel: ChannelId,
        action: Box<Action>,
        why: String,
        final_: bool,
    },
}

/// Where the core leaves its orders.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    orders: mpsc::UnboundedSender<Order>,
}

impl Desk {
    /// A desk at that ledger, which tells the core what it hears.
    pub(crate) fn start(
        chain: Arc<dyn ChainBackend>,
        id: ChainId,
        signer: Arc<dyn Signer>,
        inbox: mpsc::Sender<Inbox>,
    ) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let clerk = Clerk {
            chain,
            id,
            signer,
            inbox,
            watched: BTreeSet::new(),
            height: Height(0),
            nonce: None,
        };
        tokio::spawn(clerk.work(taken));
        Self { orders }
    }

    /// The desk is gone only at the end of the node.
    pub(crate) fn give(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

/// Blocks for which a transaction can be included.
const EXPIRY: u64 = 50;
/// How often a transaction is made anew because its number was taken.
const TRIES: usize = 3;
/// How long to wait before the ledger is asked again that could not be reached.
const AGAIN: Duration = Duration::from_secs(1);

struct Clerk {
    chain: Arc<dyn ChainBackend>,
    id: ChainId,
    signer: Arc<dyn Signer>,
    inbox: mpsc::Sender<Inbox>,
    watched: BTreeSet<ChannelId>,
    height: Height,
    /// Number of the next transaction, as far as is known.
    nonce: Option<u64>,
}

impl Clerk {
    async fn work(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        // Nothing is asked of the ledger before the core says that it listens.
        let mut waiting = Vec::new();
        loop {
            match orders.recv().await {
                Some(Order::Start) => break,
                Some(order) => waiting.push(order),
                None => return,
            }
        }
        let mut blocks = self.begin().await;
        for order in waiting {
            self.carry_out(order).await;
        }
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    // A log that was read again: everything is told anew.
                    Some(Order::Start) => {
                        blocks = self.begin().await;
                        self.look_at_all().await;
                    }
                    Some(order) => self.carry_out(order).await,
                    None => return,
                },
                news = blocks.next() => {
                    let Some(news) = news else {
                        tokio::time::sleep(AGAIN).await;
                        blocks = self.chain.blocks(Height(self.height.0.saturating_add(1)));
                        continue;
                    };
                    let mut touched = BTreeSet::new();
                    let mut next = Some(news);
                    // All that is there at once, so that channels are looked at after the newest block.
                    while let Some(news) = next {
                        match news {
                            Ok(news) => {
                                if news.block.height <= self.height {
                                    // A fork: what was there may not be.
                                    self.nonce = None;
                                    touched.extend(&self.watched);
                                }
                                touched.extend(news.channels().iter().filter(|id| self.watched.contains(id)));
                                self.height = news.block.height;
                                self.tell(Heard::Block(news.block)).await;
                            }
                            Err(error) => tracing::warn!(%error, "the ledger cannot be followed"),
                        }
                        next = blocks.next().now_or_never().flatten();
                    }
                    for id in touched {
                        self.look(id).await;
                    }
                    self.look_at_coins().await;
                }
            }
        }
    }

    /// Tells all blocks that can still be pinned, up to the present one.
    async fn begin(
        &mut self,
    ) -> futures_util::stream::BoxStream<'static, Result<twinroot_chain::News, ChainError>> {
        let present = loop {
            match self.chain.status().await {
                Ok(status) => break status.block.height,
                Err(error) => tracing::warn!(%error, "the ledger cannot be reached"),
            }
            tokio::time::sleep(AGAIN).await;
        };
        let first = Height(present.0.saturating_sub(FORCE_WINDOW));
        // Also where they were told before: whoever asks has forgotten them.
        self.height = Height(0);
        let mut blocks = self.chain.blocks(first);
        while self.height < present || self.height == Height(0) {
            match blocks.next().await {
                Some(Ok(news)) => {
                    self.height = news.block.height;
                    self.tell(Heard::Block(news.block)).await;
                    if present == Height(0) {
                        break;
                    }
                }
                Some(Err(error)) => tracing::warn!(%error, "the ledger cannot be followed"),
                None => {
                    tokio::time::sleep(AGAIN).await;
                    blocks = self.chain.blocks(first);
                }
            }
        }
        self.tell(Heard::CaughtUp).await;
        self.look_at_coins().await;
        blocks
    }

    async fn carry_out(&mut self, order: Order) {
        match order {
            Order::Start => {}
            Order::Watch(id) => {
                self.watched.insert(id);
                self.look(id).await;
            }
            Order::Leave(id) => {
                self.watched.remove(&id);
            }
            Order::Look(id) => self.look(id).await,
            Order::IsPublished(code) => {
                if let Some(Answer::Code(Some(_))) = self.ask(Query::Code(code)).await {
                    self.tell(Heard::Published(code)).await;
                }
            }
            Order::Code { channel, code } => {
                if let Some(Answer::Code(Some(wasm))) = self.ask(Query::Code(code)).await {
                    self.tell(Heard::Code {
                        channel,
                        code,
                        wasm,
                    })
                    .await;
                }
            }
            Order::Publish {
                channel,
                code,
                bytes,
            } => {
                if let Some(Answer::Code(None)) = self.ask(Query::Code(code)).await {
                    self.post(channel, Box::new(Action::Publish { code: bytes }))
                        .await;
                }
                if let Some(Answer::Code(Some(_))) = self.ask(Query::Code(code)).await {
                    self.tell(Heard::Published(code)).await;
                }
            }
            Order::Post { channel, action } => {
                // The terms are given until no fork can take them back; while they are there, there is nothing to do.
                if !matches!(*action, Action::Open(_)) || !self.is_opened(channel).await {
                    self.post(channel, action).await;
                }
            }
        }
    }

    async fn look_at_all(&mut self) {
        for id in self.watched.clone() {
            self.look(id).await;
        }
    }

    async fn look(&mut self, channel: ChannelId) {
        if let Some(Answer::Channel(view)) = self.ask(Query::Channel(channel)).await {
            let view = view.live();
            self.tell(Heard::View { channel, view }).await;
        }
    }

    async fn is_opened(&self, channel: ChannelId) -> bool {
        matches!(
            self.ask(Query::Channel(channel)).await,
            Some(Answer::Channel(
                ChannelAnswer::Live(_) | ChannelAnswer::Closed(_)
            ))
        )
    }

    async fn look_at_coins(&mut self) {
        let account = Query::Account(self.signer.public());
        if let Some(Answer::Account(account)) = self.ask(account).await {
            self.tell(Heard::Coins(account.coins)).await;
        }
    }

    /// Signs and posts; where the number is taken, anew with the next.
    async fn post(&mut self, channel: ChannelId, action: Box<Action>) {
        for left in (0..TRIES).rev() {
            let bytes = match self.transaction(&action).await {
                Ok(bytes) => bytes,
                Err(why) => {
                    return self
                        .tell(Heard::Rejected {
                            channel,
                            action,
                            why,
                            final_: false,
                        })
                        .await;
                }
            };
            let (why, final_) = match self.chain.submit(bytes).await {
                Ok(transaction) => {
                    self.nonce = self.nonce.map(|nonce| nonce.saturating_add(1));
                    return self
                        .tell(Heard::Posted {
                            channel,
                            action,
                            transaction,
                        })
                        .await;
                }
                Err(error) if error.is_nonce() && left > 0 => {
                    self.nonce = None;
                    continue;
                }
                Err(ChainError::Rejected { message, .. }) => {
                    self.nonce = None;
                    (message, true)
                }
                Err(error) => (error.to_string(), false),
            };
            return self
                .tell(Heard::Rejected {
                    channel,
                    action,
                    why,
                    final_,
                })
                .await;
        }
    }

    async fn transaction(&mut self, action: &Action) -> Result<Vec<u8>, String> {
        let sender = self.signer.public();
        let nonce = match self.nonce {
            Some(nonce) => nonce,
            None => self.next_number(sender).await.ok_or("it does not answer")?,
        };
        self.nonce = Some(nonce);
        let expiry = Height(self.height.0.saturating_add(EXPIRY));
        let transaction = Transaction {
            chain: self.id,
            version: VERSION,
            sender,
            nonce,
            expiry,
            action: action.clone(),
        };
        match self.signer.sign(Tag::TRANSACTION, &encode(&transaction)) {
            Ok(signature) => Ok(SignedTransaction {
                transaction,
                signature,
            }
            .encode()),
            Err(error) => Err(format!("the transaction is not signed: {error}")),
        }
    }

    async fn next_number(&mut self, sender: PublicKey) -> Option<u64> {
        match self.ask(Query::Account(sender)).await? {
            Answer::Account(account) => Some(account.nonce),
            _ => None,
        }
    }

    /// An answer of the ledger; what it does not answer is asked for again after the next block.
    async fn ask(&self, query: Query) -> Option<Answer> {
        match self.chain.query(query).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(%error, "the ledger does not answer");
                None
            }
        }
    }

    async fn tell(&self, heard: Heard) {
        // The core is gone only at the end of the node.
        let _ = self.inbox.send(Inbox::Ledger(Box::new(heard))).await;
    }
}
