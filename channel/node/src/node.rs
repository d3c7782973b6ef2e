//! A node that runs: its core, its desk at the ledger, its peers, its log.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use twinroot_abi::PublicKey;
use twinroot_chain::{ChainBackend, ChainError};
use twinroot_client::Failure;
use twinroot_exec::Execute;
use twinroot_keyring::{SignError, Signer};
use twinroot_peer::{Config as PeerConfig, Identity, Peers};
use twinroot_store::{OpenError, Store};

use crate::config::{Config, ConfigError};
use crate::core::codes;
use crate::core::{Core, Handle, Inbox, Parts, RestoreError};
use crate::desk::Desk;
use crate::keeper::{self, Said};

/// The log's file in a node's folder.
pub const LOG: &str = "node.log";
/// Where in a node's folder the sealed backups of its peers lie.
pub const KEPT: &str = "kept";

/// How many things may wait for the core before who brings them has to wait, too.
const INBOX: usize = 4_096;
/// And for the keeper of backups; what comes then is dropped.
const KEEPER_INBOX: usize = 8;
/// How long nothing happens before what was not answered is said again.
const TICK: Duration = Duration::from_secs(2);

/// What opens the log.
pub type OpenLog = dyn Fn() -> Result<Store, OpenError> + Send + Sync;

/// A node that runs.
pub struct Node {
    handle: Handle,
    key: PublicKey,
    peers: Peers,
    inbox: mpsc::Sender<Inbox>,
    keeper: mpsc::Sender<Said>,
    shelf: Shelf,
    tasks: Vec<JoinHandle<()>>,
}

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log does not say how to go on.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The ledger cannot be reached, so nobody can say which one it is.
    #[error("the ledger cannot be reached: {0}")]
    Chain(#[from] ChainError),
    /// The signer does not sign.
    #[error("the signer does not sign: {0}")]
    Sign(#[from] SignError),
    /// Nobody can listen for peers.
    #[error(transparent)]
    Peers(#[from] twinroot_peer::StartError),
    /// The machine gives no random numbers or no thread.
    #[error("this machine fails: {0}")]
    Machine(String),
}

impl Node {
    /// Starts a node whose log lies in `folder`.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(
        folder: &Path,
        config: &Config,
        execute: Arc<dyn Execute + Send + Sync>,
        signer: Arc<dyn Signer>,
        chain: Arc<dyn ChainBackend>,
    ) -> Result<Self, StartError> {
        let path = folder.join(LOG);
        Self::start_with(
            folder,
            Arc::new(move || Store::open(&path)),
            config,
            execute,
            signer,
            chain,
        )
        .await
    }

    /// Starts a node whose log is whatever `open` opens, and whose other files lie in `folder`. It is called again after each
    /// write that failed.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start_with(
        folder: &Path,
        open: Arc<OpenLog>,
        config: &Config,
        execute: Arc<dyn Execute + Send + Sync>,
        signer: Arc<dyn Signer>,
        chain: Arc<dyn ChainBackend>,
    ) -> Result<Self, StartError> {
        let limits = config.limits()?;
        let id = chain.status().await?.chain;
        let shelf = Shelf::open(open)?;
        let key = signer.public();
        let (inbox, taken) = mpsc::channel(INBOX);
        let (newest_event, events) = watch::channel(0);
        let (commits, committed) = watch::channel(0);
        let (keeper, said) = mpsc::channel(KEEPER_INBOX);
        let (peers, mut tasks) = listen(config, &*signer, inbox.clone(), keeper.clone()).await?;
        let desk = Desk::start(chain, id, signer.clone(), inbox.clone());
        let handle = Handle::new(inbox.clone(), events, shelf.clone());
        let log = shelf.clone();
        let keeping = keeper::Parts {
            config: config.backup.clone(),
            kept: folder.join(KEPT),
            shelf: shelf.clone(),
            signer: signer.clone(),
            peers: peers.clone(),
            handle: handle.clone(),
            commits: committed,
        };
        let parts = Parts {
            execute,
            signer,
            chain: id,
            limits,
            peers: peers.clone(),
            desk,
            shelf,
            inbox: inbox.clone(),
            commits,
            newest_event,
        };
        let core = tokio::task::spawn_blocking(move || Core::restore(parts))
            .await
            .map_err(|error| StartError::Machine(error.to_string()))??;
        std::thread::Builder::new()
            .name("core".into())
            .spawn(move || core.run(taken))
            .map_err(|error| StartError::Machine(error.to_string()))?;
        tasks.push(tick(inbox.clone()));
        tasks.push(tokio::spawn(keeper::keep(keeping, said)));
        Ok(Self {
            handle,
            key,
            peers,
            inbox,
            keeper,
            shelf: log,
            tasks,
        })
    }

    /// What the node can be asked.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Its key: account on the ledger and name among peers.
    #[must_use]
    pub const fn key(&self) -> PublicKey {
        self.key
    }

    /// Where peers connect.
    #[must_use]
    pub fn listening(&self) -> Option<std::net::SocketAddr> {
        self.peers.listening()
    }

    /// Writes down what is under way, says good-bye, and ends.
    pub async fn stop(self) {
        let (done, stopped) = oneshot::channel();
        if self.inbox.send(Inbox::Stop(done)).await.is_ok() {
            // Without an answer the core is gone already.
            let _ = stopped.await;
        }
        let (done, backed_up) = oneshot::channel();
        if self.keeper.send(Said::Stop(done)).await.is_ok() {
            let _ = backed_up.await;
        }
        // Whoever still holds a handle reads no more, so that the log can be opened again.
        self.shelf.close();
        self.peers.stop().await;
        for task in self.tasks {
            task.abort();
        }
    }
}

