//! What can go wrong, and whose fault it is.

use std::io;
use std::path::PathBuf;

use twinroot_abi::PublicKey;

/// Why a key file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is a file of this name already; it was left as it is.
    #[error("{} is there already, and a key file is never overwritten: take another name", .0.display())]
    Exists(PathBuf),
    /// It is something else.
    #[error("{} is no key file", .0.display())]
    Foreign(PathBuf),
    /// It was written by a newer program.
    #[error("{} is a key file of version {version}, and this program knows version 1: use a newer program", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: String,
    },
    /// It is not as it was written.
    #[error("{} is damaged: take the key file from a copy", .0.display())]
    Damaged(PathBuf),
    /// The file is as it was written, and the passphrase is another one.
    #[error("this is not the passphrase of {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// A key file is not made with an empty passphrase.
    #[error("the passphrase is empty")]
    NoPassphrase,
    /// The file asks for more work than any key file of ours, or for none.
    #[error("the work that the passphrase is to cost is out of range")]
    Cost,
    /// There is not enough memory to derive a key from the passphrase.
    #[error("not enough memory to derive a key from the passphrase")]
    Memory,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The disk fails, or does not let us.
    #[error("{} could not be {what}: {source}", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The signer has a rule against it, and says which.
    #[error("the signer refuses: {0}")]
    Refused(String),
    /// More bytes than a signer takes.
    #[error("{bytes} bytes are to be signed, and a signer takes at most {limit}")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The signer's process is not there, or does not answer in time.
    #[error("the signer does not answer: {0}")]
    Unreachable(#[from] io::Error),
    /// The signer's process answers something that is no answer.
    #[error("the signer answers nonsense")]
    Nonsense,
    /// The signer gave a signature that does not verify, or has another key.
    #[error("the signer does not sign as {0}")]
    NotItsKey(PublicKey),
}

/// Why a guard cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// Another guard is open on the file.
    #[error("{} is open in another process: stop that one first", .0.display())]
    InUse(PathBuf),
    /// It is something else, or of another version.
    #[error("{} is no list of signed rounds", .0.display())]
    Foreign(PathBuf),
    /// It belongs to another key.
    #[error("{} is the list of rounds that {owner} signed", .path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The key.
        owner: PublicKey,
    },
    /// The disk has changed it. Nothing is signed without it.
    #[error("{} is damaged at offset {offset}: take it from a copy no older than the last signature, or close the channels", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, in bytes.
        offset: usize,
    },
    /// The disk fails.
    #[error("{} could not be used: {source}", .path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Why bytes are no backup of this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenSealedError {
    /// They are something else.
    #[error("these bytes are no backup")]
    Foreign,
    /// They were written by a newer program.
    #[error(
        "the backup has version {version}, and this program knows version 1: use a newer program"
    )]
    Version {
        /// Their version.
        version: u16,
    },
    /// They are the backup of another key, or not as they were written, or not all of them.
    #[error("the backup belongs to another key, or was changed or cut off")]
    Sealed,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// More bytes than a backup takes.
    #[error("{bytes} bytes are to be sealed, and a backup takes at most {limit}")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// Why a folder does not take a backup or gives none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The name would not be that of a file: it takes 1 to 100 of `a-z`, `0-9` and `-`.
    #[error("\"{}\" is no name for backups: it takes 1 to 100 of a-z, 0-9 and -", .0.escape_default())]
    Name(String),
    /// The file is longer than any backup.
    #[error("{} is longer than any backup", .0.display())]
    TooLong(PathBuf),
    /// The disk fails, or does not let us.
    #[error("{} could not be used: {source}", .path.display())]
    Disk {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
