//! Inputs that make no sense where the party stands. They change nothing; the driver or the user
//! is at fault, never the peer.

use twinroot_abi::{CodeHash, Height, Round};

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
    /// This party has signed a close, a deposit or a withdrawal that can still be posted.
    #[error("a close, deposit or withdrawal is signed and binds up to height {until}")]
    Bound {
        /// The last height of it, forks included.
        until: Height,
    },
    /// A close, a deposit or a withdrawal may not stay good for so long, or is over.
    #[error("it may be good up to a height from {earliest} to {latest}")]
    Expiry {
        /// The present height.
        earliest: Height,
        /// The latest height.
        latest: Height,
    },
    /// A fork took the ledger back to before the block of the newest state.
    #[error("a fork took the ledger back: wait until height {height} is passed again")]
    TakenBack {
        /// The height of that block.
        height: Height,
    },
    /// Another step is being forced.
    #[error("another step is being forced; wait for the ledger")]
    Forcing,
    /// A deposit or a withdrawal cannot be forced, nor stand beside something else.
    #[error("a deposit or a withdrawal is a step of its own")]
    NotAlone,
    /// The channel is being closed: what is signed now could come too late to beat the close.
    #[error("the channel is being closed: force the step, or close together")]
    BeingClosed,
    /// This was not asked, or not last.
    #[error("this was not asked, or something else was asked since")]
    NothingAsked,
    /// No signature of this was asked for.
    #[error("no signature of this was asked for")]
    NothingToSign,
    /// There is nothing to take back, or to post.
    #[error("there is nothing to do")]
    NothingToDo,
    /// A newer state was lost; only closing is possible until it is there.
    #[error("the newest state, of round {round}, is not here: catch up with the peer, or close")]
    Behind {
        /// Its round.
        round: Round,
    },
    /// This party came back from a backup and has not heard of the peer yet.
    #[error("this party came back from a backup: it signs nothing before it has heard of the peer")]
    Doubtful,
    /// Too many notes wait for the peer.
    #[error("{waiting} notes wait for the peer already, or the note is too long")]
    Notes {
        /// How many.
        waiting: usize,
    },
    /// Something could not be written down. Read the records again and begin anew from there.
    #[error("something could not be written down: begin anew from the records")]
    Frozen,
    /// The channel is closed.
    #[error("the channel is closed")]
    Closed,
    /// There is no higher round.
    #[error("the rounds are used up")]
    NoRound,
    /// The ledger carried out a step with code that this party does not know. Learn it from the
    /// ledger and give the input again.
    #[error(
        "the ledger carried out a step with code {0}, which is not known here: learn it and give the input again"
    )]
    NeedsCode(CodeHash),
    /// The ledger reached another state than this party does; one of the two is broken.
    #[error("the ledger carried out a step that comes out differently here: {0}")]
    Diverged(String),
    /// This machine failed. It says nothing about the step, and the node must stop.
    #[error("this machine failed, the node must stop: {0}")]
    Machine(String),
}
