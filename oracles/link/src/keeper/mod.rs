//! One task for each feed: it owns the evidence, and everything that comes in or goes out passes it.
//!
//! ```text
//! links -------- Keeper::deliver ---> [bounded] ---> Desk: verify, append, fsync ---> Receipt: acknowledge
//! readers ------ since, overview ---> [channel]        |
//! subscribers <------------------------ [ring] <------ Event: new, gap, refused, equivocation, ...
//! ```
//!
//! A link acknowledges to whoever sent a message only when its receipt says that the message is on
//! disk, so that a crash or a full disk makes the sender send it again (docs/spec/oracles.md, 10.2).
//! Nobody who is slow holds up the others: a link waits for room, a subscriber is told what it
//! missed and asks for it.

mod desk;
mod event;
mod evidence;
mod follow;
mod ordered;

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot};
use twinroot_feed::{Feed, OpenError};

use crate::{Arrival, Dropped, LogError, Page, Place, Stretch};

pub use desk::Overview;
use desk::{Delivery, Desk};
pub use event::{Event, Events, LinkState, Origin};
pub use evidence::Evidence;
pub use follow::{Follower, Notice};
pub use ordered::{Ordered, Turn};

/// A handle on the task that keeps the evidence of one feed. The task ends with the last handle.
#[derive(Clone, Debug)]
pub struct Keeper {
    feed: Arc<Feed>,
    asks: mpsc::Sender<Ask>,
    events: broadcast::Sender<Event>,
}

/// What can be asked of the task.
#[derive(Debug)]
enum Ask {
    Keep(Delivery, oneshot::Sender<Result<Kept, Unkept>>),
    Since(Place, oneshot::Sender<Page>),
    Missing(oneshot::Sender<Vec<Stretch>>),
    Overview(oneshot::Sender<Overview>),
    DropBefore(Place, oneshot::Sender<Result<Dropped, Unkept>>),
}

impl Keeper {
    /// Starts the task, on the runtime of whoever calls.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(evidence: Evidence) -> Self {
        let (asks, inbox) = mpsc::channel(INBOX);
        let (events, _) = broadcast::channel(RING);
        let feed = Arc::new(evidence.verifier().feed().clone());
        tokio::spawn(run(
            Box::new(Desk::new(evidence)),
            inbox,
            events.clone().downgrade(),
        ));
        Self { feed, asks, events }
    }

    /// Whose evidence it keeps.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Gives the bytes of a message in, waiting as long as too many others wait. Whether they are one of
    /// the feed, and whether they are on disk, the receipt says.
    ///
    /// # Errors
    /// [`Closed`] where the task ended.
    pub async fn deliver(&self, from: &Origin, mut message: Vec<u8>) -> Result<Receipt, Closed> {
        if message.len() > MESSAGE_LIMIT {
            // Too long it stays with one byte too many, and what waits is bounded.
            message.truncate(MESSAGE_LIMIT + 1);
            message.shrink_to_fit();
        }
        let (answer, receipt) = oneshot::channel();
        let from = from.clone();
        let ask = Ask::Keep(Delivery { from, message }, answer);
        self.asks.send(ask).await.map_err(|_| Closed)?;
        Ok(Receipt(receipt))
    }

    /// Gives messages in and waits until all are on disk or refused, so that a source that can be asked again
    /// is not asked for more than can be stored.
    ///
    /// # Errors
    /// [`Unkept`]: at least one is not on disk, and whoever sent them has to send them again.
    pub async fn deliver_all(
        &self,
        from: &Origin,
        messages: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<(), Unkept> {
        let mut receipts = Vec::new();
        for message in messages {
            receipts.push(self.deliver(from, message).await?);
        }
        for receipt in receipts {
            receipt.done().await?;
        }
        Ok(())
    }

    /// The events from now on. Whoever also wants what was before subscribes first and asks [`since`](Self::since) then.
    #[must_use]
    pub fn subscribe(&self) -> Events {
        Events::new(self.events.subscribe())
    }

    /// The messages from `from` on, that place included, and then what comes; without a place what comes only.
    ///
    /// # Errors
    /// [`Closed`] where the task ended.
    pub async fn follow(&self, from: Option<Place>) -> Result<Follower, Closed> {
        Follower::start(self.clone(), from).await
    }

    /// All messages in the order of their places, from the first one on; what is missing is waited for.
    #[must_use]
    pub fn in_order(&self) -> Ordered {
        Ordered::start(self.clone())
    }

    /// The messages from `place` on, that place included, as many as a page has room for.
    ///
    /// # Errors
    /// [`Closed`] where the task ended.
    pub async fn since(&self, place: Place) -> Result<Page, Closed> {
        self.ask(|answer| Ask::Since(place, answer)).await
    }

    /// What is missing, and where what is new begins: what a backfill asks for.
    ///
    /// # Errors
    /// [`Closed`] where the task ended.
    pub async fn missing(&self) -> Result<Vec<Stretch>, Closed> {
        self.ask(Ask::Missing).await
    }

    /// How things stand.
    ///
    /// # Errors
    /// [`Closed`] where the task ended.
    pub async fn overview(&self) -> Result<Overview, Closed> {
        self.ask(Ask::Overview).await
    }

    /// Drops for good what lies before `place`, in memory and in the log, as [`Log::drop_before`](crate::Log::drop_before) does:
    /// what no judge will be shown any more. Whoever follows the feed from there on is told of it.
    ///
    /// # Errors
    /// [`Unkept`]: the disk did not do it, or the task ended.
    pub async fn drop_before(&self, place: Place) -> Result<Dropped, Unkept> {
        self.ask(|answer| Ask::DropBefore(place, answer)).await?
    }

    /// Tells the subscribers that a link came up or went down.
    pub fn tell(&self, from: &Origin, state: LinkState) {
        // Nobody listens: nobody needs to know.
        drop(self.events.send(Event::Link {
            from: from.clone(),
            state,
        }));
    }

    async fn ask<A>(&self, ask: impl FnOnce(oneshot::Sender<A>) -> Ask) -> Result<A, Closed> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(ask(answer)).await.map_err(|_| Closed)?;
        answered.await.map_err(|_| Closed)
    }
}

