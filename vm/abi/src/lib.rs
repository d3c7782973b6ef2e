//! What a guest and its host agree on: units, ids, the host functions and the guest codec.
//!
//! Guests are built with this crate and nothing else of Twinroot, so it is `no_std` and knows no
//! serde; hosts switch the feature `serde` on to give the same types a place in signed bytes.

#![no_std]

mod codec;
mod host;
mod id;
mod policy;
mod revert;
mod spec;
mod unit;

pub use codec::{Fixed, from_bytes};
pub use host::{
    CALL_GAS, CODE_BYTE_CENTIGAS, FEE_TABLE, HOST_FUNCTIONS, HostFunction, IMPORT_MODULE,
    KEY_GATE_GAS, SIGNATURE_GAS, ValType,
};
pub use id::{
    ChainId, ChannelId, CodeHash, ContractId, FeedId, Hash, MessageId, PublicKey, QueryId, Root,
    Side, Subject,
};
pub use policy::{
    POLICY_SECTION, POLICY_VERSION, Policy, PolicyError, policies, section, section_size,
};
pub use revert::{REVERT_COINS, REVERT_INPUT, REVERT_JUDGE, REVERT_STORAGE, REVERT_TRANSFER};
pub use spec::{INIT, Part, SPEC_SECTION, Type, line, line_size};
pub use unit::{Amount, Gas, Height, Round, TimeMs};
