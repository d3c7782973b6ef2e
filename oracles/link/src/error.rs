//! Why a log cannot be opened or written: the file, the disk, or whoever named the file is at fault.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use twinroot_abi::FeedId;

/// Why a log cannot be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The file cannot be used.
    #[error("{} could not be {what}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was to be done with it.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// There is no room. The log is as it was before.
    #[error(
        "{} has no room to grow: {source}; it is as it was before, make room and try again", .path.display()
    )]
    Full {
        /// The log.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another log is open on the file.
    #[error("{} is in use by another program; one at a time can write it", .path.display())]
    Locked {
        /// The log.
        path: PathBuf,
    },
    /// The file is something else, or its header is damaged and no record of the feed is in it. It was left as it is.
    #[error(
        "{} is no log of evidence, or is damaged from offset 0 on; it was left as it is, name another file", .path.display()
    )]
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// A later version of this program wrote the file.
    #[error("{} is a log of version {version}, which a later version of this program reads", .path.display())]
    Version {
        /// The log.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
    /// The log is that of another feed.
    #[error("{} is the log of feed {feed}; each feed has a log of its own", .path.display())]
    OtherFeed {
        /// The log.
        path: PathBuf,
        /// Whose log it is.
        feed: FeedId,
    },
}

impl LogError {
    pub(crate) fn file(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, what, source }
    }

    pub(crate) fn not_a_log(path: &Path) -> Self {
        let path = path.to_owned();
        Self::NotALog { path }
    }

    pub(crate) fn version(path: &Path, version: u16) -> Self {
        let path = path.to_owned();
        Self::Version { path, version }
    }

    /// Why something could not be written.
    pub(crate) fn unwritten(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full { path, source }
            }
            _ => Self::File {
                path,
                what: "written",
                source,
            },
        }
    }
}
