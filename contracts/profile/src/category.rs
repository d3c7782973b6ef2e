//! What gas is paid for.

use wasmparser::Operator;

/// A kind of what gas is paid for.
///
/// | category | what is in it |
/// |---|---|
/// | start | the start price of the call, and of those of other contracts |
/// | compute | every instruction that is not in another row, and what is paid in advance |
/// | memory | `memory.grow`, `memory.copy`, `memory.fill`, with what their operands cost |
/// | storage | the host functions `storage_read`, `storage_remove`, `storage_write` |
/// | crypto | the host functions `blake2b`, `sha256`, `verify`, `judge` |
/// | host | every other host function |
/// | forfeited | what a call that failed had not used: it takes its whole limit |
///
/// A host function has its price and what its operands cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Starting a call.
    Start,
    /// Computing.
    Compute,
    /// Making memory, and moving it in bulk.
    Memory,
    /// What the contract keeps.
    Storage,
    /// Hashes and signatures.
    Crypto,
    /// All else that a host does.
    Host,
    /// Nothing.
    Forfeited,
}

impl Category {
    /// Of a host function, by its name.
    #[must_use]
    pub fn of_host_function(name: &str) -> Self {
        match name {
            "storage_read" | "storage_remove" | "storage_write" => Self::Storage,
            "blake2b" | "sha256" | "verify" | "judge" => Self::Crypto,
            _ => Self::Host,
        }
    }

    /// Of an instruction that calls no host function.
    pub(crate) const fn of_instruction(operator: &Operator<'_>) -> Self {
        match operator {
            Operator::MemoryGrow { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. } => Self::Memory,
            _ => Self::Compute,
        }
    }
}
