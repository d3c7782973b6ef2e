//! A step, put together.

use serde_json::Value;
use twinroot_abi::Amount;

use crate::api::{AppRecord, Args, Bytes, Coins, Id, Operation, Step};

impl Step {
    /// Nothing to do yet, on this channel.
    #[must_use]
    pub const fn on(channel: Id) -> Self {
        Self {
            channel,
            key: String::new(),
            operations: Vec::new(),
            force_after: None,
            records: Vec::new(),
        }
    }

    /// And then own free coins go to the peer.
    #[must_use]
    pub fn transfer(self, amount: u64) -> Self {
        self.and(Operation::Transfer {
            amount: Coins(Amount(amount)),
        })
    }

    /// And then an entry of a contract is called, with arguments by name: a JSON object, as the contract's spec has them.
    #[must_use]
    pub fn call(self, contract: Id, entry: &str, args: Value) -> Self {
        self.call_with(contract, entry, args, 0)
    }

    /// The same, and free coins go with the call.
    #[must_use]
    pub fn call_with(self, contract: Id, entry: &str, args: Value, value: u64) -> Self {
        let (entry, args) = (entry.to_owned(), Args::Named(args));
        self.and(Operation::Call {
            contract,
            entry,
            args,
            value: Coins(Amount(value)),
            gas: None,
            facts: Vec::new(),
        })
    }

    /// And then this.
    #[must_use]
    pub fn and(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// The ledger carries it out if the peer has not signed it after so many blocks.
    #[must_use]
    pub const fn force_after(mut self, blocks: u64) -> Self {
        self.force_after = Some(blocks);
        self
    }

    /// A record of the application is written in the same commit.
    #[must_use]
    pub fn record(mut self, name: &[u8], value: &[u8]) -> Self {
        self.records.push(AppRecord {
            name: Bytes(name.to_vec()),
            value: Some(Bytes(value.to_vec())),
        });
        self
    }

    /// Under a name of the caller's own: asked for again, it is the same step.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}
