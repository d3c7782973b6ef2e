//! A disk on which its process dies: before a write, after it, in the middle of it, or as if the power went off.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use twinroot_store::StorageBackend;

/// When and how the process dies.
#[derive(Debug, Default)]
pub(crate) struct Death {
    /// Changes and syncs that are still to come; below zero: it does not.
    left: AtomicI64,
    how: AtomicU8,
    pub(crate) seed: AtomicU64,
}

/// How it dies at a change or a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Before,
    After,
    Torn,
}

impl Death {
    pub(crate) fn new() -> Self {
        Self {
            left: AtomicI64::new(-1),
            ..Self::default()
        }
    }

    pub(crate) fn after(&self, operations: i64, how: How) {
        self.how.store(how as u8, Ordering::SeqCst);
        self.left.store(operations, Ordering::SeqCst);
    }

    /// Whether the next change or sync is the last.
    fn now(&self) -> Option<How> {
        if self.left.load(Ordering::SeqCst) < 0 || self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return None;
        }
        let all = [How::Before, How::After, How::Torn];
        all.into_iter()
            .find(|how| *how as u8 == self.how.load(Ordering::SeqCst))
    }
}

/// The file of a log.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    death: Arc<Death>,
    /// What was written since the last sync, where the power goes off: it is not in the file yet.
    unsynced: Option<Mutex<Unsynced>>,
}

#[derive(Debug)]
struct Unsynced {
    bytes: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Length(u64),
}

impl Disk {
    pub(crate) fn new(file: File, death: Arc<Death>, power_cut: bool) -> io::Result<Self> {
        let mut bytes = vec![0; file.metadata()?.len() as usize];
        file.read_exact_at(&mut bytes, 0)?;
        let unsynced = power_cut.then(|| {
            Mutex::new(Unsynced {
                bytes,
                changes: Vec::new(),
            })
        });
        Ok(Self {
            file,
            death,
            unsynced,
        })
    }

    fn change(&self, change: Change) -> io::Result<()> {
        let dies = self.death.now();
        if dies == Some(How::Before) {
            self.die();
        }
        let change = match (change, dies) {
            (Change::Write(at, bytes), Some(How::Torn)) => {
                Change::Write(at, bytes[..bytes.len() / 2].to_vec())
            }
            (change, _) => change,
        };
        match &self.unsynced {
            Some(unsynced) => {
                let mut unsynced = unsynced.lock().expect("nobody panics with it");
                apply_to(&mut unsynced.bytes, &change);
                unsynced.changes.push(change);
            }
            None => self.apply(&change)?,
        }
        if dies.is_some() {
            self.die();
        }
        Ok(())
    }

    fn apply(&self, change: &Change) -> io::Result<()> {
        match change {
            Change::Write(at, bytes) => self.file.write_all_at(bytes, *at),
            Change::Length(length) => self.file.set_len(*length),
        }
    }

    /// The end. Of what was not synced, anything may be there.
    fn die(&self) -> ! {
        if let Some(unsynced) = &self.unsynced
            && let Ok(unsynced) = unsynced.try_lock()
        {
            let mut random = fastrand::Rng::with_seed(self.death.seed.load(Ordering::SeqCst));
            let some = random.u8(..4);
            for change in &unsynced.changes {
                if random.u8(..3) < some {
                    let _ = self.apply(change);
                }
            }
        }
        std::process::abort()
    }
}

fn apply_to(all: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, bytes) => {
            let at = *at as usize;
            if all.len() < at + bytes.len() {
                all.resize(at + bytes.len(), 0);
            }
            all[at..at + bytes.len()].copy_from_slice(bytes);
        }
        Change::Length(length) => all.resize(*length as usize, 0),
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        match &self.unsynced {
            Some(unsynced) => {
                Ok(unsynced.lock().expect("nobody panics with it").bytes.len() as u64)
            }
            None => Ok(self.file.metadata()?.len()),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &self.unsynced {
            Some(unsynced) => {
                let unsynced = unsynced.lock().expect("nobody panics with it");
                let at = offset as usize;
                let bytes = unsynced
                    .bytes
                    .get(at..at + out.len())
                    .ok_or(io::ErrorKind::UnexpectedEof)?;
                out.copy_from_slice(bytes);
                Ok(())
            }
            None => self.file.read_exact_at(out, offset),
        }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Length(len))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(offset, data.to_vec()))
    }

    fn sync_data(&self) -> io::Result<()> {
        let dies = self.death.now();
        if dies == Some(How::Before) {
            self.die();
        }
        match &self.unsynced {
            Some(unsynced) => {
                let mut unsynced = unsynced.lock().expect("nobody panics with it");
                for change in std::mem::take(&mut unsynced.changes) {
                    self.apply(&change)?;
                }
            }
            None => self.file.sync_data()?,
        }
        if dies.is_some() {
            self.die();
        }
        Ok(())
    }
}
