//! The ledger, in the process of the test: whoever connects may ask it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use twinroot_abi::{Amount, ChannelId, Height, PublicKey, TimeMs};
use twinroot_arbiter::{Effect, Genesis, Ledger as State, Phase, Rejected};
use twinroot_exec::Env;
use twinroot_types::SecretKey;
use twinroot_wire::{Action, Ground, SignedTransaction, Update};

use crate::line::{Ask, Seen, Told, read, write};
use crate::toy::Toy;

/// Coins of each account at the beginning.
pub(crate) const COINS: u64 = 1_000_000_000_000;
/// Forks that go back further than this do not happen: a node is set up for that.
pub(crate) const DEPTH: u64 = 2;

pub(crate) fn key(name: usize) -> SecretKey {
    SecretKey::from_seed(&[name as u8 + 1; 32])
}

pub(crate) struct Ledger {
    inner: Mutex<Inner>,
    news: watch::Sender<usize>,
    posts: watch::Sender<[u64; 2]>,
    /// Who is told of the transactions of each account, before and after they are taken.
    guard: Box<dyn Fn(usize, bool) + Send + Sync>,
}

struct Inner {
    now: Present,
    /// How it was when each of the newest blocks began.
    before: VecDeque<Present>,
    /// Every block that ever was, lost ones too.
    told: Vec<(Env, Vec<ChannelId>)>,
    touched: BTreeSet<ChannelId>,
    forks: u64,
}

#[derive(Clone)]
struct Present {
    ledger: State,
    blocks: Vec<Env>,
    channels: BTreeMap<ChannelId, (Env, Ground, Vec<Update>)>,
    fees: [u64; 2],
    payouts: BTreeMap<ChannelId, ([Amount; 2], bool)>,
}

impl Ledger {
    pub(crate) fn new(guard: impl Fn(usize, bool) + Send + Sync + 'static) -> Self {
        let accounts = [0, 1]
            .map(|name| (key(name).public(), Amount(COINS)))
            .to_vec();
        let genesis = Genesis {
            name: "soak".into(),
            time: TimeMs(1_000_000),
            accounts,
        };
        let ledger = State::new(&genesis).expect("a ledger begins");
        let blocks = vec![ledger.block()];
        let told = vec![(ledger.block(), Vec::new())];
        let now = Present {
            ledger,
            blocks,
            channels: BTreeMap::new(),
            fees: [0; 2],
            payouts: BTreeMap::new(),
        };
        let inner = Inner {
            now,
            before: VecDeque::new(),
            told,
            touched: BTreeSet::new(),
            forks: 0,
        };
        Self {
            inner: Mutex::new(inner),
            news: watch::channel(1).0,
            posts: watch::channel([0; 2]).0,
            guard: Box::new(guard),
        }
    }

