//! Backups while the node runs: sealed copies of the log, to a folder and to the peers, off the core's thread.

mod ask;
mod message;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use twinroot_abi::PublicKey;
use twinroot_client::Api;
use twinroot_client::api::Stage;
use twinroot_keyring::{BackupKey, Signer, seal, write_backup};
use twinroot_peer::{News, Peers};
use twinroot_types::{Tag, hash};

pub use ask::{AskError, backup_of_peer};
pub(crate) use message::NODE;
pub use message::NodeMessage;

use crate::config::BackupConfig;
use crate::core::Handle;
use crate::node::Shelf;
use message::KEPT_BYTES;
use shelf::Kept;

/// Name of the backups of a node in their folder.
pub const BACKUP_NAME: &str = "node";

/// What the keeper is told.
pub(crate) enum Said {
    /// A peer is there.
    Connected(PublicKey),
    /// It says something to the node itself.
    Frame(PublicKey, Vec<u8>),
    /// The node ends: a last backup is made, then this is answered.
    Stop(oneshot::Sender<()>),
}

impl Said {
    /// What of the peers' news is the keeper's business.
    pub(crate) fn of(news: &News) -> Option<Self> {
        match news {
            News::Connected { peer } => Some(Self::Connected(*peer)),
            News::Frame { peer, bytes } => bytes
                .strip_prefix(&NODE)
                .map(|rest| Self::Frame(*peer, rest.to_vec())),
            News::Lost { .. } => None,
        }
    }
}

/// What a keeper is made of.
pub(crate) struct Parts {
    pub(crate) config: BackupConfig,
    /// Where the peers' copies lie.
    pub(crate) kept: PathBuf,
    pub(crate) shelf: Shelf,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) peers: Peers,
    pub(crate) handle: Handle,
    pub(crate) commits: watch::Receiver<u64>,
}

/// A making of a backup takes at most one part in so many of the time.
const SHARE: u32 = 20;
/// How often is looked whether a peer lacks the newest copy.
const LOOK: Duration = Duration::from_secs(30);
/// After so long a backup that failed is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// Makes backups and keeps those of peers until it is told to stop.
pub(crate) async fn keep(parts: Parts, mut said: mpsc::Receiver<Said>) {
    let folder = parts.config.keep_for_peers.then(|| parts.kept.clone());
    let kept = Kept::new(folder);
    let mut commits = parts.commits.clone();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // What was written before this start may be in no backup.
    let now = Instant::now();
    let mut ending = false;
    let mut keeper = Keeper {
        key: None,
        copy: None,
        given: BTreeMap::new(),
        with: BTreeSet::new(),
        kept,
        covered: 0,
        due: Some(now + parts.usual_wait()),
        not_before: now,
        failing: false,
        parts,
    };
    loop {
        let due = keeper.due;
        tokio::select! {
            word = said.recv() => match word {
                Some(Said::Connected(peer)) => keeper.give(peer),
                Some(Said::Frame(peer, bytes)) => keeper.heard(peer, &bytes).await,
                Some(Said::Stop(done)) => {
                    if keeper.due.is_some() {
                        keeper.make().await;
                    }
                    // Whoever asked may be gone.
                    let _ = done.send(());
                    return;
                }
                None => return,
            },
            changed = commits.changed(), if !ending => match changed {
                Ok(()) => keeper.changed(*commits.borrow_and_update()),
                // The core is gone.
                Err(_) => ending = true,
            },
            () = sleep_until(due.unwrap_or(now)), if due.is_some() => keeper.make().await,
            _ = look.tick() => keeper.give_all().await,
        }
    }
}

struct Keeper {
    parts: Parts,
    key: Option<Arc<BackupKey>>,
    /// The newest copy, sealed, and its hash.
    copy: Option<(Arc<Vec<u8>>, [u8; 32])>,
    /// What each peer was given last, and when.
    given: BTreeMap<PublicKey, ([u8; 32], Instant)>,
    /// Peers that have a channel with this node.
    with: BTreeSet<PublicKey>,
    kept: Kept,
    /// Commits that are in the newest copy.
    covered: u64,
    due: Option<Instant>,
    not_before: Instant,
    failing: bool,
}

impl Parts {
    fn usual_wait(&self) -> Duration {
        Duration::from_secs(self.config.seconds)
    }

    fn peers_wait(&self) -> Duration {
        Duration::from_secs(self.config.peers_minutes.saturating_mul(60))
    }

    const fn wants_copies(&self) -> bool {
        self.config.folder.is_some() || self.config.peers
    }
}

impl Keeper {
    fn changed(&mut self, commits: u64) {
        let soon = if commits.saturating_sub(self.covered) >= self.parts.config.every {
            Instant::now()
        } else {
            Instant::now() + self.parts.usual_wait()
        };
        let due = self.due.map_or(soon, |due| due.min(soon));
        self.due = Some(due.max(self.not_before));
    }

