//! The stable codes of what goes wrong at a ledger; `twinroot explain` has the long text of each.

/// A transaction that a rule of the ledger rejects.
pub const REJECTED: &str = "TR1001";
/// A transaction whose number is not the sender's next: make it anew with the next.
pub const NONCE: &str = "TR1002";
/// A ledger without a faucet.
pub const NO_FAUCET: &str = "TR1003";
/// A snapshot that is not there.
pub const NO_SNAPSHOT: &str = "TR1004";
/// A height that is not there, or cannot be gone to.
pub const HEIGHT: &str = "TR1005";
/// More blocks at a time than a ledger makes.
pub const TOO_MANY: &str = "TR1006";
/// The ledger's file could not be written; nothing follows before it is opened again.
pub const STOPPED: &str = "TR1007";
/// A file that is no ledger, is damaged, or was written by other rules.
pub const FILE: &str = "TR1008";
/// A proof that does not prove what it says.
pub const PROOF: &str = "TR1009";
/// The machine under the ledger failed.
pub const MACHINE: &str = "TR1010";
