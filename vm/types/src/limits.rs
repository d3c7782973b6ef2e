//! Hard caps, the same on both paths, so that every legal call can also be forced
//! (docs/spec/vm.md, 6, says what raising each would cost).

use twinroot_abi::Gas;

/// The caps of a protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Gas that all calls of one update may ask for together. Higher: a forced update may hold up a
    /// block for longer (about 1 ns a unit).
    pub update_gas: Gas,
    /// Bytes of one update. Higher: a forced transaction grows.
    pub update_bytes: usize,
    /// Operations in one update. Higher: a forced transaction grows.
    pub operations: usize,
    /// Bytes of a call's arguments. Higher: a forced transaction grows.
    pub argument_bytes: usize,
    /// Bytes of an entry's name.
    pub entry_bytes: usize,
    /// Bytes of all oracle facts of one call. Higher: a forced transaction grows.
    pub fact_bytes: usize,
    /// Descriptors and messages in all oracle facts of one call. Higher: more signature checks (about 45 us each) in a block.
    pub fact_messages: usize,
    /// Contracts that call each other, the first included. Higher: more instances at once for one call.
    pub call_depth: usize,
    /// Bytes that a call may return.
    pub return_bytes: usize,
    /// Events of one call.
    pub events: usize,
    /// Bytes of all events of one call.
    pub event_bytes: usize,
    /// Bytes of a storage key.
    pub key_bytes: usize,
    /// Bytes of a stored value. Higher: a witness grows.
    pub value_bytes: usize,
    /// Leaves that one update may touch. Higher: a witness grows by about 32 bytes x log2 of the state each.
    pub touched_leaves: usize,
    /// Bytes of published code. Higher: publishing costs more, compilation takes longer.
    pub code_bytes: usize,
    /// Bytes of a witness.
    pub witness_bytes: usize,
    /// Bytes of a transaction.
    pub transaction_bytes: usize,
}

impl Limits {
    /// The caps of protocol version 1.
    pub const V1: Self = Self {
        update_gas: Gas(50_000_000),
        update_bytes: 256 * 1024,
        operations: 16,
        argument_bytes: 16 * 1024,
        entry_bytes: 64,
        fact_bytes: 64 * 1024,
        fact_messages: 256,
        call_depth: 8,
        return_bytes: 4 * 1024,
        events: 64,
        event_bytes: 16 * 1024,
        key_bytes: 64,
        value_bytes: 4 * 1024,
        touched_leaves: 512,
        code_bytes: 256 * 1024,
        witness_bytes: 3 * 1024 * 1024,
        transaction_bytes: 4 * 1024 * 1024,
    };
}
