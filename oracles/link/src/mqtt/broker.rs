//! Where a broker is, and how to connect to it.

use core::fmt;

use rumqttc::v5::mqttbytes::v5::{SubAck, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, EventLoop, MqttOptions};
use twinroot_abi::FeedId;
use url::Url;

use super::exchange::ANSWER_LIMIT;
use crate::Origin;
use crate::running::Lost;

/// A broker of MQTT 5.
#[derive(Clone)]
pub struct Broker {
    host: String,
    port: u16,
    login: Option<(String, String)>,
}

impl Broker {
    /// A broker without a login.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
            login: None,
        }
    }

    /// The broker and the feed of an address such as `mqtt://user:password@host:1883/FEED`, the feed being
    /// the 64 hex digits of its id.
    ///
    /// # Errors
    /// [`BrokerError`] says what is wrong with the address.
    pub fn of_url(url: &str) -> Result<(Self, FeedId), BrokerError> {
        let url = Url::parse(url).map_err(BrokerError::Url)?;
        if url.scheme() != "mqtt" {
            return Err(BrokerError::Scheme(url.scheme().to_owned()));
        }
        let host = url.host_str().ok_or(BrokerError::Host)?;
        let mut feed = [0; 32];
        hex::decode_to_slice(url.path().trim_start_matches('/'), &mut feed)
            .map_err(|_| BrokerError::Feed)?;
        let login = url.password().map(|password| {
            let [user, password] = [url.username(), password].map(decoded);
            (user, password)
        });
        let broker = Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(PORT),
            login,
        };
        Ok((broker, FeedId(feed)))
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::new(&self.to_string())
    }

    /// A connection that is made when it is polled. Each is a new one, so nothing of the one before is left.
    pub(super) fn connect(&self, client: &str, session: Session) -> (AsyncClient, EventLoop) {
        let mut options = MqttOptions::new(client, &self.host, self.port);
        options
            .set_manual_acks(true)
            .set_outgoing_inflight_upper_limit(IN_FLIGHT)
            .set_receive_maximum(Some(IN_FLIGHT))
            .set_max_packet_size(Some(PACKET_LIMIT));
        if let Some((user, password)) = &self.login {
            options.set_credentials(user, password);
        }
        if session == Session::Kept {
            options
                .set_clean_start(false)
                .set_session_expiry_interval(Some(SESSION_SECONDS));
        }
        AsyncClient::new(options, REQUESTS)
    }
}

/// Whether the broker keeps for a client what comes while it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// For a day.
    Kept,
    /// Not at all.
    Fresh,
}

/// The login is nobody's business.
impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mqtt://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broker({self})")
    }
}

/// What is wrong with the address of a broker.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// It is no address.
    #[error("this is no address: {0}; one is mqtt://HOST:PORT/FEED")]
    Url(url::ParseError),
    /// It is that of something else.
    #[error("an address of a broker begins with mqtt://, this one with {0}://")]
    Scheme(String),
    /// It names no host.
    #[error("the address names no host; one is mqtt://HOST:PORT/FEED")]
    Host,
    /// It does not end with a feed.
    #[error("the address has to end with the id of the feed, 64 hex digits: mqtt://HOST:PORT/FEED")]
    Feed,
}

/// The name of a client that no other has, for one connection.
pub(super) fn passing_name(role: &str) -> String {
    format!("twinroot-{role}-{:016x}", fastrand::u64(..))
}

/// Whether the broker granted every subscription.
pub(super) fn is_granted(ack: &SubAck) -> Result<(), Lost> {
    let is_refused = |code: &&SubscribeReasonCode| !matches!(code, SubscribeReasonCode::Success(_));
    match ack.return_codes.iter().find(is_refused) {
        None => Ok(()),
        Some(code) => Err(Lost::at_once(format!(
            "the broker refuses the subscription: {code:?}; its access rules have to allow it"
        ))),
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The port of MQTT.
const PORT: u16 = 1883;
/// Messages that are on the way at most, in each direction, without an acknowledgement.
pub(super) const IN_FLIGHT: u16 = 256;
/// What can wait to be sent on a connection; room for the acknowledgement of all that is in flight.
const REQUESTS: usize = 2 * IN_FLIGHT as usize;
/// An answer, and what MQTT adds. The broker passes on nothing longer.
const PACKET_LIMIT: u32 = ANSWER_LIMIT as u32 + 1024;
const SESSION_SECONDS: u32 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_broker_and_feed() {
        let feed = FeedId([0xab; 32]);
        let (broker, named) =
            Broker::of_url(&format!("mqtt://u%40x:p@example.org/{feed}")).unwrap();
        assert_eq!(named, feed);
        assert_eq!(broker.to_string(), "mqtt://example.org:1883");
        assert_eq!(broker.login, Some(("u@x".to_owned(), "p".to_owned())));
        assert!(!format!("{broker:?}").contains("u@x"));

        let errors = [
            ("mqtt:", BrokerError::Host),
            ("http://h/1", BrokerError::Scheme("http".to_owned())),
            ("mqtt://h:1/ab", BrokerError::Feed),
            ("mqtt://h:1", BrokerError::Feed),
        ];
        for (address, error) in errors {
            assert_eq!(Broker::of_url(address).unwrap_err(), error, "{address}");
        }
        assert!(matches!(
            Broker::of_url("h").unwrap_err(),
            BrokerError::Url(_)
        ));
    }
}
