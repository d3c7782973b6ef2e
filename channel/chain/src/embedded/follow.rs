//! The blocks as they come.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::watch;
use twinroot_abi::Height;

use super::Embedded;
use crate::{ChainError, News};

/// Where a follower stands.
struct Follower {
    ledger: Embedded,
    changes: watch::Receiver<u64>,
    next: Height,
    /// Forks that it knows of.
    forks: usize,
}

impl Embedded {
    pub(crate) fn follow(&self, from: Height) -> BoxStream<'static, Result<News, ChainError>> {
        let forks = self.lock().forks.len();
        let follower = Follower {
            ledger: self.clone(),
            changes: self.changes.subscribe(),
            next: from,
            forks,
        };
        stream::unfold(follower, |mut follower| async {
            let news = follower.news().await?;
            Some((Ok(news), follower))
        })
        .boxed()
    }
}

impl Follower {
    async fn news(&mut self) -> Option<News> {
        loop {
            self.changes.mark_unchanged();
            if let Some(news) = self.at_hand() {
                return Some(news);
            }
            // The ledger is in this very follower, so somebody can always tell of a change.
            self.changes.changed().await.ok()?;
        }
    }

    fn at_hand(&mut self) -> Option<News> {
        let inner = self.ledger.lock();
        for stayed in inner.forks.iter().skip(self.forks) {
            self.next = self.next.min(Height(stayed.0.saturating_add(1)));
        }
        self.forks = inner.forks.len();
        // What is not on the disk never happened.
        let news = inner
            .state
            .news(self.next)
            .filter(|_| inner.stopped.is_none())?;
        self.next = Height(self.next.0.saturating_add(1));
        Some(news)
    }
}
