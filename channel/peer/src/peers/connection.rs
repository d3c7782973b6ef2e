//! One connection from the end of its handshake to its own end.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use twinroot_abi::PublicKey;

use super::Shared;
use super::error::Ended;
use super::news::News;
use super::rate::Rate;
use super::table::{Entrance, Seat, Waiting};
use super::transport::{Reader, Transport};
use crate::{Farewell, Heard, Message, Rekey, Session, pieces};

/// How a connection came to its end.
pub(super) struct Life {
    /// Whether frames could be sent on it.
    pub(super) was_up: bool,
    pub(super) ended: Ended,
}

/// Carries frames until the connection ends.
pub(super) async fn live(
    shared: &Shared,
    mut transport: Transport,
    mut session: Session,
    is_dialed: bool,
) -> Life {
    let peer = session.peer();
    match begin(shared, &mut transport, &mut session, is_dialed).await {
        Err(ended) => Life {
            was_up: false,
            ended,
        },
        Ok(mut seat) => {
            let _gone = seat.gone.clone().drop_guard();
            let number = seat.number;
            let life = carry(shared, transport, session, &mut seat).await;
            shared.table().leave(peer, number);
            if life.was_up {
                tell_lost(shared, peer, &life.ended).await;
            }
            shared.changed.send_replace(());
            life
        }
    }
}

/// Agrees with the peer that this connection is the one that counts (docs/spec/peer.md, 6).
async fn begin(
    shared: &Shared,
    transport: &mut Transport,
    session: &mut Session,
    is_dialed: bool,
) -> Result<Seat, Ended> {
    let peer = session.peer();
    let chooses = shared.identity.key() > peer;
    if !chooses {
        hear_begin(shared, transport, session).await?;
    }
    let entrance = Entrance {
        peer,
        is_dialed,
        chooses,
        most: session.most_to_send(),
        bounds: shared.bounds,
    };
    let entered = shared.table().enter(entrance);
    let seat = match entered {
        Ok(seat) => {
            shared.changed.send_replace(());
            seat
        }
        Err(why) => {
            // A courtesy: it ends anyway.
            let bye = say(shared, transport, session, Message::Bye(why));
            drop(bye.await);
            return Err(Ended::ByThisNode(why));
        }
    };
    let agreed = async {
        say(shared, transport, session, Message::Begin).await?;
        if chooses {
            hear_begin(shared, transport, session).await?;
        }
        Ok(())
    };
    match agreed.await {
        Ok(()) => {
            shared.table().agree(peer, seat.number);
            Ok(seat)
        }
        Err(ended) => {
            shared.table().leave(peer, seat.number);
            // Nothing was told of this one: what comes after it waits for the one before it.
            if let Some(before) = &seat.before {
                before.cancelled().await;
            }
            seat.gone.cancel();
            shared.changed.send_replace(());
            Err(ended)
        }
    }
}

async fn say(
    shared: &Shared,
    transport: &mut Transport,
    session: &mut Session,
    message: Message<'_>,
) -> Result<(), Ended> {
    let mut bytes = Vec::new();
    session.say(message, &mut bytes)?;
    write(&mut transport.writer, &bytes, shared.config.silence).await
}

async fn hear_begin(
    shared: &Shared,
    transport: &mut Transport,
    session: &mut Session,
) -> Result<(), Ended> {
    let limit = shared.config.handshake;
    let message = tokio::select! {
        message = timeout(limit, transport.reader.next()) => message.map_err(|_| Ended::Slow(limit))??,
        () = shared.stopping.cancelled() => return Err(Ended::ByThisNode(Farewell::Stopping)),
    };
    match session.hear(&message)? {
        Heard::Bye(why) => Err(Ended::ByPeer(why)),
        // The first message is nothing else: the session sees to it.
        _ => Ok(()),
    }
}

/// Tells that the peer is there, and carries frames in both directions.
async fn carry(shared: &Shared, transport: Transport, session: Session, seat: &mut Seat) -> Life {
    let (peer, number) = (session.peer(), seat.number);
    let session = Mutex::new(session);
    let Transport { reader, writer } = transport;
    let mut ends = seat.ends.clone();
    let mut was_up = false;
    let receiving = async {
        if let Some(before) = &seat.before {
            before.cancelled().await;
        }
        shared.table().up(peer, number);
        if shared.news.send(News::Connected { peer }).await.is_err() {
            return Ended::Unheard;
        }
        was_up = true;
        receive(shared, reader, &session).await
    };
    let mut sending = pin!(send(shared, writer, &session, &mut seat.queue, &seat.ends));
    let ended = tokio::select! {
        ended = receiving => ended,
        ended = &mut sending => ended,
        why = end_of(shared, &mut ends) => {
            // Its place given up, the queue ends behind what waits in it. One that was replaced is not waited for.
            shared.table().leave(peer, number);
            if why != Farewell::Another {
                drop(timeout(LAST_WORDS, sending).await);
            }
            Ended::ByThisNode(why)
        }
    };
    Life { was_up, ended }
}

/// How long a connection that this node ends may take to send what waits.
const LAST_WORDS: Duration = Duration::from_secs(3);

async fn end_of(shared: &Shared, ends: &mut watch::Receiver<Option<Farewell>>) -> Farewell {
    tokio::select! {
        // Without its sender the place in the table is gone: another connection has it.
        why = ends.wait_for(Option::is_some) => {
            why.ok().and_then(|why| *why).unwrap_or(Farewell::Another)
        }
        () = shared.stopping.cancelled() => Farewell::Stopping,
    }
}

