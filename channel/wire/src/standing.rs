//! Which of two states is newer.

use serde::{Deserialize, Serialize};
use twinroot_abi::Round;

/// The standing of a state: its co-signed base, then the steps forced on it
/// (docs/spec/channel.md, 7.1). A co-signed state above the base beats the base and every step
/// forced on it; the base itself never does.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Standing {
    /// Round of the newest co-signed state below it.
    pub round: Round,
    /// Steps forced on that.
    pub forced: u32,
}

impl Standing {
    /// The standing of a co-signed state.
    #[must_use]
    pub const fn co_signed(round: Round) -> Self {
        Self { round, forced: 0 }
    }

    /// The standing after one more forced step; `None` beyond any count.
    #[must_use]
    pub fn forced(self) -> Option<Self> {
        Some(Self {
            forced: self.forced.checked_add(1)?,
            ..self
        })
    }
}
