//! What must survive: one append-only log in one file, one fsync for all that waits.
//!
//! ```text
//! caller --- batch ---> Writer (a thread) --- all that waits ---> Store::write --- one fsync ---> done(tickets)
//! caller --- read ----------------------------------------------> Store::read
//! ```
//!
//! The log knows bytes only. An [`Entry`] belongs to a [`Stream`] and has a number; numbers ascend over all streams, and a
//! number is never used twice, also where its entry was forgotten. Blobs are named by their content, and the application's
//! own records ride in the same commit. A [`Batch`] is on the disk as a whole before its write returns, or not at all.
//!
//! Whatever happens to the disk, nobody is given bytes that were not written: each thing carries a checksum over its name
//! and its bytes, each page one that its parent holds, and the file says how many commits it has had (`head.rs`).

mod batch;
mod check;
mod commit;
mod error;
mod export;
mod head;
mod open;
mod read;
mod sealed;
mod store;
mod writer;

pub use batch::{Batch, Entry, Stream};
pub use check::Checked;
pub use error::{ImportError, OpenError, Place, ReadError, WriteError};
/// What a store lies on, if not on a file; so tests can make it fail.
pub use redb::StorageBackend;
pub use store::Store;
pub use writer::{Writer, Written};
