//! What all links share: they run as long as they are held, and come back after they were lost.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio_util::task::AbortOnDropHandle;

use crate::LinkState;

/// A link that runs until this is dropped. Nothing is lost with it: what was not acknowledged comes again.
#[derive(Debug)]
#[must_use = "the link ends when this is dropped"]
pub struct Running {
    _task: AbortOnDropHandle<()>,
}

impl Running {
    pub(crate) fn start(link: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            _task: AbortOnDropHandle::new(tokio::spawn(link)),
        }
    }
}

/// Why a connection ended.
#[derive(Debug)]
pub(crate) struct Lost {
    reason: String,
    /// Whether it was of use before, so that the next attempt need not wait long.
    was_of_use: bool,
}

impl Lost {
    /// It was never of use, or what is wrong would be wrong again at once.
    pub(crate) fn at_once(reason: impl ToString) -> Self {
        Self {
            reason: reason.to_string(),
            was_of_use: false,
        }
    }

    pub(crate) fn after(was_of_use: bool, reason: impl ToString) -> Self {
        Self {
            reason: reason.to_string(),
            was_of_use,
        }
    }
}

/// The pauses between one connection and the next: longer after each attempt in vain, by chance more or
/// less, so that not all come at once when a broker is back.
pub(crate) struct Pauses(ExponentialBackoff);

impl Pauses {
    pub(crate) fn new() -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .with_jitter()
            .without_max_times();
        Self(waits.build())
    }

    /// How long the next one is.
    pub(crate) fn next(&mut self) -> Duration {
        self.0.next().unwrap_or(LONGEST)
    }

    /// Tells that a connection was lost, and waits before the next one.
    pub(crate) async fn after(&mut self, lost: Lost, tell: impl FnOnce(LinkState)) {
        if lost.was_of_use {
            *self = Self::new();
        }
        tell(LinkState::Down {
            reason: lost.reason,
        });
        tokio::time::sleep(self.next()).await;
    }
}

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);