/// Listens for peers and brings what they say to the core.
async fn listen(
    config: &Config,
    signer: &dyn Signer,
    inbox: mpsc::Sender<Inbox>,
    keeper: mpsc::Sender<Said>,
) -> Result<(Peers, Vec<JoinHandle<()>>), StartError> {
    let mut secret = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(|error| StartError::Machine(error.to_string()))?;
    let identity = Identity::new(*secret, signer.public(), |tag, bytes| {
        signer.sign(tag, bytes)
    })?;
    let (news, mut heard) = mpsc::channel(INBOX / 4);
    let peers = Peers::start(
        PeerConfig {
            listen: config.listen,
            ..PeerConfig::default()
        },
        identity,
        news,
    )
    .await?;
    let task = tokio::spawn(async move {
        while let Some(news) = heard.recv().await {
            if let Some(said) = Said::of(&news) {
                let to_the_node = matches!(said, Said::Frame(..));
                // Where the keeper is busy, the peer says it again some time.
                let _ = keeper.try_send(said);
                if to_the_node {
                    continue;
                }
            }
            if inbox.send(Inbox::Peer(news)).await.is_err() {
                return;
            }
        }
    });
    Ok((peers, vec![task]))
}

fn tick(inbox: mpsc::Sender<Inbox>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if inbox.send(Inbox::Tick).await.is_err() {
                return;
            }
        }
    })
}

/// Where the log lies, for its writer and for all who read it. A log that failed is closed, and opened again.
#[derive(Clone)]
pub(crate) struct Shelf {
    open: Arc<OpenLog>,
    store: Arc<RwLock<Option<Store>>>,
}

impl Shelf {
    pub(crate) fn open(open: Arc<OpenLog>) -> Result<Self, OpenError> {
        let store = open()?;
        Ok(Self {
            open,
            store: Arc::new(RwLock::new(Some(store))),
        })
    }

    pub(crate) fn store(&self) -> Result<Store, Failure> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        store.clone().ok_or_else(|| Failure {
            code: codes::FROZEN,
            message: "the node is frozen: its log is closed until it can be written again".into(),
            todo: "make room on the disk or repair it".into(),
        })
    }

    pub(crate) fn close(&self) {
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Opens it again; while somebody still reads the one that failed, that is not possible.
    pub(crate) fn reopen(&self) -> Result<Store, OpenError> {
        self.close();
        let store = (self.open)()?;
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = Some(store.clone());
        Ok(store)
    }
}
