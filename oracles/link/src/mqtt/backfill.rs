//! Asks for what is missing: what was published while nobody listened, or what the broker lost.

use core::pin::pin;
use core::time::Duration;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::broker::{Broker, Session, is_granted, passing_name};
use super::exchange::{Answer, AnswerName, Request};
use super::topics;
use crate::keeper::Closed;
use crate::running::{Lost, Pauses, Running};
use crate::wanted::Wanted;
use crate::{Gap, Keeper, LinkState, Origin, Place, Stretch};

/// Asks whoever answers on the broker for all that `keeper` misses from the place `from` on, and gives it what
/// comes: at the beginning, after each time without a connection, and whenever something is left out
/// (docs/spec/oracles.md, 10.4).
pub fn backfill(broker: &Broker, from: Place, keeper: Keeper) -> Running {
    let broker = broker.clone();
    Running::start(async move {
        let name = passing_name("backfill");
        let origin = Origin::new(&format!("backfill from {broker}"));
        let mut pauses = Pauses::new();
        loop {
            let (client, events) = broker.connect(&name, Session::Fresh);
            let (arrivals, arrived) = mpsc::channel(ARRIVALS);
            let asker = Asker {
                client,
                keeper: &keeper,
                origin: &origin,
                live: broker.origin(),
                name: AnswerName::by_chance(),
                from,
            };
            let lost = tokio::select! {
                lost = asker.drive(events, arrivals) => lost,
                lost = asker.ask(arrived) => lost,
            };
            pauses.after(lost, |link| keeper.tell(&origin, link)).await;
        }
    })
}

/// One connection.
struct Asker<'a> {
    client: AsyncClient,
    keeper: &'a Keeper,
    origin: &'a Origin,
    /// Who brings what is new from the same broker.
    live: Origin,
    name: AnswerName,
    from: Place,
}

/// What the connection brings.
enum Arrival {
    /// The subscription stands, so answers can come.
    Subscribed,
    Answer(Answer),
}

impl Asker<'_> {
    /// Polls the connection. Answers can be asked for again, so one too many is passed over.
    async fn drive(&self, mut events: EventLoop, arrivals: mpsc::Sender<Arrival>) -> Lost {
        let topic = topics::answers(self.keeper.feed().id(), self.name);
        let mut is_up = false;
        loop {
            let handled = match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self
                    .client
                    .try_subscribe(topic.clone(), QoS::AtLeastOnce)
                    .map_err(Lost::at_once),
                Ok(Event::Incoming(Packet::SubAck(ack))) => is_granted(&ack).map(|()| {
                    is_up = true;
                    self.keeper.tell(self.origin, LinkState::Up);
                    drop(arrivals.try_send(Arrival::Subscribed));
                }),
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    if let Ok(answer) = Answer::decode(&publish.payload) {
                        drop(arrivals.try_send(Arrival::Answer(answer)));
                    }
                    self.client.try_ack(&publish).map_err(Lost::at_once)
                }
                Ok(_) => Ok(()),
                Err(error) => Err(Lost::after(is_up, error)),
            };
            if let Err(lost) = handled {
                return lost;
            }
        }
    }

    /// Asks for one page at a time, and again where nobody answers.
    async fn ask(&self, mut arrived: mpsc::Receiver<Arrival>) -> Lost {
        let mut events = self.keeper.subscribe();
        let mut wanted = Wanted::default();
        let mut asked = None;
        let mut patience = Pauses::new();
        let mut again = pin!(sleep(Duration::ZERO));
        loop {
            let place = wanted.from();
            if place != asked {
                if let Some(place) = place
                    && let Err(lost) = self.request(place)
                {
                    return lost;
                }
                again.as_mut().reset(Instant::now() + patience.next());
                asked = place;
            }
            let handled = tokio::select! {
                arrival = arrived.recv() => match arrival {
                    Some(Arrival::Subscribed) => self.look(&mut wanted).await,
                    Some(Arrival::Answer(answer)) => {
                        if wanted.answered(answer.from(), answer.next()) {
                            patience = Pauses::new();
                            let kept = self.keeper.deliver_all(self.origin, answer.messages).await;
                            kept.map_err(Lost::at_once)
                        } else {
                            Ok(())
                        }
                    }
                    None => Err(Lost::at_once(Closed)),
                },
                event = events.next() => match event {
                    Some(crate::Event::Gap(Gap::Places { epoch, first, last })) => {
                        let at = |seq| Place { epoch, seq };
                        wanted.push(Stretch { first: at(first), last: Some(at(last)) });
                        Ok(())
                    }
                    // What was published before it came up may have reached nobody.
                    Some(crate::Event::Link { from, state: LinkState::Up }) if from == self.live => {
                        self.look(&mut wanted).await
                    }
                    // A gap may have been among them.
                    Some(crate::Event::Lag { .. }) => self.look(&mut wanted).await,
                    Some(_) => Ok(()),
                    None => Err(Lost::at_once(Closed)),
                },
                () = &mut again, if asked.is_some() => {
                    asked = None;
                    Ok(())
                }
            };
            if let Err(lost) = handled {
                return lost;
            }
        }
    }

    /// Looks at what is missing.
    async fn look(&self, wanted: &mut Wanted) -> Result<(), Lost> {
        let missing = self.keeper.missing().await.map_err(Lost::at_once)?;
        wanted.extend(missing, self.from);
        Ok(())
    }

    fn request(&self, place: Place) -> Result<(), Lost> {
        let request = Request::new(place, self.name).encode();
        let topic = topics::since(self.keeper.feed().id());
        self.client
            .try_publish(topic, QoS::AtLeastOnce, false, request)
            .map_err(Lost::at_once)
    }
}

/// What waits to be looked at at most. One answer is asked for at a time.
const ARRIVALS: usize = 4;
