//! A ledger in this process, and two nodes that ask it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;
use twinroot_abi::{Amount, ChannelId, TimeMs};
use twinroot_chain::{Embedded, Mode, Served, dev_genesis};
use twinroot_client::Endpoint;
use twinroot_client::api::{Args, Bytes, Coins, Id, Open, Operation, Stage, Step, Work};
use twinroot_exec::{Execute, Fallback};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_node::SignKind;
use twinroot_rules::contract_id;
use twinroot_testkit::ballast;

use crate::kid::Kid;

/// Coins of each side in a channel.
const DEPOSIT: u64 = 1_000_000_000;
/// Offers that a peer may leave unanswered are few, so that channels are opened a few at a time.
const AT_A_TIME: usize = 12;
/// Slots of the contract that the calls write, in turns, so that its state stays as large as it is.
const SLOTS: u32 = 64;
const SOON: Duration = Duration::from_millis(5);

pub(crate) struct World {
    pub(crate) alice: Kid,
    pub(crate) bob: Kid,
    pub(crate) channels: Vec<Id>,
    ledger: Embedded,
    _served: Served,
    pub(crate) folder: TempDir,
}

impl World {
    /// Both nodes run and have coins.
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
        let ledger = Embedded::open(
            &folder.path().join("ledger"),
            || dev_genesis(now()),
            Mode::OnDemand(Arc::new(now)),
            Arc::new(host),
            &mut |_| {},
        )
        .expect("a ledger begins");
        let endpoint = Endpoint::Unix(folder.path().join("ledger.sock"));
        let served = ledger.clone().serve(&endpoint).await.expect("it is served");
        let [mut alice, mut bob] =
            ["alice", "bob"].map(|name| Kid::new(folder.path().join(name), &endpoint));
        for node in [&mut alice, &mut bob] {
            ledger
                .fund(node.key(), Amount(1 << 50))
                .expect("the faucet has coins");
            node.start().await;
        }
        Self {
            alice,
            bob,
            channels: Vec::new(),
            ledger,
            _served: served,
            folder,
        }
    }

    pub(crate) fn mine(&self) {
        self.ledger.mine(1).expect("the disk has room");
    }

    /// Opens so many channels more.
    pub(crate) async fn open(&mut self, count: usize) {
        let to = self.channels.len() + count;
        while self.channels.len() < to {
            for number in self.channels.len()..to.min(self.channels.len() + AT_A_TIME) {
                let terms = Open {
                    key: format!("channel {number}"),
                    peer: self.bob.key().into(),
                    address: Some(self.bob.listens().to_string()),
                    deposit: Coins(Amount(DEPOSIT)),
                    peer_deposit: Coins(Amount(DEPOSIT)),
                    lock: 100,
                    expiry: 900,
                };
                let opened = self.alice.client().open(terms).await;
                self.channels.push(opened.expect("coins").channel);
            }
            self.are_open().await;
        }
    }

    /// Makes blocks until all channels are open for both.
    async fn are_open(&self) {
        for node in [&self.alice, &self.bob] {
            loop {
                let list = node.client().list().await.expect("a list");
                let open = list.iter().filter(|one| one.stage == Stage::Open).count();
                if open == self.channels.len() {
                    break;
                }
                self.mine();
                tokio::time::sleep(SOON).await;
            }
        }
    }

    /// A contract in each channel, all of whose calls Bob signs. He has to be told so, so he is started again.
    pub(crate) async fn contracts(&mut self) {
        let host = Host::new(Backend::Cranelift, FeedJudge).expect("this machine runs wasm");
        let code = host.admit(ballast::WASM).expect("it passes the gate").hash;
        let calls = self.channels.iter().map(|channel| contract(*channel));
        let kinds = calls
            .map(|contract| SignKind::Call(contract.to_string()))
            .chain([SignKind::Create(Id::from(code).to_string())]);
        self.bob.signs(kinds);
        self.bob.stop();
        self.bob.start().await;
        for channel in &self.channels {
            let create = Operation::Create {
                wasm: Bytes(ballast::WASM.to_vec()),
                args: Args::Encoded {
                    bytes: Bytes::default(),
                },
                fallback: Fallback::WHOLE,
                hold: 0,
                gas: Some(Work(ballast::INIT_GAS)),
            };
            let created = self.alice.client().call(Step::on(*channel).and(create));
            created.await.expect("both sign");
            let filled = self.alice.client().call(fill(*channel, 0, SLOTS));
            filled.await.expect("both sign");
        }
    }
}

/// The first contract of a channel.
fn contract(channel: Id) -> Id {
    contract_id(ChannelId::from(channel), 0).into()
}

/// A call that writes one slot; the node finds out what gas it needs.
pub(crate) fn call(channel: Id, number: usize) -> Step {
    fill(channel, number as u64 % u64::from(SLOTS), 1)
}

fn fill(channel: Id, first: u64, count: u32) -> Step {
    let contract = contract(channel);
    let call = ballast::fill(contract.into(), first, count);
    Step::on(channel).and(Operation::Call {
        contract,
        entry: call.entry,
        args: Args::Encoded {
            bytes: Bytes(call.args),
        },
        value: Coins::default(),
        gas: None,
        facts: Vec::new(),
    })
}

fn now() -> TimeMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    TimeMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
