//! What a simulation begins with.

use twinroot_abi::Amount;
use twinroot_party::Policy;

/// What a simulation begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Coins of both accounts.
    pub coins: [Amount; 2],
    /// What both lock.
    pub deposits: [Amount; 2],
    /// Blocks to answer in.
    pub lock: u64,
    /// Who keeps to the protocol. The other may do anything that needs no forging.
    pub honest: [bool; 2],
    /// Who signs whatever is asked.
    pub willing: [bool; 2],
    /// What both parties do by themselves.
    pub policy: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            coins: [Amount(10_000_000); 2],
            deposits: [Amount(1_000); 2],
            lock: 10,
            honest: [true; 2],
            willing: [true; 2],
            policy: Policy::default(),
        }
    }
}
