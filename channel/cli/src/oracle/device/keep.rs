//! What a device keeps on disk: its key, the number of its epoch, and what it signed last.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use twinroot_abi::{MessageId, TimeMs};
use twinroot_feed::LastSigned;
use zeroize::Zeroizing;

use crate::author::Fault;
use crate::author::codes::NO_FILE;
use crate::oracle::codes::{DEVICE, LOST};

const KEY: &str = "key";
const EPOCH: &str = "epoch";
const LAST: &str = "last.json";

/// Seed of a secret key. It is wiped from memory when it is dropped, and nothing prints it.
pub(super) type Seed = Zeroizing<[u8; 32]>;

/// What was signed last, as the file has it.
#[derive(Serialize, Deserialize)]
struct Last {
    epoch: u32,
    seq: u64,
    id: String,
    t: u64,
}

/// Writes the key of a new device, for nobody else to read.
pub(super) fn write_key(folder: &Path, seed: &Seed) -> Result<(), Fault> {
    let path = folder.join(KEY);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut digits = Zeroizing::new([0; 64]);
    hex::encode_to_slice(**seed, digits.as_mut_slice())
        .map_err(|error| unwritten(&path, &io::Error::other(error)))?;
    options
        .open(&path)
        .and_then(|mut file| {
            file.write_all(digits.as_slice())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .map_err(|error| unwritten(&path, &error))
}

/// The key, and its file, which is locked as long as it is open: one program at a time signs.
pub(super) fn read_key(folder: &Path) -> Result<(Seed, File), Fault> {
    let path = folder.join(KEY);
    let file = File::open(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Fault::new(
            DEVICE,
            format!(
                "{} is no device, it has no file `{KEY}`: name the folder that `twinroot oracle device new` made",
                folder.display()
            ),
        ),
        _ => unread(&path, &error),
    })?;
    check_private(&path, &file)?;
    // Nothing of what is there is shown: it may be most of a key.
    let damaged = || {
        Fault::new(
            DEVICE,
            format!("{} is no key: it is damaged", path.display()),
        )
    };
    let mut digits = Zeroizing::new([0; 64]);
    (&file)
        .read_exact(digits.as_mut_slice())
        .map_err(|_| damaged())?;
    let mut seed = Seed::default();
    hex::decode_to_slice(digits.as_slice(), seed.as_mut_slice()).map_err(|_| damaged())?;
    Ok((seed, file))
}

/// A key that others on the machine can read is one that others can sign with.
#[cfg(unix)]
fn check_private(path: &Path, file: &File) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file
        .metadata()
        .map_err(|error| unread(path, &error))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Fault::new(
        DEVICE,
        format!(
            "others may read {path}: `chmod 600 {path}`, and if they may have done so, make another device"
        ),
    ))
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &File) -> Result<(), Fault> {
    Ok(())
}

/// The number of the epoch, which outlives all else.
pub(super) fn read_epoch(folder: &Path) -> Result<u32, Fault> {
    let path = folder.join(EPOCH);
    let text = fs::read_to_string(&path).ok();
    text.and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| {
            Fault::new(
                LOST,
                format!(
                    "{} does not have the number of the device's epoch any more, so nothing that it signed now could be \
                     believed",
                    path.display()
                ),
            )
        })
}

pub(super) fn write_epoch(folder: &Path, epoch: u32) -> Result<(), Fault> {
    replace(&folder.join(EPOCH), format!("{epoch}\n").as_bytes())
}

/// What a device remembers of what it signed last.
#[derive(Clone, Copy)]
pub(super) enum Memory {
    /// It has not signed yet.
    New,
    /// This.
    Last(LastSigned),
    /// Nothing: the file is gone, or damaged.
    Lost,
}

pub(super) fn read_last(folder: &Path) -> Memory {
    let Some(last) = fs::read(folder.join(LAST))
        .ok()
        .and_then(|text| serde_json::from_slice::<Option<Last>>(&text).ok())
    else {
        return Memory::Lost;
    };
    let Some(last) = last else {
        return Memory::New;
    };
    let mut id = [0; 32];
    match hex::decode_to_slice(&last.id, &mut id) {
        Err(_) => Memory::Lost,
        Ok(()) => Memory::Last(LastSigned {
            epoch: last.epoch,
            seq: last.seq,
            id: MessageId(id),
            t: TimeMs(last.t),
        }),
    }
}

/// A new device has signed nothing.
pub(super) fn write_nothing(folder: &Path) -> Result<(), Fault> {
    replace(&folder.join(LAST), b"null\n")
}

pub(super) fn write_last(folder: &Path, last: LastSigned) -> Result<(), Fault> {
    let last = Last {
        epoch: last.epoch,
        seq: last.seq,
        id: last.id.to_string(),
        t: last.t.0,
    };
    let path = folder.join(LAST);
    let text = serde_json::to_vec(&last).map_err(|error| unwritten(&path, &error.into()))?;
    replace(&path, &text)
}

/// The file has the old bytes or the new ones, whenever the machine stops; and the new ones for sure after this.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        let mut new = NamedTempFile::new_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().map_err(|error| unwritten(path, &error))
}

fn unread(path: &Path, error: &io::Error) -> Fault {
    Fault::new(
        NO_FILE,
        format!("{} could not be read: {error}", path.display()),
    )
}

fn unwritten(path: &Path, error: &io::Error) -> Fault {
    Fault::new(
        NO_FILE,
        format!("{} could not be written: {error}", path.display()),
    )
}
