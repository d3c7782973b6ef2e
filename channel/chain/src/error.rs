//! Why a ledger does not do what it was asked.

use twinroot_arbiter::{GenesisError, Rejected};
use twinroot_rpc::{CallError, ConnectError, Fault};
use twinroot_store::{ImportError, OpenError, ReadError, WriteError};

use crate::codes;

/// Why a ledger does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The ledger says no, and would say so again; nothing is changed. Who asked is at fault.
    #[error("{message}")]
    Rejected {
        /// A stable code; [`codes::NONCE`] where the number is not the sender's next.
        code: String,
        /// What is wrong.
        message: String,
    },
    /// The ledger is not there, or cannot go on. It may be there later.
    #[error("the ledger cannot be reached: {0}")]
    Unreachable(String),
    /// What answers is no ledger, or does not speak this version of the protocol.
    #[error("no ledger answers like this: {0}")]
    Protocol(String),
}

impl ChainError {
    /// A no of the ledger.
    pub(crate) fn no(code: &str, message: impl ToString) -> Self {
        Self::Rejected {
            code: code.to_owned(),
            message: message.to_string(),
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Rejected { code, .. } => code,
            Self::Unreachable(_) => twinroot_rpc::codes::NOBODY,
            Self::Protocol(_) => twinroot_rpc::codes::UNINTELLIGIBLE,
        }
    }

    /// Whether the transaction has the wrong number only: with the next one it may be included.
    #[must_use]
    pub fn is_nonce(&self) -> bool {
        matches!(self, Self::Rejected { code, .. } if code == codes::NONCE)
    }
}

impl From<Rejected> for ChainError {
    fn from(rejected: Rejected) -> Self {
        let code = match rejected {
            Rejected::Nonce { .. } => codes::NONCE,
            Rejected::Machine(_) => codes::MACHINE,
            _ => codes::REJECTED,
        };
        Self::no(code, rejected)
    }
}

impl From<WriteError> for ChainError {
    fn from(error: WriteError) -> Self {
        Self::Unreachable(format!("its file was not written: {error}"))
    }
}

impl From<ReadError> for ChainError {
    fn from(error: ReadError) -> Self {
        Self::Unreachable(format!("its file was not read: {error}"))
    }
}

impl From<ConnectError> for ChainError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Nobody { .. } => Self::Unreachable(error.to_string()),
            ConnectError::Token(_) | ConnectError::Other { .. } => {
                Self::Protocol(error.to_string())
            }
        }
    }
}

impl From<CallError> for ChainError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Fault(fault) => fault.into(),
            CallError::Lost(_) | CallError::Slow => Self::Unreachable(error.to_string()),
            CallError::Params(_) | CallError::Answer(_) | CallError::NoSubscription => {
                Self::Protocol(error.to_string())
            }
        }
    }
}

impl From<Fault> for ChainError {
    fn from(fault: Fault) -> Self {
        match fault.stable() {
            Some(codes::STOPPED | twinroot_rpc::codes::LOST | twinroot_rpc::codes::SLOW) => {
                Self::Unreachable(fault.message)
            }
            Some(code) => Self::no(code, &fault.message),
            None => Self::Protocol(fault.message),
        }
    }
}

impl From<ChainError> for Fault {
    fn from(error: ChainError) -> Self {
        match &error {
            ChainError::Rejected { code, message } => Self::new(code, message),
            ChainError::Unreachable(why) => Self::new(codes::STOPPED, why),
            ChainError::Protocol(why) => Self::internal(why),
        }
    }
}

/// Why a ledger's file cannot be opened or made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FileError {
    /// No ledger can begin so.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file cannot be made of these bytes.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The file has something else in it.
    #[error("the file holds no ledger")]
    Foreign,
    /// A line of the file makes no sense.
    #[error("line {0} of the ledger's file makes no sense: it is damaged, or of a newer program")]
    Line(u64),
    /// The rules of this program lead elsewhere than those of the one that wrote the file.
    #[error(
        "line {line} of the ledger's file leads to another block here ({why}): it was written by a program with other rules"
    )]
    Diverged {
        /// Which line.
        line: u64,
        /// What differs.
        why: String,
    },
}
