//! Who may connect.

use subtle::ConstantTimeEq;
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, ORIGIN};

/// Who may connect over TCP. A local socket is open to its owner, and to nobody else.
#[derive(Clone)]
pub enum Access {
    /// Anyone who reaches the address, pages of a browser aside.
    Anyone,
    /// Who shows this token, as `Authorization: Bearer TOKEN`.
    Token(String),
}

impl core::fmt::Debug for Access {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Anyone => "Anyone",
            Self::Token(_) => "Token(..)",
        })
    }
}

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// No token, or another one.
    Token,
    /// A page of a browser, which any site could have put there.
    Page,
}

impl Access {
    /// Whether a connection that shows these headers is let in.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Barred> {
        if headers.contains_key(ORIGIN) {
            return Err(Barred::Page);
        }
        let Self::Token(token) = self else {
            return Ok(());
        };
        let shown = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        // In the same time wherever the first difference is, so that nobody finds the token byte by byte.
        let is_it = shown.is_some_and(|shown| shown.ct_eq(token.as_bytes()).into());
        if is_it { Ok(()) } else { Err(Barred::Token) }
    }
}
