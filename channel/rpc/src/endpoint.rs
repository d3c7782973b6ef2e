//! Where a server listens.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

/// Where a server listens: `ws://HOST:PORT`, or `unix:PATH` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A TCP address: host and port.
    Tcp(String),
    /// A local socket.
    Unix(PathBuf),
}

/// Words that are no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address: write ws://HOST:PORT, or unix:PATH for a socket on this machine")]
pub struct EndpointError(String);

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(words: &str) -> Result<Self, EndpointError> {
        let wrong = || EndpointError(words.escape_default().take(200).collect());
        if let Some(path) = words.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() {
                Err(wrong())
            } else {
                Ok(Self::Unix(path.into()))
            };
        }
        let address = words.strip_prefix("ws://").ok_or_else(wrong)?;
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let is_bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
        let strange = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '?' | '#');
        if host.is_empty() || is_bare_v6 || host.contains(strange) || port.parse::<u16>().is_err() {
            return Err(wrong());
        }
        Ok(Self::Tcp(address.into()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "ws://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for words in [
            "ws://127.0.0.1:8640",
            "ws://[::1]:8640",
            "ws://chain.example:1",
            "unix:/run/t/api",
        ] {
            assert_eq!(words.parse::<Endpoint>().unwrap().to_string(), words);
        }
        let slash: Endpoint = "ws://127.0.0.1:8640/".parse().unwrap();
        assert_eq!(slash.to_string(), "ws://127.0.0.1:8640");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for words in [
            "",
            "ws://",
            "ws://:1",
            "ws://a",
            "ws://a:b",
            "ws://a:70000",
            "http://a:1",
            "unix:",
            "ws://::1:1",
            "ws://a b:1",
        ] {
            assert!(words.parse::<Endpoint>().is_err(), "{words}");
        }
    }
}
