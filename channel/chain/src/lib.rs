//! The ledger as a process: one file, blocks, forks, and what a node asks of a ledger.
//!
//! ```text
//! node --ChainBackend--> Embedded: arbiter + log in one file
//!            \---------> Remote --JSON-RPC--> serve(Embedded)
//! ```
//!
//! A transaction that was accepted is on the disk. What was written is carried out again at the start, and leads to the same blocks.

mod backend;
mod channels;
pub mod codes;
mod dev;
mod embedded;
mod error;
mod json;
mod log;
mod methods;
mod news;
mod place;
mod proof;
mod query;
mod remote;
mod serve;
mod state;

pub use backend::{ChainBackend, Status};
pub use dev::dev_genesis;
pub use embedded::{Clock, Embedded, Mode, Progress, To};
pub use error::{ChainError, FileError};
pub use news::{Included, News, What};
pub use proof::{Proof, ProofError};
pub use query::{AccountAnswer, Answer, ChannelAnswer, ClosedChannel, LiveChannel, Query};
pub use remote::Remote;
pub use serve::Served;
