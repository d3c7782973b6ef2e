//! Why there is no profile.

use twinroot_abi::ContractId;
use twinroot_reference::ReferenceError;

/// Why a call cannot be profiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The trace is of a module that no contract has; whoever made the trace is at fault.
    #[error("the code in the trace passed no gate: {0}")]
    Code(#[from] ReferenceError),
    /// A module that cannot be read; give the one that the compiler wrote.
    #[error("the module cannot be read: {0}")]
    Module(#[from] wasmparser::BinaryReaderError),
    /// DWARF that cannot be read; build the module with debug information again.
    #[error("the debug information of the module cannot be read: {0}")]
    Dwarf(#[from] addr2line::gimli::Error),
    /// The flame graph could not be drawn.
    #[error("the flame graph could not be drawn: {0}")]
    Flame(String),
    /// The call, run again, went another way: the VM is at fault, and the trace belongs into a bug report.
    #[error("the call of {contract}, run again, differs: {difference}")]
    Differs {
        /// Whose call.
        contract: ContractId,
        /// In what.
        difference: String,
    },
}
