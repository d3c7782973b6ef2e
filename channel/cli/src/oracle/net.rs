//! Feeds over a network: what is published to a broker, and what comes from a broker or a server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use anyhow::Result;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use twinroot_abi::FeedId;
use twinroot_feed::Feed;
use twinroot_link::http::{self, Address};
use twinroot_link::mqtt::{self, Broker, Publisher};
use twinroot_link::{Event, Evidence, Keeper, LinkState, Notice, Origin, Place, Running, Unkept};

use super::codes::{ADDRESS, PORT, WHICH_FEED};
use super::sink::{MEMORY, Sink, Taken, writable_log};
use super::source::{Came, Source};
use crate::author::Fault;

/// What stands before the address of a broker.
pub(super) const MQTT: &str = "mqtt://";

/// Whether messages can come from such an address.
pub(super) fn is_known(from: &str) -> bool {
    [MQTT, "http://"]
        .iter()
        .any(|scheme| from.starts_with(scheme))
}

/// What feeds over a network run on.
pub(super) fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
}

/// What a device publishes.
pub(super) struct Publication {
    publisher: Publisher,
    memory: Option<DeviceLog>,
    runtime: Runtime,
}

/// The log of a device, out of which it answers those that miss something.
struct DeviceLog {
    keeper: Keeper,
    _answers: Running,
}

impl Publication {
    /// Starts to publish messages of `feed`; the address need not name it. With a log, each is in it before it is
    /// published.
    pub(super) fn start(to: &str, feed: &Feed, log: Option<&Path>) -> Result<Self> {
        let rest = to.trim_start_matches(MQTT).trim_end_matches('/');
        let address = if rest.contains('/') {
            to.to_owned()
        } else {
            format!("{MQTT}{rest}/{}", feed.id())
        };
        let (broker, named) =
            Broker::of_url(&address).map_err(|error| Fault::new(ADDRESS, error))?;
        check_feed(feed, named)?;
        let log = log.map(|log| writable_log(log, feed)).transpose()?;
        let runtime = runtime()?;
        let (publisher, memory) = {
            let _within = runtime.enter();
            let memory = log.map(|log| {
                let keeper = Keeper::start(log.into());
                let _answers = mqtt::answer(&broker, keeper.clone());
                DeviceLog { keeper, _answers }
            });
            (Publisher::start(&broker, feed.clone()), memory)
        };
        Ok(Self {
            publisher,
            memory,
            runtime,
        })
    }
}

impl Sink for Publication {
    fn take(&mut self, messages: Vec<Vec<u8>>) -> Result<Taken> {
        self.runtime.block_on(async {
            if let Some(DeviceLog { keeper, .. }) = &self.memory {
                let device = Origin::new("the device");
                keeper.deliver_all(&device, messages.clone()).await?;
            }
            for message in &messages {
                self.publisher.publish(message).await;
            }
            Ok::<(), Unkept>(())
        })?;
        Ok(Taken {
            new: messages.len(),
            ..Taken::default()
        })
    }

    /// The broker has acknowledged all. As long as it is away, it is told that somebody waits for it.
    fn finish(&mut self) -> Result<()> {
        let publisher = &self.publisher;
        self.runtime.block_on(async {
            let mut flushed = std::pin::pin!(publisher.flushed());
            let mut state = publisher.state();
            loop {
                tokio::select! {
                    () = &mut flushed => return,
                    now = publisher.changed_from(&state) => {
                        if let (true, LinkState::Down { reason }) = (now.link != state.link, &now.link) {
                            anstream::eprintln!("{} messages wait for the broker: {reason}", now.waiting);
                        }
                        state = now;
                    }
                }
            }
        });
        Ok(())
    }
}

/// What comes from a broker or a server.
pub(super) struct Subscription {
    feed: Feed,
    came: Receiver<Came>,
    /// What runs as long as somebody listens; before the runtime, so that it ends first.
    _running: Vec<Running>,
    _runtime: Runtime,
}

/// What a subscription keeps, and whom it tells of it.
pub(super) struct Service<'a> {
    /// The log of the feed.
    pub(super) log: &'a Path,
    /// Where browsers and programs find it.
    pub(super) http: Option<SocketAddr>,
}

impl Subscription {
    /// Starts to listen to the feed of that address. Where it is none of `feeds`, its descriptor is asked for.
    pub(super) fn start(
        from: &str,
        feeds: &[Feed],
        session: Option<&str>,
        service: Option<&Service<'_>>,
    ) -> Result<Self> {
        let relay = Relay::of(from)?;
        let runtime = runtime()?;
        let feed = match feeds {
            [] => runtime.block_on(relay.describe()),
            [feed, ..] => feed.clone(),
        };
        check_feed(&feed, relay.feed())?;
        let evidence = match service {
            None => Evidence::memory(feed.clone(), MEMORY),
            Some(service) => writable_log(service.log, &feed)?.into(),
        };
        let (tell, came) = mpsc::sync_channel(WAITING);
        let running = {
            let _within = runtime.enter();
            let keeper = Keeper::start(evidence);
            runtime.spawn(tell_all(keeper.clone(), tell));
            let mut running = vec![relay.listen(session, &keeper)];
            if let Some(service) = service {
                running.extend(relay.ask(&keeper));
                running.extend(relay.answer(&keeper));
                running.extend(runtime.block_on(page(service, &keeper))?);
            }
            running
        };
        Ok(Self {
            feed,
            came,
            _running: running,
            _runtime: runtime,
        })
    }
}

impl Source for Subscription {
    fn feed(&self) -> Option<Feed> {
        Some(self.feed.clone())
    }

