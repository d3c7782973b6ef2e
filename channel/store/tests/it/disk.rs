//! A disk that does what disks do when they fail.

use std::io;
use std::sync::{Arc, Mutex};

use twinroot_store::StorageBackend;

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// What a power cut leaves for sure.
    durable: Vec<u8>,
    /// What a reader sees.
    now: Vec<u8>,
    /// What was done since the last sync, in order.
    pending: Vec<Change>,
    /// How many changes and syncs there were.
    operations: u64,
    syncs: u64,
    fault: Option<Fault>,
    /// Whether nothing works any more.
    gone: bool,
    /// How many bytes fit.
    room: Option<usize>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// What happens at one of the changes and syncs, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It fails, and nothing of it happened; later ones work.
    Fails(u64),
    /// It fails, and a part of it happened; later ones work.
    Tears(u64),
    /// The power goes off before it.
    PowerCut(u64),
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn with(bytes: Vec<u8>) -> Self {
        let inner = Inner {
            durable: bytes.clone(),
            now: bytes,
            ..Inner::default()
        };
        Self(Arc::new(Mutex::new(inner)))
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.0.lock().unwrap().fault = Some(fault);
    }

    /// From now on so many bytes fit.
    pub(crate) fn room(&self, room: Option<usize>) {
        self.0.lock().unwrap().room = room;
    }

    pub(crate) fn operations(&self) -> u64 {
        self.0.lock().unwrap().operations
    }

    pub(crate) fn syncs(&self) -> u64 {
        self.0.lock().unwrap().syncs
    }

    pub(crate) fn size(&self) -> usize {
        self.0.lock().unwrap().now.len()
    }

    /// The disk as it is after the program was killed.
    pub(crate) fn after_kill(&self) -> Self {
        Self::with(self.0.lock().unwrap().now.clone())
    }

    /// The disk as it may be after a power cut: of what was done since the last sync, each thing may be there, or not, or a part.
    pub(crate) fn after_power_cut(&self, seed: u64) -> Self {
        let inner = self.0.lock().unwrap();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = inner.durable.clone();
        let mood = random.u8(..4);
        for change in &inner.pending {
            match (mood, change) {
                // All is lost; or all but what a coin takes.
                (0, _) => {}
                (1, change) => apply(&mut bytes, change),
                (_, Change::Write(at, data)) => match random.u8(..4) {
                    0 => {}
                    1 => apply(
                        &mut bytes,
                        &Change::Write(*at, data[..random.usize(..=data.len())].to_vec()),
                    ),
                    2 => {
                        // Any sectors of it.
                        for (place, sector) in data.chunks(512).enumerate() {
                            if random.bool() {
                                apply(
                                    &mut bytes,
                                    &Change::Write(at + place * 512, sector.to_vec()),
                                );
                            }
                        }
                    }
                    _ => apply(&mut bytes, change),
                },
                (_, length) => {
                    if random.bool() {
                        apply(&mut bytes, length);
                    }
                }
            }
        }
        Self::with(bytes)
    }

    /// The same disk with some bits of one byte changed.
    pub(crate) fn with_flipped(&self, at: usize, bits: u8) -> Self {
        let mut bytes = self.0.lock().unwrap().now.clone();
        let length = bytes.len();
        bytes[at % length] ^= bits.max(1);
        Self::with(bytes)
    }

    /// Changes bits of one byte under whoever has the disk open.
    pub(crate) fn flip(&self, at: usize, bits: u8) {
        let mut inner = self.0.lock().unwrap();
        inner.now[at] ^= bits;
        inner.durable[at] ^= bits;
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().now.clone()
    }
}

impl Inner {
    /// Whether the next change or sync works, and if not, how much of it is done all the same.
    fn next(&mut self) -> Result<(), Option<io::Error>> {
        let operation = self.operations;
        self.operations += 1;
        match self.fault {
            _ if self.gone => Err(Some(io::Error::other("the disk is gone"))),
            Some(Fault::PowerCut(at)) if at == operation => {
                self.gone = true;
                Err(Some(io::Error::other("the power is off")))
            }
            Some(Fault::Fails(at)) if at == operation => {
                Err(Some(io::Error::other("the disk fails")))
            }
            Some(Fault::Tears(at)) if at == operation => Err(None),
            _ => Ok(()),
        }
    }

    fn change(&mut self, change: Change) -> io::Result<()> {
        let end = match &change {
            Change::Write(at, data) => at + data.len(),
            Change::Length(length) => *length,
        };
        match self.next() {
            Ok(()) => {}
            Err(Some(error)) => return Err(error),
            Err(None) => {
                if let Change::Write(at, data) = change {
                    self.done(Change::Write(at, data[..data.len() / 2].to_vec()));
                }
                return Err(io::Error::other("the disk tears"));
            }
        }
        if end > self.now.len() && self.room.is_some_and(|room| end > room) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.done(change);
        Ok(())
    }

    fn done(&mut self, change: Change) {
        apply(&mut self.now, &change);
        self.pending.push(change);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, data) => {
            if bytes.len() < at + data.len() {
                bytes.resize(at + data.len(), 0);
            }
            bytes[*at..at + data.len()].copy_from_slice(data);
        }
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.size() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let inner = self.0.lock().unwrap();
        if inner.gone {
            return Err(io::Error::other("the disk is gone"));
        }
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        let end = at
            .checked_add(out.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(inner.now.get(at..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let length = usize::try_from(len).map_err(io::Error::other)?;
        self.0.lock().unwrap().change(Change::Length(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        inner
            .next()
            .map_err(|error| error.unwrap_or_else(|| io::Error::other("the disk tears")))?;
        inner.syncs += 1;
        inner.durable = inner.now.clone();
        inner.pending.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        self.0
            .lock()
            .unwrap()
            .change(Change::Write(at, data.to_vec()))
    }
}
