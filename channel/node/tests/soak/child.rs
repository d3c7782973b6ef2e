//! A node in a process of its own, as the test starts it.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use twinroot_keyring::LocalSigner;
use twinroot_node::serve::Serving;
use twinroot_node::{Config, LOG, Node};
use twinroot_store::Store;

use crate::backups::BACKUPS;
use crate::disk::{Death, Disk, How};
use crate::ledger::{DEPTH, key};
use crate::remote::Remote;
use crate::toy::Toy;

/// What the process is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) name: usize,
    pub(crate) folder: PathBuf,
    pub(crate) ledger: PathBuf,
    pub(crate) listen: SocketAddr,
    /// The network namespace that it lives in, where the two are on hosts of their own.
    pub(crate) host: Option<String>,
    pub(crate) power_cut: bool,
    pub(crate) checkpoint_every: usize,
    /// Whether backups are made, often.
    pub(crate) backups: bool,
    pub(crate) seed: u64,
}

pub(crate) const ORDERS: &str = "TWINROOT_SOAK_CHILD";

impl Orders {
    pub(crate) fn from_environment() -> Option<Self> {
        let text = std::env::var(ORDERS).ok()?;
        Some(serde_json::from_str(&text).expect("orders"))
    }
}

/// Runs until it is killed, or until whoever started it is gone.
pub(crate) fn run(orders: &Orders) {
    let death = Arc::new(Death::new());
    death.seed.store(orders.seed, Ordering::SeqCst);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (node, serving) = runtime.block_on(start(orders, death.clone()));
    println!("ready");
    std::io::stdout().flush().expect("somebody listens");
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let words: Vec<&str> = line.split(' ').collect();
        let [operations, how] = words[..] else {
            continue;
        };
        let how = match how {
            "before" => How::Before,
            "after" => How::After,
            _ => How::Torn,
        };
        death.after(operations.parse().expect("a number"), how);
    }
    drop((node, serving));
}

async fn start(orders: &Orders, death: Arc<Death>) -> (Node, Serving) {
    let mut config = Config {
        listen: Some(orders.listen),
        ..Config::default()
    };
    config.policy.depth = DEPTH;
    config.policy.accept_offers = true;
    config.log.checkpoint_every = orders.checkpoint_every;
    config.backup.peers = false;
    if orders.backups {
        config.backup.folder = Some(orders.folder.join(BACKUPS));
        (config.backup.every, config.backup.keep) = (16, 12);
    }
    let path = orders.folder.join(LOG);
    let power_cut = orders.power_cut;
    let open = move || {
        if !path.exists() {
            drop(Store::open(&path)?);
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .expect("the log");
        Store::open_on(Disk::new(file, death.clone(), power_cut).expect("the log"))
    };
    let signer = Arc::new(LocalSigner::new(key(orders.name)));
    let chain = Arc::new(Remote(orders.ledger.clone()));
    let node = Node::start_with(
        &orders.folder,
        Arc::new(open),
        &config,
        Arc::new(Toy),
        signer,
        chain,
    )
    .await
    .expect("the node starts");
    // Of the process before, which could not take it away.
    let _ = std::fs::remove_file(orders.folder.join(twinroot_node::serve::SOCKET));
    let serving = Serving::start(
        &node.handle(),
        &orders.folder,
        None,
        twinroot_rpc::Limits::default(),
    )
    .await
    .expect("the API");
    (node, serving)
}
