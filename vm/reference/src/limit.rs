//! The limits that this room needs, as docs/spec/vm.md, 6.2 and 6.3, give them. They stand here again
//! rather than being taken from the gate: a wrong number there must show.

/// Bytes of frames that lie on no cycle of calls.
pub(crate) const STACK_DEPTH: u64 = 65_536;
/// Bytes for counted functions.
pub(crate) const STACK_BYTES: u64 = 196_608;

/// Pages of a memory, at first and at most.
pub(crate) const MEMORY_PAGES: u64 = 64;
/// Entries of the table.
pub(crate) const TABLE_ENTRIES: u64 = 1_024;
/// Declared locals of a function. Without this limit a few bytes could ask for 4 billion of them.
pub(crate) const LOCALS: u64 = 256;
