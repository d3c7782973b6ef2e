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

mod channel_file;
mod check;
mod config;
mod core;
mod desk;
mod exit;
mod keeper;
mod node;
mod restored;
pub mod serve;

pub use channel_file::{CHANNEL_FILE_BYTES, ChannelFile, ChannelFileError};
pub use check::{CheckError, Checked, CheckedChannel, check};
pub use config::{BackupConfig, Config, ConfigError, SignKind, SignRule};
pub use core::{Handle, RestoreError, codes};
pub use exit::{ExitError, Left, Outcome, exit};
pub use keeper::{AskError, BACKUP_NAME, NodeMessage, backup_of_peer};
pub use node::{KEPT, LOG, Node, OpenLog, StartError};
pub use restored::{RestoreBackupError, accept_loss, restore};
