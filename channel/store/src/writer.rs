//! The log's own thread: one commit for all that waits.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Batch, Store, WriteError};

/// Writes batches in the order in which they are given. While one commit is made the next batches wait, and all that wait go into
/// the next commit.
///
/// After a commit that failed nothing more is written: what half failed must not be followed by something later that
/// did not. Every later ticket fails; a new writer is started on the store opened again.
#[derive(Debug)]
pub struct Writer {
    /// There until the writer is dropped.
    queue: Option<Sender<(u64, Batch)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It calls `done` after each commit; what that does, the next commit waits for.
    pub fn start(store: Store, done: impl Fn(Written) + Send + 'static) -> Self {
        let (queue, waiting) = channel();
        #[expect(
            clippy::disallowed_methods,
            reason = "the disk is waited for here, so that nobody else has to"
        )]
        let thread = std::thread::spawn(move || run(&store, &waiting, &done));
        Self {
            queue: Some(queue),
            thread: Some(thread),
        }
    }

    /// Has a batch written after all before it. `done` is told of the ticket, with others that went the same way.
    pub fn write(&self, ticket: u64, batch: Batch) {
        if let Some(queue) = &self.queue {
            // The thread ends early only where `done` panicked; then nobody is left to be told.
            let _ = queue.send((ticket, batch));
        }
    }

    /// Writes all that waits and ends the thread. Dropping the writer does the same.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of `done` was reported where it happened.
            let _ = thread.join();
        }
    }
}

/// What became of some tickets.
#[derive(Clone, Debug)]
pub struct Written {
    /// The first ticket of them.
    pub first: u64,
    /// The last ticket of them, in the order in which they were given.
    pub last: u64,
    /// How many they are.
    pub batches: usize,
    /// How long the commit took.
    pub took: Duration,
    /// Whether all of them are on the disk; else none of them counts.
    pub result: Result<(), WriteError>,
}

#[expect(
    clippy::disallowed_types,
    reason = "it is measured here how long the disk takes"
)]
fn run(store: &Store, waiting: &Receiver<(u64, Batch)>, done: &impl Fn(Written)) {
    let mut failed = false;
    while let Ok((first, batch)) = waiting.recv() {
        let (mut last, mut batches) = (first, vec![batch]);
        for (ticket, batch) in waiting.try_iter() {
            last = ticket;
            batches.push(batch);
        }
        let start = std::time::Instant::now();
        let result = if failed {
            Err(WriteError::Stopped)
        } else {
            store.write(&batches)
        };
        failed |= result.is_err();
        done(Written {
            first,
            last,
            batches: batches.len(),
            took: start.elapsed(),
            result,
        });
    }
}
