//! A ledger and nodes in this process, on real sockets and files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use twinroot_abi::{Amount, ChannelId, PublicKey, TimeMs};
use twinroot_arbiter::Genesis;
use twinroot_chain::{ChainBackend, Embedded, Mode};
use twinroot_client::api::{
    Answer, Args, Bytes, Coins, Done, Event, Events, Id, Open, Operation, Peer, Stage, Step, Work,
};
use twinroot_client::{Api, Failure};
use twinroot_keyring::{LocalSigner, Signer};
use twinroot_node::{Config, Handle, LOG, Node};
use twinroot_store::Store;
use twinroot_types::{SecretKey, encode};

use crate::disk::Disk;
use crate::toy::{Line, Toy};

/// Coins of each account at the beginning.
pub(crate) const COINS: u64 = 1_000_000_000;
/// What the one that offers a channel locks.
pub(crate) const DEPOSIT: u64 = 500_000_000;
/// Longer than anything here takes on a slow machine; whoever waits longer waits in vain.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) chain: Arc<Embedded>,
    folder: TempDir,
}

pub(crate) fn key(name: u8) -> SecretKey {
    SecretKey::from_seed(&[name; 32])
}

pub(crate) fn public(name: u8) -> PublicKey {
    key(name).public()
}

impl World {
    /// A ledger on which blocks come only when they are asked for.
    pub(crate) fn new() -> Self {
        Self::with(Mode::Manual)
    }

    pub(crate) fn with(mode: Mode) -> Self {
        let accounts = [1, 2, 3].map(|name| (public(name), Amount(COINS))).to_vec();
        let genesis = Genesis {
            name: "test".into(),
            time: TimeMs(1_000_000),
            accounts,
        };
        let chain = Embedded::in_memory(genesis, mode, Arc::new(Toy)).expect("a ledger begins");
        Self {
            chain: Arc::new(chain),
            folder: TempDir::new().expect("a folder"),
        }
    }

    pub(crate) fn folder(&self, name: u8) -> PathBuf {
        let path = self.folder.path().join(name.to_string());
        std::fs::create_dir_all(&path).expect("a folder");
        path
    }

    pub(crate) async fn node(&self, name: u8) -> Node {
        self.node_with(name, &config()).await
    }

    pub(crate) async fn node_with(&self, name: u8, config: &Config) -> Node {
        self.node_of(
            &self.folder(name),
            config,
            Arc::new(LocalSigner::new(key(name))),
        )
        .await
    }

    pub(crate) async fn node_of(
        &self,
        folder: &Path,
        config: &Config,
        signer: Arc<dyn Signer>,
    ) -> Node {
        let node = Node::start(folder, config, Arc::new(Toy), signer, self.backend())
            .await
            .expect("the node starts");
        heard(&node).await;
        node
    }

    /// A node whose log is on a disk of its own.
    pub(crate) async fn node_on(
        &self,
        name: u8,
        config: &Config,
        disk: &Disk,
        chain: Arc<dyn ChainBackend>,
    ) -> Node {
        let disk = disk.clone();
        drop(Store::create_on(disk.clone()).expect("a store"));
        let open = move || Store::open_on(disk.clone());
        Node::start_with(
            &self.folder(name),
            Arc::new(open),
            config,
            Arc::new(Toy),
            Arc::new(LocalSigner::new(key(name))),
            chain,
        )
        .await
        .expect("the node starts")
    }

    pub(crate) fn backend(&self) -> Arc<dyn ChainBackend> {
        self.chain.clone()
    }

    pub(crate) fn mine(&self, blocks: u64) {
        self.chain.mine(blocks).expect("blocks");
    }

    /// A channel between two nodes, open on both.
    pub(crate) async fn channel(&self, one: &Node, other: &Node) -> Id {
        self.channel_of(one, other, terms(other)).await
    }

    pub(crate) async fn channel_of(&self, one: &Node, other: &Node, terms: Open) -> Id {
        heard(one).await;
        let opened = one.handle().open(terms).await.expect("terms");
        let channel = opened.channel;
        wait_for(&other.handle(), 0, "asked").await;
        other
            .handle()
            .approve(newest(channel))
            .await
            .expect("an offer");
        for node in [one, other] {
            self.until(node, channel, Stage::Open).await;
        }
        channel
    }

    /// A copy of a node's folder as it is now.
    pub(crate) fn copy(&self, name: u8) -> PathBuf {
        let path = self.folder.path().join(format!("{name} before"));
        std::fs::create_dir_all(&path).expect("a folder");
        std::fs::copy(self.folder(name).join(LOG), path.join(LOG)).expect("a copy");
        path
    }

    pub(crate) async fn node_in(&self, name: u8, folder: &Path, config: &Config) -> Node {
        self.node_of(folder, config, Arc::new(LocalSigner::new(key(name))))
            .await
    }

