//! The client.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::sleep;
use twinroot_rpc::{CallError, ConnectError, Endpoint, Subscription};

use crate::Error;
use crate::api::{
    Ack, Answer, AppRecord, Balances, Bytes, ChannelFile, Close, Done, Event, Events, Id, Name,
    NodeStatus, Nothing, Open, Opened, Peer, Say, Shown, Step, Summary, Which,
};
use crate::methods::{self, Method};

/// A client of a node. Copies share its connection.
///
/// A connection that breaks is made again. What changes nothing, and what has a key, is then asked again, under the same key, so
/// that it is done once; keys that the caller leaves empty are made up. Of the rest, [`Error::Lost`] says that it is not known
/// whether it was done.
///
/// ```no_run
/// # async fn buy() -> Result<(), twinroot_client::Error> {
/// # let shop = twinroot_client::api::Id([0; 32]);
/// use serde_json::json;
/// use twinroot_client::{Client, api::Step};
///
/// let node = Client::connect("unix:/home/alice/.twinroot/api.sock".parse().unwrap(), None).await?;
/// let channel = node.list().await?[0].channel;
///
/// let buy = Step::on(channel).call(shop, "buy", json!({ "item": 7 }));
/// match node.call(buy.clone()).await {
///     Ok(done) => println!("both signed round {}", done.round),
///     // Bob does not sign. The ledger carries out the very same step, and comes to the very same state.
///     Err(error) => println!("{error}; the ledger says {:?}", node.force(buy).await?.receipts),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    endpoint: Endpoint,
    token: Option<String>,
    connection: Arc<Mutex<Option<twinroot_rpc::Client>>>,
}

impl Client {
    /// Connects. A socket on this machine needs no token.
    ///
    /// # Errors
    /// [`Error::Connect`].
    pub async fn connect(endpoint: Endpoint, token: Option<String>) -> Result<Self, Error> {
        let client = Self {
            endpoint,
            token,
            connection: Arc::default(),
        };
        client.connection().await?;
        Ok(client)
    }

    /// What the node is and how it is doing.
    ///
    /// # Errors
    /// [`Error`], as of every verb here.
    pub async fn status(&self) -> Result<NodeStatus, Error> {
        self.again(&methods::STATUS, &Nothing {}).await
    }

