//! The connection of a client: one task that gives each answer to who asked.

use core::time::Duration;
use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::select;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::CallError;
use crate::message::{self, UNSUBSCRIBE};
use crate::socket::Socket;
use crate::{Fault, Incoming, read_incoming};

/// What the task is asked to do.
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) params: Value,
    pub(crate) wanted: Wanted,
}

/// Where an answer goes.
pub(crate) enum Wanted {
    Answer(oneshot::Sender<Result<Value, CallError>>),
    Items(oneshot::Sender<Result<mpsc::Receiver<Result<Value, CallError>>, CallError>>),
}

/// Items of one subscription that wait to be taken; then it ends, since one that is slow must not stop the others.
const WAITING: usize = 4_096;
/// Longest time without a sign from the server, which is asked for one three times in it.
const SILENCE: Duration = Duration::from_secs(60);

pub(crate) async fn run(mut socket: WebSocketStream<Socket>, mut asks: mpsc::Receiver<Ask>) {
    let mut link = Link::default();
    let mut heartbeat = interval(SILENCE / 3);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    let why = loop {
        let out = select! {
            ask = asks.recv() => match ask {
                Some(ask) => link.ask(ask),
                None => break None,
            },
            _ = heartbeat.tick() => {
                if heard.elapsed() > SILENCE {
                    break Some("it is silent".to_owned());
                }
                Message::Ping(Vec::new().into())
            }
            frame = socket.next() => {
                heard = Instant::now();
                let answer = match frame {
                    Some(Ok(Message::Text(text))) => link.take(text.as_str()),
                    Some(Ok(Message::Close(_))) | None => break None,
                    Some(Ok(_)) => Ok(None),
                    Some(Err(error)) => break Some(error.to_string()),
                };
                match answer {
                    Ok(Some(out)) => out,
                    Ok(None) => match link.sweep() {
                        Some(out) => out,
                        None => continue,
                    },
                    Err(why) => break Some(why),
                }
            }
        };
        match timeout(SILENCE, socket.send(out)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => break Some(error.to_string()),
            Err(_) => break Some("it takes nothing".to_owned()),
        }
    };
    link.end(why);
    drop(timeout(Duration::from_secs(1), socket.close(None)).await);
}

#[derive(Default)]
struct Link {
    next: u64,
    wanted: BTreeMap<u64, Wanted>,
    running: BTreeMap<u64, mpsc::Sender<Result<Value, CallError>>>,
    /// What the server said of a request that it could not read, which it does before it hangs up.
    said: Option<Fault>,
}

impl Link {
    fn ask(&mut self, ask: Ask) -> Message {
        self.next = self.next.saturating_add(1);
        self.wanted.insert(self.next, ask.wanted);
        Message::text(message::request(self.next, &ask.method, &ask.params))
    }

    /// What follows from a message, or why the connection cannot go on.
    fn take(&mut self, text: &str) -> Result<Option<Message>, String> {
        match read_incoming(text).ok_or("it says what no server of this protocol says")? {
            Incoming::Answer {
                id: Some(id),
                result,
            } => Ok(self.answer(id, result)),
            Incoming::Answer { id: None, result } => {
                self.said = result.err();
                Ok(None)
            }
            Incoming::Item { subscription, item } => Ok(self.item(subscription, item)),
            Incoming::Ended {
                subscription,
                error,
            } => {
                if let (Some(items), Some(fault)) = (self.running.remove(&subscription), error) {
                    drop(items.try_send(Err(CallError::Fault(fault))));
                }
                Ok(None)
            }
        }
    }

    fn answer(&mut self, id: u64, result: Result<Value, Fault>) -> Option<Message> {
        let result = result.map_err(CallError::Fault);
        // One that gave up waiting has no place for it; a subscription that nobody waits for is ended.
        match self.wanted.remove(&id)? {
            Wanted::Answer(to) => {
                drop(to.send(result));
                None
            }
            Wanted::Items(to) => {
                let begun =
                    result.and_then(|value| value.as_u64().ok_or(CallError::NoSubscription));
                match begun {
                    Ok(number) => {
                        // One place more than items may take, so that there is room to say why it ended.
                        let (items, taken) = mpsc::channel(WAITING.saturating_add(1));
                        self.running.insert(number, items);
                        to.send(Ok(taken))
                            .is_err()
                            .then(|| self.unsubscribe(number))
                    }
                    Err(error) => {
                        drop(to.send(Err(error)));
                        None
                    }
                }
            }
        }
    }

    fn item(&mut self, number: u64, item: Value) -> Option<Message> {
        let items = self.running.get(&number)?;
        if items.capacity() <= 1 {
            drop(items.try_send(Err(CallError::Slow)));
            return Some(self.unsubscribe(number));
        }
        match items.try_send(Ok(item)) {
            Ok(()) => None,
            Err(TrySendError::Closed(_) | TrySendError::Full(_)) => Some(self.unsubscribe(number)),
        }
    }

    /// Ends a subscription whose items nobody takes any more.
    fn sweep(&mut self) -> Option<Message> {
        let (number, _) = self.running.iter().find(|(_, items)| items.is_closed())?;
        let number = *number;
        Some(self.unsubscribe(number))
    }

    fn unsubscribe(&mut self, number: u64) -> Message {
        self.running.remove(&number);
        self.next = self.next.saturating_add(1);
        let params = serde_json::json!({ "subscription": number });
        Message::text(message::request(self.next, UNSUBSCRIBE, &params))
    }

    fn end(&mut self, why: Option<String>) {
        let error = match (self.said.take(), why) {
            (Some(fault), _) => CallError::Fault(fault),
            (None, why) => CallError::Lost(why.unwrap_or_else(|| "it hung up".to_owned())),
        };
        for wanted in core::mem::take(&mut self.wanted).into_values() {
            match wanted {
                Wanted::Answer(to) => drop(to.send(Err(error.clone()))),
                Wanted::Items(to) => drop(to.send(Err(error.clone()))),
            }
        }
        for items in core::mem::take(&mut self.running).into_values() {
            drop(items.try_send(Err(error.clone())));
        }
    }
}
