//! A ledger in another process.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::sleep;
use twinroot_abi::{Amount, Hash, Height, PublicKey};
use twinroot_exec::Env;
use twinroot_rpc::{Client, Endpoint, Subscription};

use crate::methods::{
    self, Ask, At, Blocks, Exported, Fund, Known, Mine, Nothing, Rollback, Snapshot, Submit,
    Submitted, Warp,
};
use crate::{Answer, ChainBackend, ChainError, News, Query, Status, To};

/// A ledger in another process. Copies share the connection, which is made when it is needed and again when it was lost.
#[derive(Clone, Debug)]
pub struct Remote {
    endpoint: Endpoint,
    connection: Arc<Mutex<Option<Client>>>,
}

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Waits between attempts.
const WAITS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(LONGEST_WAIT)
    .with_jitter();
/// Attempts to ask again: a few seconds, in which a ledger is started again.
const TRIES: usize = 8;
/// Blocks that a subscriber remembers, to go on where it stood: more than any fork that a channel lives through.
const KNOWN: usize = 64;

impl Remote {
    /// The ledger that listens there, or will.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            connection: Arc::default(),
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// As [`crate::Embedded::mine`].
    ///
    /// # Errors
    /// [`ChainError`]; after [`ChainError::Unreachable`] it is not known whether it was done, here and below.
    pub async fn mine(&self, blocks: u64) -> Result<Env, ChainError> {
        self.once::<_, At>(methods::MINE, &Mine { blocks })
            .await
            .map(|at| at.block)
    }

    /// As [`crate::Embedded::warp`].
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn warp(&self, height: Height) -> Result<Env, ChainError> {
        self.once::<_, At>(methods::WARP, &Warp { height })
            .await
            .map(|at| at.block)
    }

    /// As [`crate::Embedded::snapshot`].
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn snapshot(&self, name: &str) -> Result<Env, ChainError> {
        self.once::<_, At>(
            methods::SNAPSHOT,
            &Snapshot {
                name: name.to_owned(),
            },
        )
        .await
        .map(|at| at.block)
    }

    /// As [`crate::Embedded::rollback`].
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn rollback(&self, to: &To) -> Result<Env, ChainError> {
        self.once::<_, At>(methods::ROLLBACK, &Rollback { to: to.clone() })
            .await
            .map(|at| at.block)
    }

    /// As [`crate::Embedded::fund`].
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn fund(&self, key: PublicKey, amount: Amount) -> Result<Hash, ChainError> {
        self.once::<_, Submitted>(methods::FUND, &Fund { key, amount })
            .await
            .map(|done| done.transaction)
    }

    /// As [`crate::Embedded::export`].
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn export(&self) -> Result<Vec<u8>, ChainError> {
        self.again::<_, Exported>(methods::EXPORT, &Nothing {})
            .await
            .map(|exported| exported.ledger)
    }

    async fn once<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<R, ChainError> {
        Ok(self.connected().await?.call(method, params).await?)
    }

    /// Asks until there is an answer, or there was none for long. For what may be done twice.
    async fn again<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<R, ChainError> {
        let mut waits = WAITS.with_max_times(TRIES).build();
        loop {
            let error = match self.once(method, params).await {
                Err(error @ ChainError::Unreachable(_)) => error,
                other => return other,
            };
            let Some(wait) = waits.next() else {
                return Err(error);
            };
            sleep(wait).await;
        }
    }

    async fn connected(&self) -> Result<Client, ChainError> {
        let mut connection = self.connection.lock().await;
        if let Some(open) = connection
            .as_ref()
            .filter(|open| open.closed().now_or_never().is_none())
        {
            return Ok(open.clone());
        }
        let open = Client::connect(&self.endpoint, None).await?;
        Ok(connection.insert(open).clone())
    }
}

impl ChainBackend for Remote {
    /// A transaction that is included is not included again, so it may be posted twice.
    fn submit(&self, transaction: Vec<u8>) -> BoxFuture<'_, Result<Hash, ChainError>> {
        async move {
            let done: Submitted = self.again(methods::SUBMIT, &Submit { transaction }).await?;
            Ok(done.transaction)
        }
        .boxed()
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Result<Answer, ChainError>> {
        async move { self.again(methods::QUERY, &Ask { query }).await }.boxed()
    }

    fn blocks(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        let following = Following {
            remote: self.clone(),
            from,
            known: VecDeque::new(),
            items: None,
            wait: None,
        };
        stream::unfold(following, |mut following| async {
            let news = following.next().await;
            Some((news, following))
        })
        .boxed()
    }

    fn status(&self) -> BoxFuture<'_, Result<Status, ChainError>> {
        async move { self.again(methods::STATUS, &Nothing {}).await }.boxed()
    }
}

/// A subscription that lives longer than its connection.
struct Following {
    remote: Remote,
    from: Height,
    /// The newest blocks that were told, the last one last.
    known: VecDeque<Env>,
    items: Option<Subscription<News>>,
    /// Waits until the next attempts, after one that failed.
    wait: Option<backon::ExponentialBackoff>,
}

impl Following {
    /// The next block, or why there is none yet.
    async fn next(&mut self) -> Result<News, ChainError> {
        loop {
            if let Some(waits) = &mut self.wait {
                sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
            }
            match self.try_next().await {
                Ok(Some(news)) => {
                    self.wait = None;
                    self.note(news.block);
                    return Ok(news);
                }
                failed => {
                    self.items = None;
                    let is_first = self.wait.is_none();
                    self.wait
                        .get_or_insert_with(|| WAITS.without_max_times().build());
                    // Once for each time that it is away.
                    if let (true, Err(error)) = (is_first, failed) {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn try_next(&mut self) -> Result<Option<News>, ChainError> {
        if self.items.is_none() {
            let known = self.known.iter().copied().map(Known).collect();
            let client = self.remote.connected().await?;
            self.items = Some(
                client
                    .subscribe(
                        methods::BLOCKS,
                        &Blocks {
                            from: self.from,
                            known,
                        },
                    )
                    .await?,
            );
        }
        let Some(items) = &mut self.items else {
            return Ok(None);
        };
        Ok(items.next().await.transpose()?)
    }

    fn note(&mut self, block: Env) {
        // What it replaces is known no more.
        while self
            .known
            .back()
            .is_some_and(|last| last.height >= block.height)
        {
            self.known.pop_back();
        }
        self.known.push_back(block);
        if self.known.len() > KNOWN {
            self.known.pop_front();
        }
    }
}