/// Gives frames of the peer on, until the connection ends. While nobody takes them the socket is not read.
async fn receive(shared: &Shared, mut reader: Reader, session: &Mutex<Session>) -> Ended {
    let config = &shared.config;
    let mut rate = Rate::new(config.messages_per_second);
    // Of a frame of several messages: the permission for it, and when it must have come.
    let mut long = None;
    loop {
        let left = long
            .as_ref()
            .map(|(_, until)| Instant::duration_since(until, Instant::now()));
        let patience = left.map_or(config.silence, |left| left.min(config.silence));
        let message = match timeout(patience, reader.next()).await {
            Ok(Ok(message)) => message,
            Ok(Err(ended)) => return ended,
            Err(_) if patience < config.silence => return Ended::SlowFrame(config.frame_time),
            Err(_) => return Ended::Silent(config.silence),
        };
        rate.one().await;
        match hear(session, &message) {
            Ok((peer, Heard::Frame(bytes))) => {
                if shared.news.send(News::Frame { peer, bytes }).await.is_err() {
                    return Ended::Unheard;
                }
                long = None;
            }
            Ok((_, Heard::Piece)) if long.is_none() => {
                let permit = shared.long_frames.acquire().await;
                long = Some((permit, Instant::now() + config.frame_time));
            }
            Ok((_, Heard::Piece | Heard::Alive | Heard::Begin)) => {}
            Ok((_, Heard::Bye(why))) => return Ended::ByPeer(why),
            Err(ended) => return ended,
        }
    }
}

fn hear(session: &Mutex<Session>, message: &[u8]) -> Result<(PublicKey, Heard), Ended> {
    let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
    Ok((session.peer(), session.hear(message)?))
}

/// Sends what waits, or a sign of life, until the queue ends or the network does.
async fn send(
    shared: &Shared,
    writer: OwnedWriteHalf,
    session: &Mutex<Session>,
    queue: &mut mpsc::Receiver<Waiting>,
    ends: &watch::Receiver<Option<Farewell>>,
) -> Ended {
    let mut outgoing = Outgoing {
        writer,
        session,
        batch: Vec::new(),
        rekey: shared.config.rekey_after,
        rekeyed: Instant::now(),
        patience: shared.config.silence,
    };
    loop {
        let sent = match timeout(shared.config.heartbeat, queue.recv()).await {
            Ok(Some(first)) => outgoing.frames(first, queue).await,
            Ok(None) => {
                let why = ends.borrow().unwrap_or(Farewell::Stopping);
                return match outgoing.close(why).await {
                    Ok(()) => Ended::ByThisNode(why),
                    Err(ended) => ended,
                };
            }
            Err(_) => outgoing.one(Message::Alive).await,
        };
        if let Err(ended) = sent {
            return ended;
        }
    }
}

/// The sending half of a connection.
struct Outgoing<'a> {
    writer: OwnedWriteHalf,
    session: &'a Mutex<Session>,
    /// Sealed messages that are written together.
    batch: Vec<u8>,
    rekey: Rekey,
    rekeyed: Instant,
    patience: Duration,
}

impl Outgoing<'_> {
    /// A system call for each small message would cost more than sealing it does.
    const BATCH: usize = 64 * 1024;

    /// Sends `first` and what waits behind it.
    async fn frames(
        &mut self,
        first: Waiting,
        queue: &mut mpsc::Receiver<Waiting>,
    ) -> Result<(), Ended> {
        let mut next = Some(first);
        while let Some(waiting) = next {
            for message in pieces(&waiting.frame) {
                self.seal(message)?;
                if self.batch.len() >= Self::BATCH {
                    self.flush().await?;
                }
            }
            next = queue.try_recv().ok();
        }
        self.flush().await
    }

    async fn one(&mut self, message: Message<'_>) -> Result<(), Ended> {
        self.seal(message)?;
        self.flush().await
    }

    async fn close(&mut self, why: Farewell) -> Result<(), Ended> {
        self.one(Message::Bye(why)).await?;
        Ok(self.writer.shutdown().await?)
    }

    fn seal(&mut self, message: Message<'_>) -> Result<(), Ended> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.say(message, &mut self.batch)?;
        let sent = session.sent();
        if sent.messages >= self.rekey.messages || sent.bytes >= self.rekey.bytes {
            session.say(Message::Rekey, &mut self.batch)?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        if self.rekeyed.elapsed() >= self.rekey.time {
            self.rekeyed = Instant::now();
            self.seal(Message::Rekey)?;
        }
        let written = write(&mut self.writer, &self.batch, self.patience).await;
        self.batch.clear();
        written
    }
}

/// Writes all of `bytes`, as long as the peer takes some of them within `patience`.
async fn write(
    writer: &mut OwnedWriteHalf,
    mut bytes: &[u8],
    patience: Duration,
) -> Result<(), Ended> {
    while !bytes.is_empty() {
        let written = timeout(patience, writer.write(bytes)).await;
        match written.map_err(|_| Ended::Stuck(patience))?? {
            0 => return Err(Ended::Cut),
            written => bytes = bytes.get(written..).unwrap_or_default(),
        }
    }
    Ok(())
}

/// Tells that the peer is gone. A node that stops may not listen to news any more, and is not waited for.
async fn tell_lost(shared: &Shared, peer: PublicKey, ended: &Ended) {
    tokio::select! {
        biased;
        place = shared.news.reserve() => if let Ok(place) = place {
            let why = ended.to_string();
            place.send(News::Lost { peer, why });
        },
        () = shared.stopping.cancelled() => {}
    }
}
