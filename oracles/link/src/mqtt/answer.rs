//! The side of whoever has a log: answers those that miss something (docs/spec/oracles.md, 9.4).

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, Event};

use super::broker::{Broker, Session, is_granted, passing_name};
use super::exchange::{Answer, Request};
use super::topics;
use crate::running::{Lost, Pauses, Running};
use crate::{Keeper, LinkState, Origin};

/// Answers requests for messages of the feed of `keeper` out of what it has.
pub fn answer(broker: &Broker, keeper: Keeper) -> Running {
    let broker = broker.clone();
    Running::start(async move {
        let origin = Origin::new(&format!("answers on {broker}"));
        let name = passing_name("answer");
        let mut pauses = Pauses::new();
        loop {
            let lost = serve(&broker, &name, &keeper, &origin).await;
            pauses.after(lost, |link| keeper.tell(&origin, link)).await;
        }
    })
}

/// One connection.
async fn serve(broker: &Broker, name: &str, keeper: &Keeper, origin: &Origin) -> Lost {
    let (client, mut events) = broker.connect(name, Session::Fresh);
    let topic = topics::since(keeper.feed().id());
    let mut is_up = false;
    loop {
        let handled = match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => client
                .try_subscribe(topic.clone(), QoS::AtLeastOnce)
                .map_err(Lost::at_once),
            Ok(Event::Incoming(Packet::SubAck(ack))) => is_granted(&ack).map(|()| {
                is_up = true;
                keeper.tell(origin, LinkState::Up);
            }),
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                respond(&client, keeper, &publish).await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(Lost::after(is_up, error)),
        };
        if let Err(lost) = handled {
            return lost;
        }
    }
}

/// One request, one answer, and never more than the connection has room for: whoever gets none asks again.
async fn respond(client: &AsyncClient, keeper: &Keeper, publish: &Publish) -> Result<(), Lost> {
    if let Ok(request) = Request::decode(&publish.payload) {
        let page = keeper.since(request.place()).await.map_err(Lost::at_once)?;
        let answer = Answer::new(request.place(), &page).encode();
        let topic = topics::answers(keeper.feed().id(), request.answer());
        drop(client.try_publish(topic, QoS::AtLeastOnce, false, answer));
    }
    client.try_ack(publish).map_err(Lost::at_once)
}
