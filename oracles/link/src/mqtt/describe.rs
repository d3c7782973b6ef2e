//! How a subscriber that knows nothing but the id of a feed comes to its descriptor.

use rumqttc::v5::Event;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use twinroot_abi::FeedId;
use twinroot_feed::Feed;

use super::broker::{Broker, Session, is_granted, passing_name};
use super::topics;
use crate::LinkState;
use crate::running::{Lost, Pauses};

/// Waits for the descriptor of the feed of that id, as the broker retains it. Its hash is the id, so it
/// does not matter who put it there; anything else is passed over (docs/spec/oracles.md, 9.3).
pub async fn describe(broker: &Broker, feed: FeedId, mut tell: impl FnMut(LinkState)) -> Feed {
    let mut pauses = Pauses::new();
    loop {
        match look(broker, feed, &mut tell).await {
            Ok(feed) => return feed,
            Err(lost) => pauses.after(lost, &mut tell).await,
        }
    }
}

/// One connection.
async fn look(broker: &Broker, id: FeedId, tell: &mut impl FnMut(LinkState)) -> Result<Feed, Lost> {
    let (client, mut events) = broker.connect(&passing_name("describe"), Session::Fresh);
    loop {
        match events.poll().await.map_err(Lost::at_once)? {
            Event::Incoming(Packet::ConnAck(_)) => client
                .try_subscribe(topics::descriptor(id), QoS::AtMostOnce)
                .map_err(Lost::at_once)?,
            Event::Incoming(Packet::SubAck(ack)) => {
                is_granted(&ack)?;
                tell(LinkState::Up);
            }
            Event::Incoming(Packet::Publish(publish)) => {
                if let Ok(feed) = Feed::decode(&publish.payload)
                    && feed.id() == id
                {
                    return Ok(feed);
                }
            }
            _ => {}
        }
    }
}
