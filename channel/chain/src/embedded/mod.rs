//! A ledger in this process.

mod follow;
mod mode;
mod operate;
mod replay;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use redb::backends::InMemoryBackend;
use tokio::sync::watch;
use twinroot_abi::{Hash, Height};
use twinroot_arbiter::Genesis;
use twinroot_exec::{Env, Execute};
use twinroot_store::Store;

pub use mode::{Clock, Mode};
pub use operate::To;
pub use replay::Progress;

use crate::dev;
use crate::error::FileError;
use crate::log::{Line, Log};
use crate::state::{State, name_of};
use crate::{Answer, ChainBackend, ChainError, News, Query, Status};

/// A ledger in this process, on a file or in memory. Copies are the same one.
#[derive(Clone)]
pub struct Embedded {
    inner: Arc<Mutex<Inner>>,
    execute: Arc<dyn Execute + Send + Sync>,
    mode: Mode,
    /// Counts whatever its followers are to see.
    changes: watch::Sender<u64>,
}

struct Inner {
    state: State,
    log: Log,
    /// Milliseconds that the ledger's time is ahead of the time outside, since blocks were made faster than time passes.
    ahead: u64,
    /// The last height that stayed, of each fork since the ledger was opened.
    forks: Vec<Height>,
    /// Why nothing can follow: what is in memory is not on the disk.
    stopped: Option<ChainError>,
}

impl Embedded {
    /// The ledger in the file at `path`; a new one that begins with `genesis` where there is none. The file is locked as long as the
    /// ledger is there. `progress` hears of each block that is made again.
    ///
    /// # Errors
    /// [`FileError`]; the file is as it was.
    pub fn open(
        path: &Path,
        genesis: impl FnOnce() -> Genesis,
        mode: Mode,
        execute: Arc<dyn Execute + Send + Sync>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, FileError> {
        Self::on(Store::open(path)?, genesis, mode, execute, progress)
    }

    /// A new ledger in memory, which is gone with it.
    ///
    /// # Errors
    /// [`FileError::Genesis`].
    pub fn in_memory(
        genesis: Genesis,
        mode: Mode,
        execute: Arc<dyn Execute + Send + Sync>,
    ) -> Result<Self, FileError> {
        Self::on(
            Store::create_on(InMemoryBackend::new())?,
            || genesis,
            mode,
            execute,
            &mut |_| {},
        )
    }

    /// Makes a ledger's file at `path` of what [`Embedded::export`] gave.
    ///
    /// # Errors
    /// [`FileError`]; nothing was made then.
    pub fn import(path: &Path, export: &[u8]) -> Result<(), FileError> {
        let store = Store::import(path, export)?;
        Log(store).genesis().map(drop)
    }

    fn on(
        store: Store,
        genesis: impl FnOnce() -> Genesis,
        mode: Mode,
        execute: Arc<dyn Execute + Send + Sync>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, FileError> {
        let log = Log(store);
        if log.is_empty()? {
            let genesis = genesis();
            State::new(genesis.clone())?;
            log.write(&[Line::Begin(genesis)])?;
        }
        let state = replay::replay(&log, &log.outline()?, &*execute, progress)?;
        // Time goes on where it stood, also where the clock was set back meanwhile.
        let ahead = mode
            .now()
            .map_or(0, |now| state.block().time.0.saturating_sub(now.0));
        let inner = Inner {
            state,
            log,
            ahead,
            forks: Vec::new(),
            stopped: None,
        };
        let changes = watch::channel(0).0;
        Ok(Self {
            inner: Arc::new(Mutex::new(inner)),
            execute,
            mode,
            changes,
        })
    }

    /// Includes a transaction in the present block, and says its name once it is on the disk.
    ///
    /// # Errors
    /// [`ChainError::Rejected`], [`ChainError::Unreachable`] where the disk fails.
    pub fn include(&self, transaction: Vec<u8>) -> Result<Hash, ChainError> {
        self.include_in(self.running()?, transaction)
    }

    fn include_in(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        transaction: Vec<u8>,
    ) -> Result<Hash, ChainError> {
        // Whoever did not hear the answer asks again.
        if let Some(name) =
            name_of(&transaction).filter(|name| inner.state.included(*name).is_some())
        {
            return Ok(name);
        }
        let name = inner.state.include(&transaction, &*self.execute)?;
        let mut lines = vec![Line::Transaction(transaction)];
        if self.mode.ends_block_at_once() {
            lines.push(inner.advance(&self.mode));
        }
        inner.write(&lines)?;
        drop(inner);
        if lines.len() > 1 {
            self.tell();
        }
        Ok(name)
    }

    /// Its answer to a question.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] where the disk failed.
    pub fn answer(&self, query: Query) -> Result<Answer, ChainError> {
        Ok(self.running()?.state.answer(query))
    }

    /// Where it stands.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] where the disk failed.
    pub fn stands(&self) -> Result<Status, ChainError> {
        let inner = self.running()?;
        Ok(Status {
            chain: inner.state.ledger().chain(),
            block: inner.state.block(),
            block_ms: self.mode.block_ms(),
            faucet: inner.state.was_given(dev::faucet().public()),
        })
    }

    /// The newest of these blocks that is still one of the ledger's.
    pub(crate) fn newest_of(&self, known: &[Env]) -> Option<Height> {
        self.lock().state.newest_of(known)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> Result<MutexGuard<'_, Inner>, ChainError> {
        let inner = self.lock();
        match &inner.stopped {
            Some(error) => Err(error.clone()),
            None => Ok(inner),
        }
    }

    fn tell(&self) {
        self.changes
            .send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// Runs what waits for the disk or carries out contracts beside the tasks of the runtime.
    pub(crate) fn beside<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Self) -> Result<T, ChainError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, ChainError>> {
        let ledger = self.clone();
        tokio::task::spawn_blocking(move || run(&ledger))
            .map(|done| {
                done.unwrap_or_else(|error| Err(ChainError::Unreachable(error.to_string())))
            })
            .boxed()
    }
}

impl Inner {
    /// Ends the present block, and says the line that does so.
    fn advance(&mut self, mode: &Mode) -> Line {
        let before = self.state.block().time.0;
        let time = match mode.now() {
            Some(now) => now.0.saturating_add(self.ahead),
            None => before.saturating_add(mode.step()),
        };
        let block = self.state.advance(twinroot_abi::TimeMs(time));
        Line::Block {
            time: block.time,
            hash: block.block,
        }
    }

    /// Writes what memory has already. If that fails, nobody may see what memory has.
    fn write(&mut self, lines: &[Line]) -> Result<(), ChainError> {
        self.log.write(lines).map_err(|error| {
            let error = ChainError::from(error);
            self.stopped = Some(error.clone());
            error
        })
    }
}

impl ChainBackend for Embedded {
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>> {
        self.beside(|ledger| ledger.include(transaction))
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>> {
        self.beside(move |ledger| ledger.answer(query))
    }

    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        self.follow(from)
    }

    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>> {
        self.beside(Self::stands)
    }
}
