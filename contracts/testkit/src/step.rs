//! What a step did, on both paths.

use twinroot_abi::{Amount, Gas, Root, Round};
use twinroot_arbiter::Receipt;
use twinroot_exec::Receipt as CallReceipt;

/// One step of a story.
#[derive(Clone, Debug)]
pub struct Step {
    /// The co-signed round that the state rests on.
    pub round: Round,
    /// Root of the parties' state.
    pub off_chain_root: Root,
    /// Root that the ledger came to, or would come to if the step were forced.
    pub on_chain_root: Root,
    /// Gas off chain, if something was called.
    pub gas_off_chain: Option<Gas>,
    /// Gas on chain, if something was called.
    pub gas_on_chain: Option<Gas>,
    /// Bytes of the witness that the on-chain root was reached with.
    pub witness_bytes: usize,
    /// The transaction that was posted on chain; empty if none was.
    pub transaction: Vec<u8>,
    /// Leaves of the state.
    pub state_leaves: usize,
    /// Free coins of both sides in the channel.
    pub channel: [Amount; 2],
    /// Coins of both sides' accounts on the ledger.
    pub accounts: [Amount; 2],
    /// What is left of the calls.
    pub receipts: Vec<CallReceipt>,
}

impl Step {
    /// Whether both paths agree.
    #[must_use]
    pub fn twins_agree(&self) -> bool {
        self.off_chain_root == self.on_chain_root && self.gas_off_chain == self.gas_on_chain
    }
}

/// A transaction that the ledger included.
#[derive(Clone, Debug)]
pub struct Posted {
    /// What it did.
    pub receipt: Receipt,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
