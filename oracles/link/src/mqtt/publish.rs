//! The side of a device or gateway: publishes messages, and holds each until the broker has it.

use std::sync::Arc;

use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, Event, EventLoop};
use tokio::sync::watch;
use twinroot_feed::Feed;

use super::broker::{Broker, Session, passing_name};
use super::outbox::{Outbox, Parcel};
use super::topics;
use crate::LinkState;
use crate::running::{Lost, Pauses, Running};

/// Publishes the messages of one feed, its descriptor and its last message (docs/spec/oracles.md, 9.3).
///
/// What the broker has not acknowledged is published again on the next connection. It is held in memory: a
/// device that wants to survive its own restart publishes again what it has in its log.
#[derive(Debug)]
pub struct Publisher {
    shared: Arc<watch::Sender<Shared>>,
    _running: Running,
}

/// How a publisher stands with its broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherState {
    /// The connection.
    pub link: LinkState,
    /// Messages that the broker has not acknowledged.
    pub waiting: usize,
}

#[derive(Debug)]
struct Shared {
    outbox: Outbox,
    link: LinkState,
}

impl Publisher {
    /// Starts to publish messages of `feed`, on the runtime of whoever calls.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(broker: &Broker, feed: Feed) -> Self {
        let shared = Arc::new(watch::Sender::new(Shared {
            outbox: Outbox::new(ROOM),
            link: LinkState::Down {
                reason: "not connected yet".to_owned(),
            },
        }));
        let running = Running::start(run(broker.clone(), feed, shared.clone()));
        Self {
            shared,
            _running: running,
        }
    }

    /// Takes the bytes of a message to be published; waits as long as too many others are held.
    pub async fn publish(&self, message: &[u8]) {
        let message: Arc<[u8]> = message.into();
        let mut changes = self.shared.subscribe();
        while !self
            .shared
            .send_if_modified(|shared| shared.outbox.push(&message))
        {
            // The sender lives as long as this, so there always is another state to wait for.
            drop(changes.wait_for(|shared| shared.outbox.has_room()).await);
        }
    }

    /// Waits until the broker has all that was given to be published.
    pub async fn flushed(&self) {
        let mut changes = self.shared.subscribe();
        drop(changes.wait_for(|shared| shared.outbox.is_empty()).await);
    }

    /// How it stands with the broker.
    #[must_use]
    pub fn state(&self) -> PublisherState {
        let shared = self.shared.borrow();
        PublisherState {
            link: shared.link.clone(),
            waiting: shared.outbox.len(),
        }
    }

    /// Waits until it stands otherwise than `before`, and says how.
    pub async fn changed_from(&self, before: &PublisherState) -> PublisherState {
        let mut changes = self.shared.subscribe();
        let differs = |now: &Shared| now.link != before.link || now.outbox.len() != before.waiting;
        drop(changes.wait_for(differs).await);
        self.state()
    }
}

async fn run(broker: Broker, feed: Feed, shared: Arc<watch::Sender<Shared>>) {
    let name = passing_name("publish");
    let mut pauses = Pauses::new();
    loop {
        let (client, events) = broker.connect(&name, Session::Fresh);
        shared.send_modify(|shared| shared.outbox.begin());
        let lost = tokio::select! {
            lost = drive(events, &shared) => lost,
            lost = hand_over(client, &feed, &shared) => lost,
        };
        let tell = |link| shared.send_modify(|shared| shared.link = link);
        pauses.after(lost, tell).await;
    }
}

/// Polls the connection, and takes out of the outbox what the broker acknowledges.
async fn drive(mut events: EventLoop, shared: &watch::Sender<Shared>) -> Lost {
    let mut is_up = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                is_up = true;
                shared.send_modify(|shared| shared.link = LinkState::Up);
            }
            Ok(Event::Outgoing(Outgoing::Publish(packet))) => {
                shared.send_modify(|shared| shared.outbox.name(packet));
            }
            Ok(Event::Incoming(Packet::PubAck(ack))) => match ack.reason {
                PubAckReason::Success | PubAckReason::NoMatchingSubscribers => {
                    shared.send_modify(|shared| shared.outbox.acknowledge(ack.pkid));
                }
                reason => {
                    return Lost::at_once(format!("the broker takes no messages: {reason:?}"));
                }
            },
            Ok(_) => {}
            Err(error) => return Lost::after(is_up, error),
        }
    }
}

/// Gives the connection what is in the outbox, in order.
async fn hand_over(client: AsyncClient, feed: &Feed, shared: &watch::Sender<Shared>) -> Lost {
    let mut changes = shared.subscribe();
    loop {
        changes.mark_unchanged();
        let mut parcel = None;
        shared.send_if_modified(|shared| {
            parcel = shared.outbox.hand_over();
            false
        });
        let Some(parcel) = parcel else {
            if changes.changed().await.is_err() {
                return Lost::at_once("the publisher has ended");
            }
            continue;
        };
        let id = feed.id();
        let (topic, is_retained, bytes) = match parcel {
            Parcel::Descriptor => (topics::descriptor(id), true, feed.encode()),
            Parcel::Message(_, message) => (topics::messages(id), false, message.to_vec()),
            Parcel::Latest(message) => (topics::latest(id), true, message.to_vec()),
        };
        let published = client.publish(topic, QoS::AtLeastOnce, is_retained, bytes);
        if let Err(error) = published.await {
            return Lost::at_once(error);
        }
    }
}

/// Messages that are held at most: more than an hour at 1 Hz, and less than 1 MB.
const ROOM: usize = 4096;