    pub(crate) async fn serve(self: Arc<Self>, path: &Path) {
        let listener = UnixListener::bind(path).expect("a socket");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who asks may be killed in the middle of it.
                tokio::spawn(self.clone().answer(stream));
            }
        });
    }

    async fn answer(self: Arc<Self>, mut stream: UnixStream) -> std::io::Result<()> {
        let told = match read(&mut stream).await? {
            Ask::Submit(bytes) => self.submit(&bytes),
            Ask::Account(key) => {
                let account = self.lock().now.ledger.account(key);
                Told::Account {
                    coins: account.coins,
                    nonce: account.nonce,
                }
            }
            Ask::Channel(id) => Told::Channel(self.lock().now.seen(id)),
            Ask::Code(hash) => Told::Code(self.lock().now.ledger.codes().get(&hash).cloned()),
            Ask::Status => {
                let inner = self.lock();
                Told::Status {
                    chain: inner.now.ledger.chain(),
                    block: inner.now.ledger.block(),
                }
            }
            Ask::Blocks(from) => return self.tell_blocks(stream, from).await,
        };
        write(&mut stream, &told).await
    }

    async fn tell_blocks(&self, mut stream: UnixStream, from: Height) -> std::io::Result<()> {
        let (present, mut place) = {
            let inner = self.lock();
            let present: Vec<Env> = inner
                .now
                .blocks
                .iter()
                .filter(|block| block.height >= from)
                .copied()
                .collect();
            (present, inner.told.len())
        };
        for block in present {
            write(
                &mut stream,
                &Told::Block {
                    block,
                    channels: Vec::new(),
                },
            )
            .await?;
        }
        let mut news = self.news.subscribe();
        loop {
            if news.wait_for(|count| *count > place).await.is_err() {
                return Ok(());
            }
            let (block, channels) = self.lock().told[place].clone();
            place += 1;
            write(&mut stream, &Told::Block { block, channels }).await?;
        }
    }

    fn submit(&self, bytes: &[u8]) -> Told {
        let transaction = SignedTransaction::decode(bytes)
            .expect("a node posts transactions")
            .transaction;
        let name = usize::from(transaction.sender != key(0).public());
        (self.guard)(name, true);
        let mut inner = self.lock();
        let told = match inner.now.submit(bytes, name, &transaction.action) {
            Ok((hash, touched)) => {
                inner.touched.extend(touched);
                Told::Taken(hash)
            }
            Err(error) => Told::Rejected {
                is_nonce: matches!(error, Rejected::Nonce { .. }),
                message: error.to_string(),
            },
        };
        drop(inner);
        self.posts.send_modify(|posts| posts[name] += 1);
        (self.guard)(name, false);
        told
    }

    /// The next block.
    pub(crate) fn mine(&self) {
        let mut inner = self.lock();
        let before = inner.now.clone();
        inner.before.push_back(before);
        if inner.before.len() as u64 > DEPTH {
            inner.before.pop_front();
        }
        let forks = inner.forks;
        inner.now.advance(forks);
        let block = inner.now.ledger.block();
        let channels = std::mem::take(&mut inner.touched).into_iter().collect();
        inner.told.push((block, channels));
        self.news.send_replace(inner.told.len());
    }

    /// The newest blocks were of a fork that lost, and all that was posted in them.
    pub(crate) fn fork(&self, blocks: u64) {
        let mut inner = self.lock();
        for _ in 0..blocks.min(DEPTH) {
            if let Some(before) = inner.before.pop_back() {
                inner.now = before;
            }
        }
        inner.forks += 1;
        inner.before.clear();
    }

    pub(crate) fn height(&self) -> u64 {
        self.lock().now.ledger.block().height.0
    }

    pub(crate) fn supply(&self) -> Option<Amount> {
        self.lock().now.ledger.supply()
    }

    pub(crate) fn coins(&self, key: PublicKey) -> u64 {
        self.lock().now.ledger.account(key).coins.0
    }

    pub(crate) fn fees(&self) -> [u64; 2] {
        self.lock().now.fees
    }

    /// What the channel paid out, and whether something of it was repaid for an answer to a close.
    pub(crate) fn payout(&self, id: ChannelId) -> Option<([Amount; 2], bool)> {
        self.lock().now.payouts.get(&id).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with it")
    }
}

impl Present {
    fn advance(&mut self, forks: u64) {
        let time = self.ledger.block().time.0 + 1_000 + forks;
        self.ledger.advance(TimeMs(time));
        self.blocks.push(self.ledger.block());
    }

    fn submit(
        &mut self,
        bytes: &[u8],
        name: usize,
        action: &Action,
    ) -> Result<(twinroot_abi::Hash, Option<ChannelId>), Rejected> {
        let receipt = self.ledger.submit(bytes, &Toy)?;
        self.fees[name] += receipt.fee.0;
        let id = match action {
            Action::Open(signed) => Some(signed.parameters.channel()),
            Action::CloseMutual(signed) => Some(signed.close.channel),
            Action::CloseSolo { channel, .. }
            | Action::Slash { channel, .. }
            | Action::Settle { channel }
            | Action::Snapshot { channel, .. } => Some(*channel),
            Action::Force(force) => Some(force.update.channel),
            Action::Fund(signed) => Some(signed.funding.commitment.channel),
            _ => None,
        };
        if let Effect::Closed {
            channel,
            payout,
            repaid,
        } = &receipt.effect
        {
            self.payouts.insert(*channel, (*payout, repaid.is_some()));
        }
        if let Some(channel) = id.and_then(|id| {
            self.ledger
                .channel(id)
                .cloned()
                .map(|channel| (id, channel))
        }) {
            let (id, channel) = channel;
            let block = self.ledger.block();
            let known = self
                .channels
                .entry(id)
                .or_insert_with(|| (block, channel.ground.clone(), Vec::new()));
            if known.1 != channel.ground {
                known.1 = channel.ground.clone();
                known.2.clear();
            }
            if let Effect::Forced { update, .. } = &receipt.effect {
                known.2.push((**update).clone());
            }
        }
        Ok((receipt.transaction, id))
    }

    fn seen(&self, id: ChannelId) -> Option<Box<Seen>> {
        let channel = self.ledger.channel(id)?;
        let (opened, ground, steps) = self.channels.get(&id)?.clone();
        let closing = match channel.phase {
            Phase::Open => None,
            Phase::Closing { until, .. } => Some(until),
        };
        Some(Box::new(Seen {
            parameters: channel.parameters.clone(),
            opened,
            ground,
            steps,
            tip: channel.tip.clone(),
            closing,
        }))
    }
}