    /// Makes a copy, puts it into the folder and gives it to the peers.
    async fn make(&mut self) {
        self.due = None;
        if !self.parts.wants_copies() {
            return;
        }
        let commits = *self.parts.commits.borrow();
        let begin = Instant::now();
        let made = self.sealed().await;
        let took = begin.elapsed();
        metrics::histogram!("twinroot_backup_seconds").record(took.as_secs_f64());
        let end = Instant::now();
        match made {
            Ok(copy) => {
                metrics::gauge!("twinroot_backup_bytes").set(size(copy.len()));
                metrics::counter!("twinroot_backups_total").increment(1);
                let name = hash(Tag::BACKUP, &[&copy]);
                self.copy = Some((copy, name));
                self.covered = commits;
                self.failing = false;
                let pause = if self.parts.config.folder.is_some() {
                    Duration::ZERO
                } else {
                    self.parts.peers_wait()
                };
                self.not_before = end + took.saturating_mul(SHARE).max(pause);
                self.give_all().await;
            }
            Err(why) => {
                metrics::counter!("twinroot_backups_failed_total").increment(1);
                tracing::warn!(why, "no backup could be made");
                self.not_before = end + AGAIN;
                self.due = Some(self.not_before);
                if !std::mem::replace(&mut self.failing, true) {
                    self.parts
                        .handle
                        .tell("backup_failed", format!("no backup could be made: {why}"))
                        .await;
                }
            }
        }
    }

    async fn sealed(&mut self) -> Result<Arc<Vec<u8>>, String> {
        let (shelf, signer) = (self.parts.shelf.clone(), self.parts.signer.clone());
        let (known, folder, keep) = (
            self.key.clone(),
            self.parts.config.folder.clone(),
            self.parts.config.keep,
        );
        let work = tokio::task::spawn_blocking(move || {
            let key = match known {
                Some(key) => key,
                None => Arc::new(BackupKey::of(&*signer).map_err(|error| error.to_string())?),
            };
            let export = shelf
                .store()
                .map_err(|failure| failure.message)?
                .export()
                .map_err(|error| error.to_string())?;
            let sealed = seal(&export, &key).map_err(|error| error.to_string())?;
            if let Some(folder) = folder {
                std::fs::create_dir_all(&folder)
                    .map_err(|error| format!("{}: {error}", folder.display()))?;
                write_backup(&folder, BACKUP_NAME, &sealed, keep)
                    .map_err(|error| error.to_string())?;
            }
            Ok::<_, String>((key, Arc::new(sealed)))
        });
        let (key, sealed) = work.await.map_err(|error| error.to_string())??;
        self.key = Some(key);
        Ok(sealed)
    }

    async fn give_all(&mut self) {
        self.look_at_channels().await;
        for peer in self.parts.peers.connected() {
            self.give(peer);
        }
    }

    /// Gives a peer the newest copy, unless it has that, or was given one a short while ago.
    fn give(&mut self, peer: PublicKey) {
        let Some((copy, name)) = &self.copy else {
            return;
        };
        if !self.parts.config.peers || !self.with.contains(&peer) {
            return;
        }
        let early = self
            .given
            .get(&peer)
            .is_some_and(|(given, at)| given == name || at.elapsed() < self.parts.peers_wait());
        if early {
            return;
        }
        if copy.len() > KEPT_BYTES {
            tracing::warn!(
                bytes = copy.len(),
                "the backup is too long for a peer to keep"
            );
            return;
        }
        match self
            .parts
            .peers
            .send(peer, NodeMessage::Keep(copy.to_vec()).frame())
        {
            Ok(()) => {
                self.given.insert(peer, (*name, Instant::now()));
            }
            Err(error) => tracing::debug!(%peer, %error, "not given"),
        }
    }

    async fn heard(&mut self, peer: PublicKey, bytes: &[u8]) {
        let Ok(message) = NodeMessage::decode(bytes) else {
            tracing::warn!(%peer, "a peer says something to the node that is no message");
            return;
        };
        let answer = match message {
            NodeMessage::Keep(copy) => {
                if !self.with.contains(&peer) {
                    self.look_at_channels().await;
                }
                if !self.with.contains(&peer) {
                    tracing::debug!(%peer, "somebody without a channel wants a backup kept");
                    return;
                }
                self.kept.keep(peer, copy).await
            }
            NodeMessage::Give => NodeMessage::Given(self.kept.of(peer).await),
            NodeMessage::Kept(name) => {
                tracing::debug!(%peer, newest = self.copy.as_ref().is_some_and(|(_, copy)| *copy == name), "the peer keeps the backup");
                metrics::counter!("twinroot_backups_kept_total").increment(1);
                return;
            }
            NodeMessage::NotKept(why) => {
                tracing::info!(%peer, why, "the peer does not keep the backup");
                // It is given again when it may be.
                if let Some((given, _)) = self.given.get_mut(&peer) {
                    *given = [0; 32];
                }
                return;
            }
            NodeMessage::Given(_) => return,
        };
        if let Err(error) = self.parts.peers.send(peer, answer.frame()) {
            tracing::debug!(%peer, %error, "not answered");
        }
    }

    /// Who has a channel with this node. A node that is frozen says nothing; what it said last counts.
    async fn look_at_channels(&mut self) {
        if let Ok(list) = self.parts.handle.list().await {
            self.with = list
                .iter()
                .filter(|one| !matches!(one.stage, Stage::Closed | Stage::Asked))
                .map(|one| one.peer.into())
                .collect();
            self.given.retain(|peer, _| self.with.contains(peer));
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; a backup is far below 2^52 bytes"
)]
const fn size(bytes: usize) -> f64 {
    bytes as f64
}