    /// Says where a peer listens.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn add_peer(&self, peer: Peer) -> Result<(), Error> {
        self.again(&methods::ADD_PEER, &peer).await
    }

    /// A record that the application wrote.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn app(&self, name: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let record: AppRecord = self
            .again(
                &methods::APP,
                &Name {
                    name: Bytes(name.to_vec()),
                },
            )
            .await?;
        Ok(record.value.map(|value| value.0))
    }

    /// Offers a channel.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn open(&self, mut terms: Open) -> Result<Opened, Error> {
        name(&mut terms.key)?;
        self.again(&methods::OPEN, &terms).await
    }

    /// Accepts the offer of a channel.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn accept(&self, channel: Id) -> Result<(), Error> {
        self.approve(Answer {
            channel,
            question: None,
        })
        .await
    }

    /// Agrees to what the user was asked.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn approve(&self, answer: Answer) -> Result<(), Error> {
        self.once(&methods::APPROVE, &answer).await
    }

    /// Refuses what the user was asked.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn decline(&self, answer: Answer) -> Result<(), Error> {
        self.once(&methods::DECLINE, &answer).await
    }

    /// All channels.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self) -> Result<Vec<Summary>, Error> {
        self.again(&methods::LIST, &Nothing {}).await
    }

    /// All of one channel.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn show(&self, channel: Id) -> Result<Shown, Error> {
        self.again(&methods::SHOW, &Which { channel }).await
    }

    /// How the coins of a channel stand.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn balances(&self, channel: Id) -> Result<Balances, Error> {
        self.again(&methods::BALANCES, &Which { channel }).await
    }

    /// Has both sign a step.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn call(&self, mut step: Step) -> Result<Done, Error> {
        name(&mut step.key)?;
        self.again(&methods::CALL, &step).await
    }

    /// Has the ledger carry out a step, without the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn force(&self, mut step: Step) -> Result<Done, Error> {
        name(&mut step.key)?;
        self.again(&methods::FORCE, &step).await
    }

    /// What a step would return; nothing is done.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn read(&self, step: Step) -> Result<Done, Error> {
        self.again(&methods::READ, &step).await
    }

    /// What a step would return, and what forcing it would cost; nothing is done.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn estimate(&self, step: Step) -> Result<Done, Error> {
        self.again(&methods::ESTIMATE, &step).await
    }

    /// Own free coins go to the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn transfer(&self, channel: Id, amount: u64) -> Result<Done, Error> {
        self.call(Step::on(channel).transfer(amount)).await
    }

    /// Says something to the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn message(&self, channel: Id, bytes: &[u8]) -> Result<(), Error> {
        self.once(
            &methods::MESSAGE,
            &Say {
                channel,
                bytes: Bytes(bytes.to_vec()),
            },
        )
        .await
    }

    /// Takes back the step that waits for the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn cancel(&self, channel: Id) -> Result<(), Error> {
        self.once(&methods::CANCEL, &Which { channel }).await
    }

    /// Ends a channel together with the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn close(&self, channel: Id) -> Result<(), Error> {
        self.once(
            &methods::CLOSE,
            &Close {
                channel,
                solo: false,
            },
        )
        .await
    }

    /// Has the ledger end a channel, without the peer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn close_solo(&self, channel: Id) -> Result<(), Error> {
        self.once(
            &methods::CLOSE,
            &Close {
                channel,
                solo: true,
            },
        )
        .await
    }

    /// Has the ledger pay out a close whose time has come.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn settle(&self, channel: Id) -> Result<(), Error> {
        self.once(&methods::SETTLE, &Which { channel }).await
    }

    /// Answers a close at an old state with the newest.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn slash(&self, channel: Id) -> Result<(), Error> {
        self.once(&methods::SLASH, &Which { channel }).await
    }

    /// Tells the ledger the newest co-signed state.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn snapshot(&self, channel: Id) -> Result<(), Error> {
        self.once(&methods::SNAPSHOT, &Which { channel }).await
    }

    /// A channel in a file, as another node with one of its keys goes on from it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn export(&self, channel: Id) -> Result<ChannelFile, Error> {
        self.again(&methods::EXPORT, &Which { channel }).await
    }

    /// Goes on with a channel out of a file. Nobody else may go on with that side of it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn import(&self, file: ChannelFile) -> Result<Opened, Error> {
        self.once(&methods::IMPORT, &file).await
    }

    /// Events that were not acknowledged, oldest first: those that there are now.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list_events(&self, which: Events) -> Result<Vec<Event>, Error> {
        self.again(&methods::EVENTS, &which).await
    }

    /// Events that were not acknowledged, and then each new one, without end.
    ///
    /// After a broken connection it goes on behind the last one that it gave, as often as it takes. An error is the last item:
    /// the node does not let this caller in any more, or is of another version.
    pub fn events(
        &self,
        which: Events,
    ) -> impl Stream<Item = Result<Event, Error>> + Send + Unpin + 'static {
        let following = Following {
            client: self.clone(),
            which,
            items: None,
        };
        stream::unfold(Some(following), |following| async {
            let mut following = following?;
            match following.next().await {
                Ok(event) => Some((Ok(event), Some(following))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    /// Says that events were taken, up to a number. They are not told again.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn ack(&self, up_to: u64) -> Result<(), Error> {
        self.again(&methods::ACK, &Ack { up_to }).await
    }

    /// Asks once: whoever is asked again would do it again.
    async fn once<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &Method<P, R>,
        params: &P,
    ) -> Result<R, Error> {
        let connection = self.connection().await?;
        Ok(connection.call(method.name(), params).await?)
    }

    /// Asks, and asks again where the connection breaks.
    async fn again<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &Method<P, R>,
        params: &P,
    ) -> Result<R, Error> {
        let mut waits = WAITS.with_max_times(TRIES).build();
        loop {
            let error = match self.once(method, params).await {
                Err(error) if is_passing(&error) => error,
                other => return other,
            };
            // The first connection was there: a node that ends comes back, or somebody has to look after it.
            let Some(wait) = waits.next() else {
                return Err(error);
            };
            sleep(wait).await;
        }
    }

    /// The connection there is, or a new one.
    async fn connection(&self) -> Result<twinroot_rpc::Client, ConnectError> {
        let mut connection = self.connection.lock().await;
        if let Some(open) = connection
            .as_ref()
            .filter(|open| open.closed().now_or_never().is_none())
        {
            return Ok(open.clone());
        }
        let open = twinroot_rpc::Client::connect(&self.endpoint, self.token.as_deref()).await?;
        Ok(connection.insert(open).clone())
    }
}

/// A subscription that lives longer than its connection.
struct Following {
    client: Client,
    which: Events,
    items: Option<Subscription<Event>>,
}

impl Following {
    async fn next(&mut self) -> Result<Event, Error> {
        let mut waits = WAITS.without_max_times().build();
        loop {
            match self.try_next().await {
                Ok(Some(event)) => {
                    self.which.after = Some(event.id);
                    return Ok(event);
                }
                Ok(None) => {}
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(error),
            }
            self.items = None;
            sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
        }
    }

    async fn try_next(&mut self) -> Result<Option<Event>, Error> {
        if self.items.is_none() {
            let connection = self.client.connection().await?;
            self.items = Some(
                connection
                    .subscribe(methods::FOLLOW.name(), &self.which)
                    .await?,
            );
        }
        let Some(items) = &mut self.items else {
            return Ok(None);
        };
        match items.next().await {
            // Whoever was too slow goes on where it stands.
            None | Some(Err(CallError::Slow)) => Ok(None),
            Some(Err(CallError::Fault(fault)))
                if fault.stable() == Some(twinroot_rpc::codes::SLOW) =>
            {
                Ok(None)
            }
            Some(item) => Ok(Some(item?)),
        }
    }
}

/// Whether it may go better the next time.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Lost(_) | Error::Connect(ConnectError::Nobody { .. }) => true,
        Error::Refused(fault) => fault.stable() == Some(twinroot_rpc::codes::LOST),
        _ => false,
    }
}

/// Gives a call a key of its own.
fn name(key: &mut String) -> Result<(), Error> {
    if key.is_empty() {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(Error::Random)?;
        *key = hex::encode(bytes);
    }
    Ok(())
}

const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Waits between attempts to connect.
const WAITS: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(LONGEST_WAIT)
    .with_jitter();
/// Attempts to ask again: 15 to 30 seconds, in which a node is started again.
const TRIES: usize = 16;
