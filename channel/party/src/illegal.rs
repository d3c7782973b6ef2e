//! Inputs that make no sense where the party stands. They change nothing; the driver or the user
//! is at fault, never the peer.

use twinroot_abi::{CodeHash, Height, Round};
use twinroot_wire::SignatureError;

/// Why an input is not possible now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// A signature that was asked for is still to come.
    #[error("a signature that was asked for is still to come")]
    Busy,
    /// A proposal of this party is half-signed; only the same step may follow, or taking it back.
    #[error(
        "the proposal of round {round} is half-signed: repeat it, force it, or take it back first"
    )]
    HalfSigned {
        /// Its round.
        round: Round,
    },
    /// This party has signed a mutual close that can still be posted.
    #[error("a mutual close is signed and can be posted up to height {until}")]
    Closing {
        /// Its last height.
        until: Height,
    },
    /// A mutual close may not stay good for so long.
    #[error("a mutual close may be good up to height {latest} only")]
    Expiry {
        /// The latest height.
        latest: Height,
    },
    /// This was not asked, or not last.
    #[error("this was not asked, or something else was asked since")]
    NothingAsked,
    /// No signature was asked for.
    #[error("no signature was asked for")]
    NothingToSign,
    /// The signature is not this party's own; the key does not belong to this party.
    #[error("the signer gave a wrong signature: {0}")]
    WrongSignature(SignatureError),
    /// The channel is closed.
    #[error("the channel is closed")]
    Closed,
    /// There is no higher round.
    #[error("the rounds are used up")]
    NoRound,
    /// The ledger carried out a step with code that this party does not know. Learn it from the
    /// ledger and give the event again.
    #[error(
        "the ledger carried out a step with code {0}, which is not known here: learn it and give the event again"
    )]
    NeedsCode(CodeHash),
    /// The ledger reached another state than this party does; one of the two is broken.
    #[error("the ledger carried out a step that comes out differently here: {0}")]
    Diverged(String),
    /// This machine failed. It says nothing about the step, and the node must stop.
    #[error("this machine failed, the node must stop: {0}")]
    Machine(String),
}
