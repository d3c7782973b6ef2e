//! The node: parties, their log, their peers and their ledger, kept running (docs/adr/0006-node.md).
//!
//! ```text
//!  API --+                               +--> log: one batch, one fsync
//! peers -+--> inbox --> core (one thread) +--> peers: frames
//! ledger-+              parties           +--> desk: transactions
//!  log  -+                               +--> events
//! ```
//!
//! The core carries out what the parties want done, in order, and nothing leaves before what it rests on is on the disk.

mod config;
mod core;
mod desk;
mod node;
pub mod serve;

pub use config::{Config, ConfigError, SignKind, SignRule};
pub use core::{Handle, RestoreError};
pub use node::{LOG, Node, StartError};
