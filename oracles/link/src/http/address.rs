//! Where a feed is served.

use core::fmt;

use twinroot_abi::FeedId;
use url::Url;

use crate::{Origin, Place};

/// The address of a feed, such as `http://host:8080/v1/feeds/FEED`, the feed being the 64 hex digits of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
    feed: FeedId,
}

impl Address {
    /// The address that a text is.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn of_url(url: &str) -> Result<Self, AddressError> {
        let mut url = Url::parse(url).map_err(AddressError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme(url.scheme().to_owned()));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        let mut feed = [0; 32];
        let name = path.rsplit('/').next().unwrap_or_default();
        hex::decode_to_slice(name, &mut feed).map_err(|_| AddressError::Feed)?;
        url.set_path(&path);
        Ok(Self {
            url,
            feed: FeedId(feed),
        })
    }

    /// Whose address it is.
    #[must_use]
    pub const fn feed(&self) -> FeedId {
        self.feed
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::new(&self.to_string())
    }

    pub(super) const fn url(&self) -> &Url {
        &self.url
    }

    /// What the server has below this, from a place on.
    pub(super) fn below(&self, name: &str, since: Place) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{name}", self.url.path()));
        url.set_query(Some(&format!("since={since}")));
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

/// What is wrong with the address of a feed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no address.
    #[error("this is no address: {0}; one is http://HOST:PORT/v1/feeds/FEED")]
    Url(url::ParseError),
    /// It is that of something else.
    #[error("an address of a feed begins with http:// or https://, this one with {0}://")]
    Scheme(String),
    /// It does not end with a feed.
    #[error(
        "the address has to end with the id of the feed, 64 hex digits: http://HOST:PORT/v1/feeds/FEED"
    )]
    Feed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_feed() {
        let feed = FeedId([0xab; 32]);
        let address = Address::of_url(&format!("http://h:8/a/v1/feeds/{feed}/?x=1#y")).unwrap();
        assert_eq!(address.feed(), feed);
        let below = address.below("events", Place { epoch: 1, seq: 2 });
        let expected = format!("http://h:8/a/v1/feeds/{feed}/events?since=1-2");
        assert_eq!(below.as_str(), expected);
        assert_eq!(
            Address::of_url("http://h:8/v1/feeds/ab"),
            Err(AddressError::Feed)
        );
        let error = AddressError::Scheme("mqtt".to_owned());
        assert_eq!(Address::of_url(&format!("mqtt://h/{feed}")), Err(error));
    }
}