    fn next(&mut self) -> Result<Option<Vec<Came>>> {
        let first = match self.came.recv_timeout(PAUSE) {
            Ok(came) => came,
            Err(RecvTimeoutError::Timeout) => return Ok(Some(Vec::new())),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        };
        let more = self.came.try_iter().take(WAITING);
        Ok(Some(std::iter::once(first).chain(more).collect()))
    }
}

/// Where messages come from. It is believed nothing.
pub(super) enum Relay {
    Broker(Broker, FeedId),
    Server(Address),
}

impl Relay {
    pub(super) fn of(from: &str) -> Result<Self, Fault> {
        if from.starts_with(MQTT) {
            let (broker, feed) =
                Broker::of_url(from).map_err(|error| Fault::new(ADDRESS, error))?;
            return Ok(Self::Broker(broker, feed));
        }
        let address = Address::of_url(from).map_err(|error| Fault::new(ADDRESS, error))?;
        Ok(Self::Server(address))
    }

    const fn feed(&self) -> FeedId {
        match self {
            Self::Broker(_, feed) => *feed,
            Self::Server(address) => address.feed(),
        }
    }

    /// Waits for the descriptor, which proves itself.
    pub(super) async fn describe(&self) -> Feed {
        let tell = |link| {
            if let LinkState::Down { reason } = link {
                anstream::eprintln!("no descriptor yet: {reason}");
            }
        };
        match self {
            Self::Broker(broker, feed) => mqtt::describe(broker, *feed, tell).await,
            Self::Server(address) => http::describe(address, tell).await,
        }
    }

    /// What comes from it is given to the keeper. A broker keeps for the session what comes meanwhile.
    pub(super) fn listen(&self, session: Option<&str>, keeper: &Keeper) -> Running {
        let passing = || format!("twinroot-listen-{:016x}", fastrand::u64(..));
        match self {
            Self::Broker(broker, _) => {
                let session = session.map_or_else(passing, str::to_owned);
                mqtt::subscribe(broker, &session, keeper.clone())
            }
            Self::Server(address) => http::listen(address, Place::FIRST, keeper.clone()),
        }
    }

    /// On a broker, what is missing is asked for. A server is asked as it is listened to.
    pub(super) fn ask(&self, keeper: &Keeper) -> Option<Running> {
        match self {
            Self::Broker(broker, _) => Some(mqtt::backfill(broker, Place::FIRST, keeper.clone())),
            Self::Server(_) => None,
        }
    }

    /// On a broker, others are answered who miss something.
    fn answer(&self, keeper: &Keeper) -> Option<Running> {
        match self {
            Self::Broker(broker, _) => Some(mqtt::answer(broker, keeper.clone())),
            Self::Server(_) => None,
        }
    }
}

/// The page of a feed, for browsers and programs.
async fn page(service: &Service<'_>, keeper: &Keeper) -> Result<Option<Running>, Fault> {
    let Some(address) = service.http else {
        return Ok(None);
    };
    let unserved = |error| Fault::new(PORT, format!("{address} cannot be served at: {error}"));
    let listener = TcpListener::bind(address).await.map_err(unserved)?;
    let address = listener.local_addr().map_err(unserved)?;
    anstream::eprintln!("http://{address}/v1/feeds/{}", keeper.feed().id());
    Ok(Some(http::serve(listener, [keeper.clone()])))
}

/// Tells what the keeper gets: messages in full, and what happens beside them.
async fn tell_all(keeper: Keeper, tell: SyncSender<Came>) {
    let mut events = keeper.subscribe();
    let Ok(mut follower) = keeper.follow(Some(Place::FIRST)).await else {
        return;
    };
    drop(keeper);
    loop {
        let came = tokio::select! {
            notice = follower.next() => match notice {
                None => return,
                Some(notice) => of_notice(notice),
            },
            event = events.next() => match event {
                None => return,
                Some(event) => of_event(event),
            },
        };
        let Some(came) = came else { continue };
        // The listener is slow at times; this thread may wait for it.
        if tokio::task::block_in_place(|| tell.send(came)).is_err() {
            return;
        }
    }
}

/// Gaps and contradictions show in the messages.
fn of_notice(notice: Notice) -> Option<Came> {
    match notice {
        Notice::Message(message) => Some(Came::Message(message.bytes().to_vec())),
        Notice::Dropped(lag) => Some(Came::Damage(format!(
            "messages from {} to {} are no longer there",
            lag.first, lag.last
        ))),
        _ => None,
    }
}

/// What is told beside the messages.
pub(super) fn of_event(event: Event) -> Option<Came> {
    match event {
        Event::Refused {
            reason, messages, ..
        } => Some(Came::Refused {
            rule: reason,
            messages,
        }),
        Event::Unkept(error) => Some(Came::Damage(error.to_string())),
        Event::Link { from, state } => Some(Came::Link(match state {
            LinkState::Up => format!("{from} is connected"),
            LinkState::Down { reason } => format!("{from} is not connected: {reason}"),
        })),
        _ => None,
    }
}

fn check_feed(feed: &Feed, named: FeedId) -> Result<(), Fault> {
    if feed.id() == named {
        return Ok(());
    }
    Err(Fault::new(
        WHICH_FEED,
        format!(
            "the address names feed {named}, and the descriptor is that of {}",
            feed.id()
        ),
    ))
}

/// What waits to be told at most.
const WAITING: usize = 1_024;
/// How long a listener waits before it looks after its screen.
const PAUSE: Duration = Duration::from_millis(200);