/// The task. The desk works on a thread on which it may wait for the disk and for all cores.
async fn run(
    mut desk: Box<Desk>,
    mut inbox: mpsc::Receiver<Ask>,
    events: broadcast::WeakSender<Event>,
) {
    let mut asks = Vec::with_capacity(INBOX);
    while inbox.recv_many(&mut asks, INBOX).await > 0 {
        let mut deliveries = Vec::new();
        let mut answers = Vec::new();
        let mut questions = Vec::new();
        for ask in asks.drain(..) {
            match ask {
                Ask::Keep(delivery, answer) => {
                    deliveries.push(delivery);
                    answers.push(answer);
                }
                question => questions.push(question),
            }
        }
        if !deliveries.is_empty() {
            let taken = tokio::task::spawn_blocking(move || {
                let taken = desk.take(deliveries);
                (desk, taken)
            });
            // Only where the runtime shuts down.
            let Ok((back, taken)) = taken.await else {
                return;
            };
            desk = back;
            for (answer, result) in answers.into_iter().zip(taken.results) {
                // A link that went away needs no receipt.
                drop(answer.send(result));
            }
            if let Some(events) = events.upgrade() {
                for event in taken.events {
                    drop(events.send(event));
                }
            }
        }
        for question in questions {
            if let Ask::DropBefore(place, answer) = question {
                let dropping = tokio::task::spawn_blocking(move || {
                    let dropped = desk.drop_before(place).map_err(Unkept::Log);
                    (desk, dropped)
                });
                let Ok((back, dropped)) = dropping.await else {
                    return;
                };
                desk = back;
                drop(answer.send(dropped));
            } else {
                answer(&desk, question);
            }
        }
    }
}

/// Whoever asked and went away needs no answer.
fn answer(desk: &Desk, question: Ask) {
    match question {
        Ask::Since(place, answer) => drop(answer.send(desk.store().page(place, PAGE))),
        Ask::Missing(answer) => drop(answer.send(desk.store().missing())),
        Ask::Overview(answer) => drop(answer.send(desk.overview())),
        // These are no questions, and were taken out before.
        Ask::Keep(..) | Ask::DropBefore(..) => {}
    }
}

/// Says what became of a message, once it is known.
#[derive(Debug)]
pub struct Receipt(oneshot::Receiver<Result<Kept, Unkept>>);

impl Receipt {
    /// Waits until the message is on disk, or refused. Only then does a link acknowledge it.
    ///
    /// # Errors
    /// [`Unkept`]: it is not on disk, and whoever sent it has to send it again.
    pub async fn done(self) -> Result<Kept, Unkept> {
        self.0.await.unwrap_or(Err(Unkept::Closed(Closed)))
    }
}

/// What became of a message that need not be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The feed signed it; what the store says of it.
    Signed(Arrival),
    /// It breaks a rule, so it was not stored; sent again it would be refused again.
    Refused(OpenError),
}

/// Why the disk is not as it should be: a message that was delivered is not on it, or what was to be dropped still is.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unkept {
    /// The disk did not take it.
    #[error(transparent)]
    Log(Arc<LogError>),
    /// The task ended before.
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// The task that keeps the feed has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keeper of the feed has ended")]
pub struct Closed;

/// Bytes of the longest message that links pass on (docs/spec/oracles.md, 10.1). Whether it is one, its feed tells.
pub const MESSAGE_LIMIT: usize = 512;
/// Messages and questions that wait at most. With what a batch has in work, less than 1 MB.
const INBOX: usize = 1024;
/// Events that a subscriber may be behind before it misses some.
const RING: usize = 1024;
/// Messages of a page at most.
pub(crate) const PAGE: usize = 256;
