//! One connection of a server: requests are carried out side by side, and answered as they are done.

use core::panic::AssertUnwindSafe;
use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::Value;
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::message::{self, UNSUBSCRIBE, Unreadable, Unsubscribe};
use crate::methods::{Items, Outcome};
use crate::socket::Socket;
use crate::{Fault, Limits, Methods, Request, read_request};

pub(crate) async fn run(
    socket: WebSocketStream<Socket>,
    methods: Arc<Methods>,
    limits: Limits,
    ending: &CancellationToken,
) {
    let (sink, frames) = socket.split();
    let (out, queue) = mpsc::channel(limits.queue.max(1));
    let writer = AbortOnDropHandle::new(tokio::spawn(write(sink, queue, limits)));
    let mut session = Session {
        methods,
        limits,
        out,
        pending_bytes: Arc::new(Semaphore::new(limits.pending_bytes)),
        requests: JoinSet::new(),
        subscriptions: JoinSet::new(),
        running: BTreeMap::new(),
        next: 0,
    };
    session.read(frames, ending).await;
    session.end().await;
    drop(session);
    // It ends with the queue, or when the socket takes nothing more.
    drop(writer.await);
}

struct Session {
    methods: Arc<Methods>,
    limits: Limits,
    out: mpsc::Sender<Message>,
    pending_bytes: Arc<Semaphore>,
    requests: JoinSet<Option<Begun>>,
    /// Each ends with its number.
    subscriptions: JoinSet<u64>,
    running: BTreeMap<u64, AbortHandle>,
    next: u64,
}

/// A subscription that a request began, and the name of the request.
struct Begun {
    id: Value,
    items: Items,
}

impl Session {
    async fn read(
        &mut self,
        mut frames: SplitStream<WebSocketStream<Socket>>,
        ending: &CancellationToken,
    ) {
        let mut heartbeat = interval(self.limits.silence / 3);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            select! {
                () = ending.cancelled() => return,
                () = self.out.closed() => return,
                Some(done) = self.requests.join_next(), if !self.requests.is_empty() => {
                    if let Ok(Some(begun)) = done {
                        self.begin(begun).await;
                    }
                }
                Some(ended) = self.subscriptions.join_next(), if !self.subscriptions.is_empty() => {
                    if let Ok(number) = ended {
                        self.running.remove(&number);
                    }
                }
                _ = heartbeat.tick() => {
                    if heard.elapsed() > self.limits.silence {
                        return;
                    }
                    // A full queue is no silence: the writer sees to it.
                    drop(self.out.try_send(Message::Ping(Vec::new().into())));
                }
                frame = frames.next() => {
                    heard = Instant::now();
                    match frame {
                        Some(Ok(Message::Text(text))) => self.take(text.as_str()).await,
                        Some(Ok(Message::Binary(_))) => {
                            let fault = Fault::invalid_request("it is binary; requests are text");
                            self.send(message::answer(&Value::Null, Err(fault))).await;
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                        Some(Err(Error::Capacity(why))) => return self.refuse_size(&why.to_string()).await,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    }
                }
            }
        }
    }

    /// What follows in the stream cannot be told from the rest of the long message.
    async fn refuse_size(&mut self, why: &str) {
        let fault = Fault::too_much(format!(
            "{why}; a message has at most {} bytes",
            self.limits.message_bytes
        ));
        self.send(message::answer(&Value::Null, Err(fault))).await;
        let frame = CloseFrame {
            code: CloseCode::Size,
            reason: "the message is too long".into(),
        };
        drop(self.out.send(Message::Close(Some(frame))).await);
    }

    async fn take(&mut self, text: &str) {
        let request = match read_request(text) {
            Ok(request) => request,
            Err(Unreadable { id, fault }) => {
                return self.send(message::answer(&id, Err(fault))).await;
            }
        };
        if request.method == UNSUBSCRIBE {
            return self.unsubscribe(request).await;
        }
        match self.room(text.len()) {
            Ok(room) => self.start(request, room),
            Err(fault) => {
                self.send(message::answer(&request.id.unwrap_or_default(), Err(fault)))
                    .await
            }
        }
    }

    fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let most = self.limits.requests;
        if self.requests.len() >= most {
            return Err(Fault::too_much(format!(
                "{most} requests of this connection are not answered yet"
            )));
        }
        let room = u32::try_from(bytes).ok().and_then(|bytes| {
            Arc::clone(&self.pending_bytes)
                .try_acquire_many_owned(bytes)
                .ok()
        });
        room.ok_or_else(|| {
            Fault::too_much(
                "the requests of this connection that are not answered yet are too long together",
            )
        })
    }

    fn start(&mut self, request: Request, room: OwnedSemaphorePermit) {
        let (methods, out) = (Arc::clone(&self.methods), self.out.clone());
        self.requests.spawn(async move {
            let Request { id, method, params } = request;
            let carried_out = AssertUnwindSafe(methods.carry_out(&method, params))
                .catch_unwind()
                .await;
            // The request is gone from memory, its answer counts with the queue.
            drop(room);
            let failed = || {
                Outcome::Answer(Err(Fault::internal(
                    "the server failed at this request; please report it",
                )))
            };
            match (carried_out.unwrap_or_else(|_| failed()), id) {
                (Outcome::Answer(result), Some(id)) => {
                    drop(out.send(Message::text(message::answer(&id, result))).await);
                    None
                }
                (Outcome::Begun(items), Some(id)) => Some(Begun { id, items }),
                // Nobody knows how to name what nobody wants to hear of.
                (_, None) => None,
            }
        });
    }

    async fn begin(&mut self, Begun { id, items }: Begun) {
        let most = self.limits.subscriptions;
        if self.running.len() >= most {
            let fault =
                Fault::too_much(format!("this connection has {most} subscriptions already"));
            return self.send(message::answer(&id, Err(fault))).await;
        }
        self.next = self.next.saturating_add(1);
        let number = self.next;
        // Before the first item.
        self.send(message::answer(&id, Ok(number.into()))).await;
        let running = self
            .subscriptions
            .spawn(feed(number, items, self.out.clone(), self.limits));
        self.running.insert(number, running);
    }

    async fn unsubscribe(&mut self, request: Request) {
        let result = serde_json::from_value(request.params).map_err(Fault::invalid_params);
        let was_there =
            result.map(
                |Unsubscribe { subscription }| match self.running.remove(&subscription) {
                    Some(running) => {
                        running.abort();
                        true
                    }
                    None => false,
                },
            );
        let id = request.id.unwrap_or_default();
        self.send(message::answer(&id, was_there.map(Value::from)))
            .await;
    }

    async fn send(&self, text: String) {
        // Where nobody sends any more, the session ends by that.
        drop(self.out.send(Message::text(text)).await);
    }

    /// Answers what is being carried out.
    async fn end(&mut self) {
        for (number, running) in core::mem::take(&mut self.running) {
            running.abort();
            self.send(message::ended(number, Some(Fault::ending())))
                .await;
        }
        let requests = &mut self.requests;
        let drained = timeout(self.limits.drain, async {
            while requests.join_next().await.is_some() {}
        });
        drop(drained.await);
    }
}

/// Sends the items of a subscription.
async fn feed(number: u64, mut items: Items, out: mpsc::Sender<Message>, limits: Limits) -> u64 {
    let error = loop {
        let item = match AssertUnwindSafe(items.next()).catch_unwind().await {
            Ok(None) => break None,
            Ok(Some(Err(fault))) => break Some(fault),
            Ok(Some(Ok(item))) => message::item(number, item),
            Err(_) => {
                break Some(Fault::internal(
                    "the server failed at this subscription; please report it",
                ));
            }
        };
        match timeout(limits.patience, out.send(Message::text(item))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return number,
            Err(_) => break Some(Fault::slow()),
        }
    };
    drop(items);
    drop(out.send(Message::text(message::ended(number, error))).await);
    number
}

async fn write(
    mut sink: SplitSink<WebSocketStream<Socket>, Message>,
    mut queue: mpsc::Receiver<Message>,
    limits: Limits,
) {
    while let Some(message) = queue.recv().await {
        let is_last = message.is_close();
        match timeout(limits.silence, sink.send(message)).await {
            Ok(Ok(())) if !is_last => {}
            _ => return,
        }
    }
    drop(timeout(limits.silence, sink.close()).await);
}
