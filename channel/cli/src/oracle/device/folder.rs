//! A device at work: it signs, and has what it signed in lasting memory before it leaves
//! (docs/spec/oracles.md, 8.5).

use std::fs::{File, TryLockError};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Feed, LastSigned, Observation, SignError, Signer, Value};
use twinroot_types::SecretKey;

use super::keep::{self, Memory, Seed};
use crate::author::Fault;
use crate::oracle::codes::{DEVICE, IN_USE, LOST, NOT_SIGNED};
use crate::oracle::{feed, time};

/// Bytes of a descriptor, in the folder of its device.
pub(super) const DESCRIPTOR: &str = "descriptor";

/// The device of a folder. As long as it is open, no other program can sign for it.
pub(crate) struct Device {
    folder: PathBuf,
    /// Locked.
    _key: File,
    seed: Seed,
    signer: Signer,
}

impl Device {
    /// Opens the device of the folder, so that it goes on where it stopped. Where it does not know for sure where
    /// that was, or where it is said to be `restarted`, it begins another epoch.
    pub(crate) fn open(folder: &Path, restarted: bool) -> Result<Self, Fault> {
        let (seed, key) = keep::read_key(folder)?;
        lock(folder, &key)?;
        let descriptor = feed::read(&folder.join(DESCRIPTOR))?.descriptor().clone();
        let signer = signer(folder, &seed, descriptor, restarted)?;
        Ok(Self {
            folder: folder.to_owned(),
            _key: key,
            seed,
            signer,
        })
    }

    /// The feed that it signs for.
    pub(crate) const fn feed(&self) -> &Feed {
        self.signer.feed()
    }

    /// What it signed last in its epoch.
    pub(crate) fn last(&self) -> Option<LastSigned> {
        self.signer.last()
    }

    /// Signs the next message. It cannot leave before it is [released](Self::release).
    pub(crate) fn sign(&mut self, t: TimeMs, value: Value) -> Result<Unreleased, Fault> {
        let signed = match value {
            Value::Fixed(value) => self.signer.reading(t, value),
            Value::Claim { subject, code } => self.signer.claim(t, subject, code),
        };
        signed
            .map(Unreleased)
            .map_err(|error| self.not_signed(t, error))
    }

    /// The messages, of which the disk now knows the last. Where this fails, none may leave.
    pub(crate) fn release(&self, signed: Vec<Unreleased>) -> Result<Vec<Vec<u8>>, Fault> {
        if let Some(last) = self.signer.last() {
            keep::write_last(&self.folder, last)?;
        }
        Ok(signed.into_iter().map(|Unreleased(bytes)| bytes).collect())
    }

    /// Forgets where it was, as after a loss of memory.
    pub(crate) fn begin_epoch(&mut self) -> Result<(), Fault> {
        let descriptor = self.feed().descriptor().clone();
        let epoch = keep::read_epoch(&self.folder)?;
        self.signer = restart(&self.folder, &self.seed, descriptor, epoch, None)?;
        Ok(())
    }

    /// Signs something without remembering it, and whether or not it is true: what a device does that is out of order.
    pub(crate) fn misbehave(&self, observation: &Observation) -> Unreleased {
        Unreleased(twinroot_feed::sign(
            &SecretKey::from_seed(&self.seed),
            observation,
        ))
    }

    fn not_signed(&self, t: TimeMs, error: SignError) -> Fault {
        let descriptor = self.feed().descriptor();
        let detail = match error {
            SignError::TimeFalls => self
                .last()
                .map(|last| format!("; the last one was of {}", time::show(last.t))),
            SignError::OutsideValidity => Some(format!(
                "; it is valid from {} to {}",
                time::show(descriptor.valid_from),
                time::show(descriptor.valid_to)
            )),
            _ => None,
        };
        let (t, detail) = (time::show(t), detail.unwrap_or_default());
        Fault::new(
            NOT_SIGNED,
            format!("nothing was signed for {t}: {error}{detail}"),
        )
    }
}

/// A message that its device has signed, and may not know of yet after a loss of power.
pub(crate) struct Unreleased(Vec<u8>);

fn lock(folder: &Path, key: &File) -> Result<(), Fault> {
    key.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => Fault::new(
            IN_USE,
            format!(
                "another program signs for {}; one at a time can",
                folder.display()
            ),
        ),
        TryLockError::Error(error) => Fault::new(
            IN_USE,
            format!("{} cannot be locked: {error}", folder.display()),
        ),
    })
}

/// A signer that states nothing that could contradict what was signed before.
fn signer(
    folder: &Path,
    seed: &Seed,
    descriptor: Descriptor,
    restarted: bool,
) -> Result<Signer, Fault> {
    let epoch = keep::read_epoch(folder)?;
    let secret = SecretKey::from_seed(seed);
    match keep::read_last(folder) {
        Memory::New if epoch == 0 && !restarted => {
            Signer::new(secret, descriptor).map_err(|error| broken(folder, error))
        }
        Memory::Last(last) if last.epoch == epoch && !restarted => {
            Signer::resumed(secret, descriptor, last).map_err(|error| broken(folder, error))
        }
        Memory::Last(last) => restart(folder, seed, descriptor, epoch, Some(last)),
        Memory::New | Memory::Lost => restart(folder, seed, descriptor, epoch, None),
    }
}

/// A signer of a later epoch than any before; the disk has the number before anything is signed in it.
fn restart(
    folder: &Path,
    seed: &Seed,
    descriptor: Descriptor,
    epoch: u32,
    last: Option<LastSigned>,
) -> Result<Signer, Fault> {
    // Found out before the number of the epoch is gone.
    if !Feed::new(descriptor.clone()).is_ok_and(|feed| feed.is_chained()) {
        return Err(broken(folder, SignError::NoEpochs));
    }
    let highest = last.map_or(epoch, |last| last.epoch.max(epoch));
    let epoch = highest
        .checked_add(1)
        .and_then(NonZeroU32::new)
        .ok_or_else(|| Fault::new(LOST, format!("{} has no epoch left", folder.display())))?;
    keep::write_epoch(folder, epoch.get())?;
    let last = last.map(|last| (last.id, last.t));
    Signer::restarted(SecretKey::from_seed(seed), descriptor, epoch, last)
        .map_err(|error| broken(folder, error))
}

fn broken(folder: &Path, error: SignError) -> Fault {
    Fault::new(DEVICE, format!("{} cannot sign: {error}", folder.display()))
}
