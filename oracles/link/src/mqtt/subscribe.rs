//! The side of whoever wants evidence: gives a keeper what comes, and acknowledges what is on disk.

use core::mem;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, EventLoop};
use tokio::sync::mpsc;

use super::broker::{Broker, IN_FLIGHT, Session, is_granted};
use super::topics;
use crate::keeper::Closed;
use crate::running::{Lost, Pauses, Running};
use crate::{Keeper, LinkState, Origin, Receipt};

/// Gives `keeper` all that its feed publishes on the broker (docs/spec/oracles.md, 10.2 and 10.3).
///
/// The broker keeps for `session` what comes while it is away. So its name stays the same from one start of
/// the program to the next, and no two subscribers of a broker have the same.
pub fn subscribe(broker: &Broker, session: &str, keeper: Keeper) -> Running {
    let broker = broker.clone();
    let session = session.to_owned();
    Running::start(async move {
        let origin = broker.origin();
        let mut pauses = Pauses::new();
        loop {
            let (client, events) = broker.connect(&session, Session::Kept);
            let (unacknowledged, waiting) = mpsc::channel(UNACKNOWLEDGED);
            let lost = tokio::select! {
                lost = drive(&client, events, &keeper, &origin, unacknowledged) => lost,
                lost = acknowledge(&client, waiting) => lost,
            };
            pauses.after(lost, |link| keeper.tell(&origin, link)).await;
        }
    })
}

/// A message that the broker holds for as long as it is not acknowledged.
type Unacknowledged = (Publish, Receipt);

/// Polls the connection, and hands on what it brings.
async fn drive(
    client: &AsyncClient,
    mut events: EventLoop,
    keeper: &Keeper,
    origin: &Origin,
    unacknowledged: mpsc::Sender<Unacknowledged>,
) -> Lost {
    let feed = keeper.feed().id();
    let mut is_up = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                let topics = [topics::messages(feed), topics::latest(feed)];
                let filters = topics.map(|topic| Filter::new(topic, QoS::AtLeastOnce));
                if let Err(error) = client.try_subscribe_many(filters) {
                    return Lost::at_once(error);
                }
            }
            Ok(Event::Incoming(Packet::SubAck(ack))) => {
                if let Err(lost) = is_granted(&ack) {
                    return lost;
                }
                is_up = true;
                keeper.tell(origin, LinkState::Up);
            }
            Ok(Event::Incoming(Packet::Publish(mut publish))) => {
                // What waits to be acknowledged needs no payload any more.
                let message = mem::take(&mut publish.payload);
                let Ok(receipt) = keeper.deliver(origin, message.into()).await else {
                    return Lost::at_once(Closed);
                };
                // Never waits: what is acknowledged leaves with the next poll, which is made here.
                if let Err(error) = unacknowledged.try_send((publish, receipt)) {
                    return Lost::at_once(error);
                }
            }
            Ok(_) => {}
            Err(error) => return Lost::after(is_up, error),
        }
    }
}

/// Acknowledges in the order of arrival, each when it is on disk or refused. Where one could not be stored
/// the connection is given up: the broker sends all that is not acknowledged again on the next one.
async fn acknowledge(client: &AsyncClient, mut waiting: mpsc::Receiver<Unacknowledged>) -> Lost {
    while let Some((publish, receipt)) = waiting.recv().await {
        if let Err(unkept) = receipt.done().await {
            return Lost::at_once(unkept);
        }
        if let Err(error) = client.ack(&publish).await {
            return Lost::at_once(error);
        }
    }
    Lost::at_once(Closed)
}

/// Messages that wait to be acknowledged. A broker that keeps to what is in flight never comes near; one that
/// does not is left, and sends again what it was not told of.
const UNACKNOWLEDGED: usize = 16 * IN_FLIGHT as usize;
