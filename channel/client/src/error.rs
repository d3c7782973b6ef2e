//! Why a client has no answer.

use twinroot_rpc::{CallError, ConnectError, Fault};

/// Why a client has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no node, or it does not let this caller in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The node says no: this was not done.
    #[error("{0}")]
    Refused(Fault),
    /// The connection broke, and it is not known whether this was done. Look, and ask again if it was not.
    #[error("the connection to the node was lost ({0}); it is not known whether this was done")]
    Lost(String),
    /// The node's answer cannot be read: it is of another version.
    #[error("the node answers something else than was asked: {0}")]
    Answer(String),
    /// The system gives no random numbers for a key of the call.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl Error {
    /// The code that `twinroot explain` knows.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Connect(error) => error.code(),
            Self::Refused(fault) => fault
                .stable()
                .unwrap_or(twinroot_rpc::codes::UNINTELLIGIBLE),
            Self::Lost(_) => twinroot_rpc::codes::LOST,
            Self::Answer(_) => twinroot_rpc::codes::UNINTELLIGIBLE,
            Self::Random(_) => twinroot_rpc::codes::INTERNAL,
        }
    }

    /// What to do about it, where the node says so.
    #[must_use]
    pub fn todo(&self) -> Option<&str> {
        match self {
            Self::Refused(fault) => fault.what_to_do(),
            _ => None,
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Fault(fault) => Self::Refused(fault),
            CallError::Lost(why) => Self::Lost(why),
            other => Self::Answer(other.to_string()),
        }
    }
}
