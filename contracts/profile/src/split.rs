//! The gas of a call, by what it is paid for.

use serde::{Deserialize, Serialize};
use twinroot_abi::Gas;

use crate::Category;

/// Gas of a call by [`Category`]; all of it together is the gas of the receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Starting the call.
    pub start: Gas,
    /// Computing.
    pub compute: Gas,
    /// Making memory, and moving it in bulk.
    pub memory: Gas,
    /// What the contract keeps.
    pub storage: Gas,
    /// Hashes and signatures.
    pub crypto: Gas,
    /// All else that the host does.
    pub host: Gas,
    /// What a call that failed had not used.
    pub forfeited: Gas,
}

impl Split {
    /// Everything.
    #[must_use]
    pub fn total(&self) -> Gas {
        let all = [
            self.start,
            self.compute,
            self.memory,
            self.storage,
            self.crypto,
            self.host,
            self.forfeited,
        ];
        Gas(all.iter().fold(0, |sum, part| sum.saturating_add(part.0)))
    }

    pub(crate) fn add(&mut self, category: Category, gas: u64) {
        let part = match category {
            Category::Start => &mut self.start,
            Category::Compute => &mut self.compute,
            Category::Memory => &mut self.memory,
            Category::Storage => &mut self.storage,
            Category::Crypto => &mut self.crypto,
            Category::Host => &mut self.host,
            Category::Forfeited => &mut self.forfeited,
        };
        part.0 = part.0.saturating_add(gas);
    }
}
