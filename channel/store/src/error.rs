//! What can go wrong, and whose fault it is.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a store cannot be opened. Nothing of the file was changed, unless [`OpenError::Disk`] says so.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process, or another store of this one, has the file open.
    #[error("{} is open in another process: stop that one first", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is something else.
    #[error("{} is no store: it does not begin as one does", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a newer program.
    #[error("{} has format {version}, and this program knows formats up to {known}: use a newer program", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// It has a format that no program ever wrote to last.
    #[error("{} has format {version}, which this program cannot bring to format {known}", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// The disk has changed what was written.
    #[error("{} is damaged ({what}): take it from a backup", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is.
        what: String,
    },
    /// The file is whole, but the newest commits are not in it: the disk has damaged them, or dropped them.
    #[error("{} has lost its newest {lost} commits: take it from a backup, or open it as one of some age", .path.display())]
    Lost {
        /// The file.
        path: PathBuf,
        /// How many were lost.
        lost: u64,
    },
    /// There is no room for a new store, or to bring this one in order.
    #[error("there is no room on the disk for {}: free some and open it again", .path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The disk fails, or does not let us.
    #[error("{} could not be {what}: {source}", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: Arc<io::Error>,
    },
}

/// Why something cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The disk has changed what was written.
    #[error("damaged on the disk: {0}; run a check, and take the file from a backup")]
    Damaged(Place),
    /// The disk fails.
    #[error("the disk could not be read: {0}")]
    Disk(Arc<io::Error>),
    /// An earlier failure of the disk has made the store useless.
    #[error("the disk failed before: open the store again")]
    Stopped,
}

/// Why nothing was written. Only after [`WriteError::Number`] and [`WriteError::TooLong`] of [`crate::Store::write`] can the same store be
/// written to; after the others it has to be opened again, which shows whether the batch is there after all.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The caller gave an entry a number that is not above all before it.
    #[error("an entry has the number {number}, and the next one is {next}")]
    Number {
        /// The number that was given.
        number: u64,
        /// The least that would do.
        next: u64,
    },
    /// The caller gave more bytes in one piece than a store takes.
    #[error("{bytes} bytes in one piece, and at most {limit} are taken")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// There is no room on the disk.
    #[error("there is no room on the disk: free some and open the store again")]
    Full,
    /// The disk fails.
    #[error("the disk could not be written: {0}")]
    Disk(Arc<io::Error>),
    /// The disk has changed what was written, which showed on the way.
    #[error("the file is damaged ({0}): run a check, and take it from a backup")]
    Damaged(String),
    /// An earlier write failed, and none may follow it.
    #[error("an earlier write failed: open the store again")]
    Stopped,
}

/// Why bytes are no export of a store, or cannot become one.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// They are something else.
    #[error("these bytes are no export of a store")]
    Foreign,
    /// They were written by a newer program.
    #[error(
        "the export has format {version}, and this program knows formats up to {known}: use a newer program"
    )]
    Newer {
        /// Their format.
        version: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// They are not as they were written, or not all of them.
    #[error("the export is damaged or cut off")]
    Damaged,
    /// A file of this name is there already; it was left as it is.
    #[error("{} is there already: import to another name", .0.display())]
    Exists(PathBuf),
    /// The new store cannot be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new store cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Something in a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Place {
    /// An entry; where its own name is what the disk has changed, this is the changed one.
    #[error("entry {number} of stream {}", hex(stream))]
    Entry {
        /// The stream.
        stream: [u8; 32],
        /// The number.
        number: u64,
    },
    /// A blob.
    #[error("blob {}", hex(.0))]
    Blob([u8; 32]),
    /// A record of the application.
    #[error("record \"{}\" of the application", .0.escape_ascii())]
    App(Vec<u8>),
    /// The file itself: its pages or what it says of itself.
    #[error("the file ({0})")]
    File(String),
}

fn hex(bytes: &[u8; 32]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
