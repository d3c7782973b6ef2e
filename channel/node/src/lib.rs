//! The node: parties, their log, their peers and their ledger, kept running.

pub mod serve;
