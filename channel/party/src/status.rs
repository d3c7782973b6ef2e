//! What a party is doing, in one word.

use std::fmt;

use twinroot_abi::{Height, Round};

use crate::Party;

/// What a party is doing; the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Something could not be written down.
    Frozen,
    /// The channel has paid out.
    Closed,
    /// It came back from a backup and has not heard of the peer yet.
    Doubtful,
    /// It lacks the newest state, of this round.
    Behind(Round),
    /// It waits for its own signature.
    Signing,
    /// It has signed a close, a deposit or a withdrawal that can be posted up to this height.
    Bound(Height),
    /// Its user is asked.
    Asked,
    /// Its proposal of this round waits for the peer.
    Proposed(Round),
    /// It has posted a step.
    Forcing,
    /// The channel is being closed; the time to answer ends at this height.
    Closing(Height),
    /// Nothing is going on.
    Free,
}

impl Status {
    pub(crate) fn of(party: &Party) -> Self {
        let proposed = party.live.iter().map(|half| half.candidate.round()).max();
        let closing = party.ledger.as_ref().and_then(|ledger| ledger.closing);
        if party.frozen {
            Self::Frozen
        } else if party.closed {
            Self::Closed
        } else if party.doubtful {
            Self::Doubtful
        } else if let Some(behind) = &party.behind {
            Self::Behind(behind.ground.round())
        } else if party.is_signing() {
            Self::Signing
        } else if let Some(until) = party.bound_until() {
            Self::Bound(until)
        } else if party.asked.is_some() {
            Self::Asked
        } else if party.forcing.is_some() {
            Self::Forcing
        } else if let Some(round) = proposed {
            Self::Proposed(round)
        } else if let Some(until) = closing {
            Self::Closing(until)
        } else {
            Self::Free
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frozen => write!(f, "frozen: something could not be written down"),
            Self::Closed => write!(f, "closed"),
            Self::Doubtful => write!(f, "back from a backup, waits to hear of the peer"),
            Self::Behind(round) => write!(f, "lacks the newest state, of round {round}"),
            Self::Signing => write!(f, "waits for its own signature"),
            Self::Bound(until) => write!(f, "bound up to height {until}"),
            Self::Asked => write!(f, "asks its user"),
            Self::Proposed(round) => write!(f, "waits for the peer to sign round {round}"),
            Self::Forcing => write!(f, "has posted a step"),
            Self::Closing(until) => write!(f, "is being closed; answers count until {until}"),
            Self::Free => write!(f, "free"),
        }
    }
}
