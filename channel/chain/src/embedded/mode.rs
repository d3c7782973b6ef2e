//! When blocks come, and which time they have.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use twinroot_abi::TimeMs;

/// What time it is, outside.
pub type Clock = Arc<dyn Fn() -> TimeMs + Send + Sync>;

/// When blocks come.
#[derive(Clone)]
pub enum Mode {
    /// By themselves, so far apart. [`crate::Embedded::keep_time`] makes them.
    Every(Duration, Clock),
    /// With each transaction, at once.
    OnDemand(Clock),
    /// When they are asked for, a second of the ledger apart whatever time it is outside: for tests.
    Manual,
}

impl Mode {
    /// Milliseconds of the ledger between blocks that are made faster than time passes.
    pub(crate) fn step(&self) -> u64 {
        match self {
            Self::Every(apart, _) => u64::try_from(apart.as_millis()).unwrap_or(u64::MAX),
            Self::OnDemand(_) | Self::Manual => 1_000,
        }
    }

    /// What time it is outside, where that counts.
    pub(crate) fn now(&self) -> Option<TimeMs> {
        match self {
            Self::Every(_, clock) | Self::OnDemand(clock) => Some(clock()),
            Self::Manual => None,
        }
    }

    pub(crate) const fn ends_block_at_once(&self) -> bool {
        matches!(self, Self::OnDemand(_))
    }

    pub(crate) fn block_ms(&self) -> Option<u64> {
        matches!(self, Self::Every(..)).then(|| self.step())
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(apart, _) => write!(f, "Every({apart:?})"),
            Self::OnDemand(_) => f.write_str("OnDemand"),
            Self::Manual => f.write_str("Manual"),
        }
    }
}
