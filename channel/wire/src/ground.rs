//! What both signed last, as far as the ledger knows.

use serde::{Deserialize, Serialize};
use twinroot_abi::Round;

use crate::{CoSigned, Commitment, SignedFunding};

/// The newest state that the ledger has seen both signatures of; forced steps rest on it
/// (docs/spec/channel.md, 2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ground {
    /// None yet: the channel rests on its terms.
    Terms,
    /// A state that was posted.
    CoSigned(CoSigned),
    /// The state after a deposit or a withdrawal.
    Funding(SignedFunding),
}

impl Ground {
    /// Its commitment; none where the terms tell it.
    #[must_use]
    pub const fn commitment(&self) -> Option<&Commitment> {
        match self {
            Self::Terms => None,
            Self::CoSigned(state) => Some(&state.commitment),
            Self::Funding(signed) => Some(&signed.funding.commitment),
        }
    }

    /// Its round.
    #[must_use]
    pub fn round(&self) -> Round {
        self.commitment()
            .map_or(Round(0), |commitment| commitment.round)
    }
}