    /// One connects to the other, wherever that listens now.
    pub(crate) async fn meet(&self, one: &Node, other: &Node) {
        let address = other.listening().expect("an address").to_string();
        let peer = Peer {
            peer: other.key().into(),
            address,
        };
        one.handle().add_peer(peer).await.expect("a peer");
        let wait = async {
            while one
                .handle()
                .status()
                .await
                .expect("a status")
                .connected
                .is_empty()
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("they meet");
    }

    /// Makes blocks until a channel stands so.
    pub(crate) async fn until(&self, node: &Node, channel: Id, stage: Stage) {
        let wait = async {
            loop {
                let list = node.handle().list().await.expect("a list");
                if list
                    .iter()
                    .any(|one| one.channel == channel && one.stage == stage)
                {
                    return;
                }
                self.mine(1);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| panic!("the channel never comes to be {stage:?}"));
    }
}

/// One wants a step, and the other's user agrees to it.
pub(crate) async fn agree(one: &Node, other: &Node, step: Step) -> Result<Done, Failure> {
    let channel = step.channel;
    let wanted = asked_for(one, other, step).await;
    other
        .handle()
        .approve(newest(channel))
        .await
        .expect("a step");
    wanted.await.expect("no panic")
}

/// One wants a step, and the other's user is asked and has not answered yet.
pub(crate) async fn asked_for(
    one: &Node,
    other: &Node,
    step: Step,
) -> JoinHandle<Result<Done, Failure>> {
    let other = other.handle();
    let last = other.status().await.expect("a status").last_event;
    let wanted = called(one, step);
    wait_for(&other, last, "asked").await;
    wanted
}

/// A step that is under way while the test goes on.
pub(crate) fn called(node: &Node, step: Step) -> JoinHandle<Result<Done, Failure>> {
    let node = node.handle();
    tokio::spawn(async move { node.call(step).await })
}

/// The newest question of a channel, for its answer.
pub(crate) const fn newest(channel: Id) -> Answer {
    Answer {
        channel,
        question: None,
    }
}

/// Before it has heard of its account it opens nothing.
async fn heard(node: &Node) {
    let heard = async {
        while node.handle().status().await.expect("a status").coins == Coins(Amount(0)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard)
        .await
        .expect("the ledger is heard");
}

/// What one offers the other.
pub(crate) fn terms(other: &Node) -> Open {
    Open {
        key: "the channel".into(),
        peer: other.key().into(),
        address: other.listening().map(|address| address.to_string()),
        deposit: Coins(Amount(DEPOSIT)),
        peer_deposit: Coins(Amount(400_000_000)),
        lock: 10,
        expiry: 900,
    }
}

/// A node that signs what its peer pays without asking.
pub(crate) fn signing() -> Config {
    config_of("[[policy.sign]]\nonly = ['transfer']")
}

pub(crate) fn config_of(text: &str) -> Config {
    let mut config: Config = toml::from_str(text).expect("a configuration");
    config.listen = Some(([127, 0, 0, 1], 0).into());
    config
}

pub(crate) fn config() -> Config {
    Config {
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..Config::default()
    }
}

/// The first event of that kind above a number.
pub(crate) async fn wait_for(handle: &Handle, after: u64, kind: &str) -> Event {
    let which = Events {
        after: Some(after),
        limit: None,
        channel: None,
    };
    let mut events = handle.follow(which);
    let wait = async {
        while let Some(event) = events.next().await {
            if event.kind == kind {
                return event;
            }
        }
        panic!("the events end without {kind}");
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| panic!("{kind} never happens"))
}

pub(crate) fn transfer(channel: Id, key: &str, amount: u64) -> Step {
    step(
        channel,
        key,
        vec![Operation::Transfer {
            amount: Coins(Amount(amount)),
        }],
    )
}

pub(crate) fn create(channel: Id, key: &str) -> Step {
    let wasm = Bytes(b"toy".to_vec());
    let args = script(&[Line::Store(1, 1)]);
    step(
        channel,
        key,
        vec![Operation::Create {
            wasm,
            args,
            fallback: 10_000,
            hold: 0,
            gas: None,
        }],
    )
}

pub(crate) fn call(channel: Id, key: &str, contract: Id, script_: &[Line]) -> Step {
    let call = Operation::Call {
        contract,
        entry: "run".into(),
        args: script(script_),
        value: Coins::default(),
        gas: Some(Work(twinroot_abi::Gas(10_000))),
        facts: Vec::new(),
    };
    step(channel, key, vec![call])
}

pub(crate) fn contract(channel: Id, number: u64) -> Id {
    twinroot_rules::contract_id(ChannelId::from(channel), number).into()
}

fn script(lines: &[Line]) -> Args {
    Args::Encoded {
        bytes: Bytes(encode(&lines.to_vec())),
    }
}

fn step(channel: Id, key: &str, operations: Vec<Operation>) -> Step {
    Step {
        channel,
        key: key.into(),
        operations,
        force_after: None,
        records: Vec::new(),
    }
}
