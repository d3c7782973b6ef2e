//! What can go wrong in a world.

use twinroot_arbiter::{Receipt, Rejected};
use twinroot_exec::Halt;
use twinroot_party::{Illegal, OpenError};
use twinroot_rules::Refused;
use twinroot_types::DecodeError;
use twinroot_wire::Reason;

/// Why something did not happen in a world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// An engine did not start.
    #[error(transparent)]
    Start(#[from] twinroot_host::StartError),
    /// The ledger does not begin so.
    #[error(transparent)]
    Genesis(#[from] twinroot_arbiter::GenesisError),
    /// A party was asked for something that makes no sense now.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// A party cannot begin with these terms.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The ledger does not include a transaction.
    #[error("rejected by the ledger: {0}")]
    Rejected(#[from] Rejected),
    /// The ledger included a forced step and found it wrong.
    #[error("refuted by the ledger: {:?}", .0.effect)]
    Refuted(Box<Receipt>),
    /// The proposer's own rules refuse the step.
    #[error("refused by the rules: {0}")]
    Impossible(Refused),
    /// The peer does not sign.
    #[error("refused by the peer: {0:?}")]
    PeerRefused(Reason),
    /// The code does not pass the gate.
    #[error(transparent)]
    Gate(#[from] Halt),
    /// A message cannot be read.
    #[error(transparent)]
    Message(#[from] DecodeError),
    /// Off chain and on chain came to different results: the law of the project is broken.
    #[error("the twins differ: {0}")]
    TwinsDiffer(String),
    /// There is no channel in this world yet, or no more.
    #[error("there is no channel")]
    NoChannel,
    /// A party was waited for and did not do what it should.
    #[error("expected {0}, which did not happen")]
    Silent(&'static str),
}
