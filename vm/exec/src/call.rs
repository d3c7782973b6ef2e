//! A call and who runs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_state::{Missing, Overlay};
use twinroot_types::{Limits, at_most};

use crate::Receipt;

/// The pinned block: all that a call may know of the world (docs/spec/channel.md, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Env {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: TimeMs,
    /// Its hash.
    pub block: Hash,
}

/// Oracle facts for one policy of the called contract (docs/spec/oracles.md, 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Place of the policy in the contract's policy section.
    pub policy: u8,
    /// Descriptors of the feeds, in the order of their ids.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.fact_messages }, _, _>")]
    pub descriptors: Vec<Vec<u8>>,
    /// Signed messages, in the order the policy asks for.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.fact_messages }, _, _>")]
    pub messages: Vec<Vec<u8>>,
}

/// A call of a contract's entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which contract.
    pub contract: ContractId,
    /// Which of its entries.
    pub entry: String,
    /// Arguments, in the guest codec.
    pub args: Vec<u8>,
    /// Coins that go from the caller to the contract with the call.
    pub value: Amount,
    /// Gas that the call may use.
    pub gas: Gas,
    /// Facts, ascending by policy; each is used, or the update is refused.
    #[serde(deserialize_with = "at_most::<{ Limits::V1.operations }, _, _>")]
    pub facts: Vec<Bundle>,
}

/// Who calls a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A side of the channel.
    Side(Side),
    /// Another contract. It never speaks for the side that called it.
    Contract(ContractId),
}

/// Who calls, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Who calls.
    pub caller: Caller,
    /// The pinned block.
    pub env: Env,
}

/// Canonical modules by their hash. A copy is cheap.
pub type Codes = Arc<BTreeMap<CodeHash, Vec<u8>>>;

/// Lets code in, and runs calls of it.
pub trait Execute {
    /// The code in `wasm`, if it passes the gate.
    ///
    /// # Errors
    /// [`Halt::Code`] says which rule it breaks.
    fn admit(&self, wasm: &[u8]) -> Result<Code, Halt>;

    /// Runs `code`, which passed the gate, on `state`. The value of the call is already with the
    /// contract. Contracts that it calls have their code in `codes`. After any outcome but [`crate::Outcome::Success`] the caller reverts `state`.
    ///
    /// # Errors
    /// [`Halt`] is no outcome: nothing can be said of the call.
    fn execute(
        &self,
        code: CodeSource<'_>,
        codes: &Codes,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
    ) -> Result<Receipt, Halt>;
}

/// Code that passed the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name.
    pub hash: CodeHash,
    /// The canonical module.
    pub bytes: Vec<u8>,
}

/// The code of the called contract: its hash, by which it may be cached, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct CodeSource<'a> {
    /// Hash of the bytes.
    pub hash: CodeHash,
    /// The canonical module.
    pub bytes: &'a [u8],
}

/// Why a call has no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The witness lacks a node that the call needs; whoever made the witness is at fault.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The code does not pass the gate; whoever made the contract is at fault.
    #[error("the code is not acceptable: {0}")]
    Code(String),
    /// A contract was called whose code is not known here; it can be run where the code is.
    #[error("the code {0} of a called contract is not known here; publish it first")]
    CodeUnknown(CodeHash),
    /// This machine could not run the call; it says nothing about the call, and the node must stop.
    #[error("this machine failed: {0}")]
    Machine(String),
}
