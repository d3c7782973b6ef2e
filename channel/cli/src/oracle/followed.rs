//! A feed that a program follows from its first message on, in order, as often as it wants to.

use std::path::Path;

use anyhow::{Result, anyhow};
use tokio::runtime::Runtime;
use twinroot_feed::{Feed, Signed};
use twinroot_link::{Evidence, Gap, Keeper, Ordered, Running, Turn, follow_log};

use super::net::{self, Relay};
use super::pool::{LOG_SCHEME, open_log};
use super::sink::MEMORY;
use super::source::Came;

/// What a feed has said, and what it says as long as this is held.
pub(crate) struct Followed {
    keeper: Keeper,
    /// What runs as long as somebody follows; before the runtime, so that it ends first.
    _running: Vec<Running>,
    runtime: Runtime,
}

/// Whether a feed can be followed there.
pub(crate) fn known(from: &str) -> Result<String, String> {
    if from.starts_with(LOG_SCHEME) || net::is_known(from) {
        Ok(from.to_owned())
    } else {
        Err(String::from(
            "a feed is `file:LOG`, `mqtt://HOST:PORT/FEED` or `http://HOST:PORT/v1/feeds/FEED`",
        ))
    }
}

impl Followed {
    /// Follows the feed of that address. Its descriptor is waited for; what was published before is asked for.
    pub(crate) fn start(from: &str) -> Result<Self> {
        let runtime = net::runtime()?;
        let within = runtime.enter();
        let (keeper, running) = match from.strip_prefix(LOG_SCHEME) {
            Some(path) => {
                let reader = open_log(Path::new(path), &[])?;
                let keeper = keeper(reader.feed().clone());
                let running = vec![follow_log(reader, keeper.clone())];
                (keeper, running)
            }
            None => {
                let relay = Relay::of(from)?;
                let keeper = keeper(runtime.block_on(relay.describe()));
                let mut running = vec![relay.listen(None, &keeper)];
                running.extend(relay.ask(&keeper));
                (keeper, running)
            }
        };
        drop(within);
        Ok(Self {
            keeper,
            _running: running,
            runtime,
        })
    }

    /// Whose messages they are.
    pub(crate) fn feed(&self) -> &Feed {
        self.keeper.feed()
    }

    /// All messages from the first one on, as they come. What is missing is waited for, and told on the error output.
    pub(crate) fn messages(&self) -> impl Iterator<Item = Result<Signed>> {
        let mut ordered = self.keeper.in_order();
        std::iter::from_fn(move || self.runtime.block_on(next(&mut ordered)))
    }
}

/// A keeper in memory, which tells on the error output what is wrong with its links.
fn keeper(feed: Feed) -> Keeper {
    let keeper = Keeper::start(Evidence::memory(feed, MEMORY));
    let mut events = keeper.subscribe();
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            match net::of_event(event) {
                Some(Came::Link(what) | Came::Damage(what)) => anstream::eprintln!("{what}"),
                Some(Came::Refused { rule, messages }) => {
                    anstream::eprintln!("{messages} messages were refused: {rule}");
                }
                Some(Came::Message(_)) | None => {}
            }
        }
    });
    keeper
}

async fn next(ordered: &mut Ordered) -> Option<Result<Signed>> {
    loop {
        match ordered.next().await? {
            Turn::Message(message) => return Some(Ok(*message)),
            Turn::Waits(Gap::Places { epoch, first, last }) => {
                anstream::eprintln!("waiting for {epoch}:{first} to {epoch}:{last}");
            }
            Turn::Waits(Gap::Named { place, .. }) => {
                anstream::eprintln!("waiting for the message before {place}");
            }
            Turn::Dropped(lag) => {
                return Some(Err(anyhow!(
                    "{} to {} are no longer there: they were dropped out of a log, or are more than fit into memory",
                    lag.first,
                    lag.last
                )));
            }
        }
    }
}
