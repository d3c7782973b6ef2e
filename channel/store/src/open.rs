//! How a store comes to be, and how it is opened again.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{Database, DatabaseError, ReadableDatabase, StorageBackend, StorageError};
use tempfile::NamedTempFile;

use crate::commit::is_full;
use crate::head::{Format, Headed, VERSION};
use crate::store::{APP, BLOBS, COUNTS, Counts, ENTRIES, META, Tripped, guarded};
use crate::{OpenError, Store};

impl Store {
    /// Opens the store at `path`, and makes an empty one where there is none. All of the file is read and its checksums
    /// looked at.
    ///
    /// # Errors
    /// [`OpenError::InUse`], [`OpenError::Foreign`], [`OpenError::Newer`], [`OpenError::Older`], [`OpenError::Damaged`],
    /// [`OpenError::Lost`]: the file is as it was. [`OpenError::Full`], [`OpenError::Disk`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.try_exists().map_err(disk(path, "looked for"))? {
            // Where another process is faster, its store is opened.
            create(path, |_| Ok::<_, OpenError>(()))?;
        }
        open(Headed::new(backend(path)?), path, Loss::Refused)
    }

    /// Opens a store that has lost its newest commits ([`OpenError::Lost`]). Whoever does this has a copy of some age, as
    /// from a backup, and must treat it as one.
    ///
    /// # Errors
    /// As [`Store::open`], but for [`OpenError::Lost`].
    pub fn open_as_older(path: &Path) -> Result<Self, OpenError> {
        open(Headed::new(backend(path)?), path, Loss::Accepted)
    }

    /// Makes an empty store on something that need not be a file, and is empty.
    ///
    /// # Errors
    /// [`OpenError::Full`], [`OpenError::Disk`]; what is left then is no store.
    pub fn create_on(backend: impl StorageBackend) -> Result<Self, OpenError> {
        let path = Path::new(NO_FILE);
        let head = Headed::new(backend);
        head.create().map_err(disk(path, "written"))?;
        open(head, path, Loss::Refused)
    }

    /// Opens the store on something that need not be a file.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_on(backend: impl StorageBackend) -> Result<Self, OpenError> {
        open(Headed::new(backend), Path::new(NO_FILE), Loss::Refused)
    }
}

/// What to do where the newest commits are not there any more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loss {
    Refused,
    Accepted,
}

/// How it went to make a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    New,
    /// Something has the name already, which was left as it is.
    WasThere,
}

/// Makes a store beside the path, has it filled, and moves it there: what has the name is a whole store at any time.
pub(crate) fn create<E: From<OpenError>>(
    path: &Path,
    fill: impl FnOnce(&Store) -> Result<(), E>,
) -> Result<Made, E> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let file = NamedTempFile::new_in(folder).map_err(disk(path, "made"))?;
    let store = Store::create_on(backend(file.path())?).map_err(|error| named(path, error))?;
    fill(&store)?;
    drop(store);
    let placed = file
        .as_file()
        .sync_all()
        .map_err(disk(path, "written"))
        .map(|()| file.persist_noclobber(path))?;
    match placed {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            return Ok(Made::WasThere);
        }
        Err(error) => return Err(disk(path, "made")(error.error).into()),
    }
    // The name is on the disk when the folder is.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(disk(path, "written"))?;
    Ok(Made::New)
}

fn backend(path: &Path) -> Result<FileBackend, OpenError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(disk(path, "opened"))?;
    FileBackend::new(file).map_err(|error| opened(path, error))
}

/// The error of a store that is to have this path.
fn named(path: &Path, error: OpenError) -> OpenError {
    let path = path.to_owned();
    match error {
        OpenError::Full { .. } => OpenError::Full { path },
        OpenError::Disk { what, source, .. } => OpenError::Disk { path, what, source },
        other => other,
    }
}

fn open(head: Headed, path: &Path, loss: Loss) -> Result<Store, OpenError> {
    match head.format().map_err(disk(path, "read"))? {
        Format::Version(version) => migrate(version, path)?,
        Format::Damaged => return Err(damaged(path, "its first block")),
        Format::Foreign => {
            return Err(OpenError::Foreign {
                path: path.to_owned(),
            });
        }
    }
    let written = head.commits().map_err(disk(path, "read"))?;
    let database = guarded(|| {
        Database::builder()
            .set_cache_size(CACHE_BYTES)
            .set_check_integrity_on_open(true)
            .create_with_backend(head.clone())
    })
    .map_err(|Tripped| damaged(path, Tripped::TEXT))?
    .map_err(|error| opened(path, error))?;
    let counts = guarded(|| counts(&database))
        .map_err(|Tripped| damaged(path, Tripped::TEXT))?
        .map_err(|error| failed(path, error))?
        .ok_or_else(|| damaged(path, "what it says of itself"))?;
    match written {
        Some(written) if written > counts.commits && loss == Loss::Refused => {
            return Err(OpenError::Lost {
                path: path.to_owned(),
                lost: written - counts.commits,
            });
        }
        _ => head
            .write_commits(counts.commits)
            .map_err(disk(path, "written"))?,
    }
    Ok(Store::new(database, head, counts))
}

/// What the newest commit says of itself. Tables of a new store are made here.
fn counts(database: &Database) -> Result<Option<Counts>, redb::Error> {
    let read = database.begin_read()?;
    if let Ok(table) = read.open_table(META) {
        return Ok(table
            .get(COUNTS)?
            .and_then(|value| Counts::open(value.value())));
    }
    let write = database.begin_write()?;
    write
        .open_table(META)?
        .insert(COUNTS, Counts::default().seal().as_slice())?;
    write.open_table(ENTRIES)?;
    write.open_table(BLOBS)?;
    write.open_table(APP)?;
    write.commit()?;
    Ok(Some(Counts::default()))
}

/// Brings a file of an older format to ours. Format 1 is the first there is.
fn migrate(version: u32, path: &Path) -> Result<(), OpenError> {
    let path = path.to_owned();
    match version {
        VERSION => Ok(()),
        newer if newer > VERSION => Err(OpenError::Newer {
            path,
            version,
            known: VERSION,
        }),
        _ => Err(OpenError::Older {
            path,
            version,
            known: VERSION,
        }),
    }
}

fn opened(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::InUse {
                path: path.to_owned(),
            }
        }
        DatabaseError::Storage(StorageError::Io(error)) => disk(path, "opened")(error),
        other => damaged(path, &other.to_string()),
    }
}

fn failed(path: &Path, error: redb::Error) -> OpenError {
    match error {
        redb::Error::Io(error) => disk(path, "read")(error),
        other => damaged(path, &other.to_string()),
    }
}

fn damaged(path: &Path, what: &str) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn disk(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> OpenError {
    let path: PathBuf = path.to_owned();
    move |error| {
        if is_full(&error) {
            return OpenError::Full { path };
        }
        OpenError::Disk {
            path,
            what,
            source: Arc::new(error),
        }
    }
}

/// The name in errors of a store that lies on no file of ours.
const NO_FILE: &str = "the store";
/// What redb may keep of the file in memory.
const CACHE_BYTES: usize = 64 << 20;
