//! Revert codes that the SDK gives; a contract's own codes are 1 to 65,535.

/// The arguments are not what the entry takes.
pub const REVERT_INPUT: u32 = 0x1_0001;
/// A stored value that the contract needs is absent or not of its type.
pub const REVERT_STORAGE: u32 = 0x1_0002;
/// The contract has less than it wants to pay.
pub const REVERT_TRANSFER: u32 = 0x1_0003;
/// The entry takes no coins, and the call brought some.
pub const REVERT_COINS: u32 = 0x1_0004;
/// A policy was not satisfied: the judge's code is added to this.
pub const REVERT_JUDGE: u32 = 0x2_0000;
