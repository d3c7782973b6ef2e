//! Two nodes that have channels with each other: real sockets, encrypted, and real files, with an fsync for what is
//! promised. Blocks of the ledger come when they are asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use twinroot_abi::{Amount, ChannelId, CodeHash, Height, PublicKey, TimeMs};
use twinroot_arbiter::Genesis;
use twinroot_chain::{ChainBackend, Embedded, Mode};
use twinroot_client::Api;
use twinroot_client::api::{Args, Bytes, Coins, Done, Id, Open, Operation, Stage, Step, Work};
use twinroot_exec::Execute;
use twinroot_keyring::LocalSigner;
use twinroot_node::{Config, Handle, Node, SignKind, SignRule};
use twinroot_rules::contract_id;
use twinroot_types::SecretKey;

/// What is called in each channel.
#[derive(Clone, Debug)]
pub struct Called {
    /// The module.
    pub wasm: Vec<u8>,
    /// Arguments of `init`.
    pub init: Args,
    /// The entry that is called.
    pub entry: &'static str,
    /// Its arguments.
    pub args: Args,
    /// Gas that it may use.
    pub gas: u64,
}

/// Coins of each account at the beginning.
const COINS: u64 = 1 << 50;
/// Coins that each locks in a channel.
const DEPOSIT: u64 = 1 << 36;
/// Offers that a node keeps waiting from one peer.
const AT_ONCE: usize = 16;

/// Two nodes in this process, each with its own threads, and a ledger that both follow.
pub struct Duo {
    execute: Arc<dyn Execute + Send + Sync>,
    called: Called,
    /// The ledger.
    pub chain: Arc<Embedded>,
    folder: PathBuf,
    runtimes: [Runtime; 2],
    nodes: [Option<Node>; 2],
    channels: Vec<Id>,
}

impl Duo {
    /// Two nodes without channels, with their logs in `folder`.
    ///
    /// # Panics
    /// Where the machine gives no sockets, threads or files: then there is nothing to measure.
    #[must_use]
    pub fn new(folder: &Path, execute: Arc<dyn Execute + Send + Sync>, called: Called) -> Self {
        let accounts = [0, 1].map(|who| (public(who), Amount(COINS))).to_vec();
        let genesis = Genesis {
            name: "bench".into(),
            time: TimeMs(1_000_000),
            accounts,
        };
        let chain =
            Embedded::in_memory(genesis, Mode::Manual, execute.clone()).expect("a ledger begins");
        let runtimes = [0, 1].map(|_| {
            Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("the machine has threads")
        });
        let mut duo = Self {
            execute,
            called,
            chain: Arc::new(chain),
            folder: folder.to_owned(),
            runtimes,
            nodes: [None, None],
            channels: Vec::new(),
        };
        for who in [0, 1] {
            duo.start(who);
        }
        duo
    }

