//! Getting the money out with nothing but the folder, the key and a chain.
//!
//! A node runs that listens to nobody and agrees to nothing. It closes every channel at the newest state it has, answers
//! what the peer posts, and settles when the time has come. All that it needs to know is in its log and on the ledger, so it
//! can be stopped and begun again at any time. With a backup, [`crate::restore`] comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use twinroot_chain::ChainBackend;
use twinroot_client::api::{Close, Event, Events, Id, Stage, Summary};
use twinroot_client::{Api, Failure};
use twinroot_exec::Execute;
use twinroot_keyring::Signer;

use crate::config::{BackupConfig, Config, PolicyConfig};
use crate::core::{Handle, codes};
use crate::node::{LOG, Node, StartError};

/// What became of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub channel: Id,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a channel that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has paid out.
    PaidOut,
    /// It was offered and never agreed to: no coins are in it.
    NothingLocked,
    /// Its party has stopped; it says why.
    Stuck(String),
}

/// Why nothing is got out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExitError {
    /// There is no log.
    #[error("{} is not there: restore a backup first", .0.display())]
    NoLog(PathBuf),
    /// The node does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The node stopped or cannot write its log.
    #[error("the node stopped: {0}")]
    Stopped(Failure),
}

/// How often is looked how the channels stand.
const LOOK: Duration = Duration::from_millis(500);
/// Blocks after which a close that is not there is asked for again.
const AGAIN: u64 = 3;

/// Closes every channel of the log in `folder` and waits until all have paid out. `tell` hears of everything that happens.
///
/// # Errors
/// [`ExitError`]. Begun again, it goes on where it stood.
pub async fn exit(
    folder: &Path,
    config: &Config,
    execute: Arc<dyn Execute + Send + Sync>,
    signer: Arc<dyn Signer>,
    chain: Arc<dyn ChainBackend>,
    mut tell: impl FnMut(&Event) + Send,
) -> Result<Vec<Left>, ExitError> {
    let log = folder.join(LOG);
    if !log.exists() {
        return Err(ExitError::NoLog(log));
    }
    let node = Node::start(folder, &alone(config), execute, signer, chain).await?;
    let handle = node.handle();
    let done = leave(&handle, &mut tell).await;
    node.stop().await;
    done.map_err(ExitError::Stopped)
}

/// The user's settings, without a door and without consent.
fn alone(config: &Config) -> Config {
    Config {
        listen: None,
        api: None,
        metrics: None,
        policy: PolicyConfig {
            settle: true,
            sign: Vec::new(),
            accept_offers: false,
            force_after: None,
            ..config.policy.clone()
        },
        backup: BackupConfig {
            folder: None,
            peers: false,
            ..config.backup.clone()
        },
        ..config.clone()
    }
}

async fn leave(
    handle: &Handle,
    tell: &mut (impl FnMut(&Event) + Send),
) -> Result<Vec<Left>, Failure> {
    let after = handle.status().await?.last_event;
    let mut list = handle.list().await?;
    list.retain(|one| one.stage != Stage::Closed);
    let is_open = |one: &&Summary| matches!(one.stage, Stage::Open | Stage::Closing);
    let mut leaving = Leaving {
        handle,
        open: list.iter().map(|one| one.channel).collect(),
        seen: list.iter().filter(is_open).map(|one| one.channel).collect(),
        asked: BTreeMap::new(),
    };
    let mut events = handle.follow(Events {
        after: Some(after),
        limit: None,
        channel: None,
    });
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            Some(event) = events.next() => tell(&event),
            _ = look.tick() => {
                if let Some(left) = leaving.look().await? {
                    // What led here was told by now, or is told here.
                    while let Ok(Some(event)) = tokio::time::timeout(LOOK, events.next()).await {
                        tell(&event);
                    }
                    return Ok(left);
                }
            }
        }
    }
}

struct Leaving<'a> {
    handle: &'a Handle,
    /// The channels that were not over at the beginning.
    open: Vec<Id>,
    /// Those that the ledger has opened.
    seen: BTreeSet<Id>,
    /// The height at which a close was asked for last.
    asked: BTreeMap<Id, u64>,
}

impl Leaving<'_> {
    /// Does what can be done now; what became of the channels, if that is all.
    async fn look(&mut self) -> Result<Option<Vec<Left>>, Failure> {
        let height = self.handle.status().await?.height;
        let list: BTreeMap<Id, Summary> = self
            .handle
            .list()
            .await?
            .into_iter()
            .map(|one| (one.channel, one))
            .collect();
        let mut left = Vec::new();
        for channel in self.open.clone() {
            let Some(summary) = list.get(&channel) else {
                continue;
            };
            if matches!(summary.stage, Stage::Open | Stage::Closing) {
                self.seen.insert(channel);
            }
            let outcome = match summary.stage {
                Stage::Closed if self.seen.contains(&channel) => Some(Outcome::PaidOut),
                Stage::Closed | Stage::Asked => Some(Outcome::NothingLocked),
                // The ledger may still open it, up to the last height of its terms.
                Stage::Offered | Stage::Opening | Stage::Closing => None,
                Stage::Open => self.close(channel, height).await,
            };
            left.extend(outcome.map(|outcome| Left { channel, outcome }));
        }
        Ok((left.len() == self.open.len()).then_some(left))
    }

    async fn close(&mut self, channel: Id, height: u64) -> Option<Outcome> {
        if self
            .asked
            .get(&channel)
            .is_some_and(|asked| height < asked.saturating_add(AGAIN))
        {
            return None;
        }
        match self
            .handle
            .close(Close {
                channel,
                solo: true,
            })
            .await
        {
            Ok(()) => {
                self.asked.insert(channel, height);
                None
            }
            // Its party has stopped, and begins no more by itself.
            Err(failure) if failure.code == codes::BROKEN => Some(Outcome::Stuck(failure.message)),
            Err(failure) => {
                tracing::debug!(%channel, %failure, "not closed yet");
                None
            }
        }
    }
}
