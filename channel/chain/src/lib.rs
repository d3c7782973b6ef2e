//! The ledger as a process: one file, blocks, forks, and what a node asks of a ledger.