    /// Starts one of the two.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(&mut self, who: usize) {
        let folder = self.folder.join(who.to_string());
        std::fs::create_dir_all(&folder).expect("a folder");
        let chain: Arc<dyn ChainBackend> = self.chain.clone();
        let signer = Arc::new(LocalSigner::new(key(who)));
        let config = self.config();
        let node = Node::start(&folder, &config, self.execute.clone(), signer, chain);
        self.nodes[who] = Some(self.runtimes[who].block_on(node).expect("the node starts"));
    }

    /// Stops one of the two, as a user does.
    pub fn stop(&mut self, who: usize) {
        if let Some(node) = self.nodes[who].take() {
            self.runtimes[who].block_on(node.stop());
        }
    }

    /// Whatever the peer pays, creates and calls is signed without a question.
    fn config(&self) -> Config {
        let mut config = Config {
            listen: Some(([127, 0, 0, 1], 0).into()),
            ..Config::default()
        };
        let code = self
            .execute
            .admit(&self.called.wasm)
            .map_or(CodeHash([0; 32]), |code| code.hash);
        let mut only = vec![SignKind::Transfer, SignKind::Create(Id(code.0).to_string())];
        for channel in &self.channels {
            only.push(SignKind::Entry(
                contract(*channel).to_string(),
                self.called.entry.into(),
            ));
        }
        config.policy.accept_offers = true;
        config.policy.sign = vec![SignRule {
            loses: 0,
            gas: 1 << 40,
            same_hold: false,
            only,
        }];
        config
    }

    /// What one of the two can be asked.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn handle(&self, who: usize) -> Handle {
        self.nodes[who].as_ref().expect("it runs").handle()
    }

    /// The threads of one of the two.
    #[must_use]
    pub const fn runtime(&self, who: usize) -> &Runtime {
        &self.runtimes[who]
    }

    /// The channels that there are.
    #[must_use]
    pub fn channels(&self) -> &[Id] {
        &self.channels
    }

    /// Opens so many channels more, and has a contract come to be in each.
    ///
    /// # Panics
    /// Where they do not open: then there is nothing to measure.
    pub fn open(&mut self, count: usize) {
        let (alice, bob) = (self.handle(0), self.handle(1));
        let (peer, address) = {
            let bob = self.nodes[1].as_ref().expect("it runs");
            (
                bob.key(),
                bob.listening().map(|address| address.to_string()),
            )
        };
        let mut left = count;
        while left > 0 {
            let now = left.min(AT_ONCE);
            left -= now;
            let new = self.runtimes[0].block_on(async {
                let mut new = Vec::new();
                for _ in 0..now {
                    new.push(
                        alice
                            .open(offer(peer, address.clone()))
                            .await
                            .expect("terms")
                            .channel,
                    );
                }
                for handle in [&alice, &bob] {
                    until_open(&self.chain, handle, &new).await;
                }
                let creations = new
                    .iter()
                    .map(|channel| alice.call(self.creation(*channel)));
                for done in futures_util::future::join_all(creations).await {
                    done.expect("both sign the contract");
                }
                new
            });
            self.channels.extend(new);
        }
        // Which contracts there are is known only now, and so is what the peer is to sign.
        for who in [1, 0] {
            self.stop(who);
        }
        for who in [1, 0] {
            self.start(who);
        }
        self.connect();
    }

    /// Waits until the two have found each other and every channel can be used.
    ///
    /// # Panics
    /// Where they do not.
    pub fn connect(&self) {
        let (alice, bob) = (self.handle(0), self.nodes[1].as_ref().expect("it runs"));
        let peer = twinroot_client::api::Peer {
            peer: bob.key().into(),
            address: bob.listening().expect("it listens").to_string(),
        };
        self.runtimes[0].block_on(async {
            alice.add_peer(peer).await.expect("an address");
            self.chain.mine(1).expect("a block");
            for channel in &self.channels {
                alice.call(pay(*channel)).await.expect("both sign");
            }
        });
    }

    /// Makes a block.
    ///
    /// # Panics
    /// Where the ledger makes none.
    pub fn mine(&self) {
        self.chain.mine(1).expect("a block");
    }

    /// A step that calls the contract of a channel.
    #[must_use]
    pub fn call(&self, channel: Id) -> Step {
        let Called {
            entry, args, gas, ..
        } = self.called.clone();
        step(
            channel,
            Operation::Call {
                contract: contract(channel),
                entry: entry.into(),
                args,
                value: Coins::default(),
                gas: Some(Work(twinroot_abi::Gas(gas))),
                facts: Vec::new(),
            },
        )
    }

    fn creation(&self, channel: Id) -> Step {
        let Called { wasm, init, .. } = self.called.clone();
        step(
            channel,
            Operation::Create {
                wasm: Bytes(wasm),
                args: init,
                fallback: 10_000,
                hold: 0,
                gas: None,
            },
        )
    }
}

/// A step that pays a coin.
#[must_use]
pub fn pay(channel: Id) -> Step {
    step(
        channel,
        Operation::Transfer {
            amount: Coins(Amount(1)),
        },
    )
}

/// Steps with names of their own, as a program gives them that may crash.
fn step(channel: Id, operation: Operation) -> Step {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = format!(
        "{:016x}-{}",
        NEXT.fetch_add(1, Ordering::Relaxed),
        std::process::id()
    );
    Step {
        channel,
        key,
        operations: vec![operation],
        force_after: None,
        records: Vec::new(),
    }
}

/// Has steps made one after the other, so many in each of some rows at the same time, and says how long each took.
///
/// # Panics
/// Where one does not work.
#[expect(clippy::disallowed_types, reason = "time is what is measured here")]
pub fn rows(
    runtime: &Runtime,
    handle: &Handle,
    rows: usize,
    each: usize,
    step: impl Fn(usize) -> Step + Send + Sync + 'static,
) -> Vec<Duration> {
    let step = Arc::new(step);
    let row = |row: usize| {
        let (handle, step) = (handle.clone(), step.clone());
        async move {
            let mut times = Vec::with_capacity(each);
            for _ in 0..each {
                let step = step(row);
                let begun = std::time::Instant::now();
                let _: Done = handle.call(step).await.expect("both sign");
                times.push(begun.elapsed());
            }
            times
        }
    };
    runtime.block_on(async {
        let rows: Vec<_> = (0..rows).map(|place| tokio::spawn(row(place))).collect();
        let mut times = Vec::new();
        for row in rows {
            times.extend(row.await.expect("no panic"));
        }
        times
    })
}

fn key(who: usize) -> SecretKey {
    SecretKey::from_seed(&[if who == 0 { 1 } else { 2 }; 32])
}

fn public(who: usize) -> PublicKey {
    key(who).public()
}

fn contract(channel: Id) -> Id {
    contract_id(ChannelId::from(channel), 0).into()
}

fn offer(peer: PublicKey, address: Option<String>) -> Open {
    Open {
        key: String::new(),
        peer: peer.into(),
        address,
        deposit: Coins(Amount(DEPOSIT)),
        peer_deposit: Coins(Amount(DEPOSIT)),
        lock: 10,
        expiry: Height(500).0,
    }
}

async fn until_open(chain: &Embedded, handle: &Handle, new: &[Id]) {
    loop {
        let list = handle.list().await.expect("a list");
        let open = list
            .iter()
            .filter(|one| one.stage == Stage::Open && new.contains(&one.channel))
            .count();
        if open == new.len() {
            return;
        }
        chain.mine(1).expect("a block");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
