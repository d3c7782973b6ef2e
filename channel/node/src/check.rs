//! Whether a node's folder is as it was written, and makes sense: looked at while the node does not run, and never written to.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_abi::{ChannelId, CodeHash};
use twinroot_client::api::Id;
use twinroot_exec::{Codes, Env, Execute};
use twinroot_party::{Party, Policy, Record};
use twinroot_store::{OpenError, ReadError, Store, Stream};
use twinroot_types::decode;
use twinroot_wire::{CoSigned, Ground, Keys, SignedFunding};

use crate::core::line::{CALLS, CallLine, EVENTS, LastRestored, Line, OWN, PEERS, PeerLine, Told};
use crate::core::restore::{LINE_BYTES, RestoreError, last_restored, lines};
use crate::node::LOG;

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// Lines of the log.
    pub lines: u64,
    /// Modules of contracts.
    pub modules: u64,
    /// Records of the application.
    pub records: u64,
    /// Bytes of all of these.
    pub bytes: u64,
    /// The channels.
    pub channels: Vec<CheckedChannel>,
    /// Whether the log was ever made of a backup.
    pub restored: bool,
    /// What is wrong, in words; nothing where all is well.
    pub faults: Vec<String>,
}

/// A channel in the log.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedChannel {
    /// Which.
    pub channel: Id,
    /// What its party is doing.
    pub status: String,
    /// Round of the newest state that both have signed.
    pub round: u64,
    /// Signatures of both sides that were checked.
    pub signed: u64,
}

/// Why a folder cannot be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// There is no log.
    #[error("{} is not there: the node has not run yet", .0.display())]
    NoLog(PathBuf),
    /// The node runs.
    #[error("{} is in use: stop the node first", .0.display())]
    InUse(PathBuf),
    /// It cannot be copied, and what may be broken is not opened in its place.
    #[error("{}: {source}", .path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no log, of a newer program, or too broken to be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The disk fails.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Checks the log in `folder`: each checksum, each line, each party, each signature of a state. It works on a copy, as an
/// opened log may be brought in order.
///
/// # Errors
/// [`CheckError`]; what is wrong with the log's content is in the answer.
pub fn check(folder: &Path, execute: &dyn Execute) -> Result<Checked, CheckError> {
    let log = folder.join(LOG);
    let copies = tempfile::tempdir().map_err(|source| CheckError::Copy {
        path: log.clone(),
        source,
    })?;
    let copy = copies.path().join(LOG);
    copied(&log, &copy)?;
    let store = Store::open(&copy)?;
    let found = store.check()?;
    let mut checked = Checked {
        lines: found.entries,
        modules: found.blobs,
        records: found.records,
        bytes: found.bytes,
        channels: Vec::new(),
        restored: false,
        faults: found
            .broken
            .iter()
            .map(|place| format!("damaged on the disk: {place}"))
            .collect(),
    };
    // What is damaged cannot be read, and one fault is enough to know what to do.
    if checked.faults.is_empty() {
        checked.read(&store, execute)?;
    }
    Ok(checked)
}

/// Copies the log while nobody writes to it.
fn copied(log: &Path, copy: &Path) -> Result<(), CheckError> {
    let fault = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => CheckError::NoLog(log.to_owned()),
        _ => CheckError::Copy {
            path: log.to_owned(),
            source,
        },
    };
    let file = File::open(log).map_err(fault)?;
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(CheckError::InUse(log.to_owned())),
        Err(TryLockError::Error(source)) => return Err(fault(source)),
    }
    fs::copy(log, copy).map_err(fault)?;
    Ok(())
}

impl Checked {
    fn read(&mut self, store: &Store, execute: &dyn Execute) -> Result<(), ReadError> {
        self.all::<Told>(store, &EVENTS, "event")?;
        self.all::<CallLine>(store, &CALLS, "call")?;
        self.all::<PeerLine>(store, &PEERS, "peer")?;
        let restored = match last_restored(store) {
            Ok(restored) => restored,
            Err(RestoreError::Read(error)) => return Err(error),
            Err(error) => {
                self.faults.push(error.to_string());
                None
            }
        };
        self.restored = restored.is_some();
        let codes = codes(store, execute)?;
        for stream in store.streams()? {
            if OWN.contains(&stream) {
                continue;
            }
            let channel = ChannelId(stream);
            match checked(channel, lines(store, &stream)?, restored, &codes, execute) {
                Ok(good) => self.channels.push(good),
                Err(why) => self.faults.push(format!("channel {channel}: {why}")),
            }
        }
        Ok(())
    }

    /// Every line of a row is one.
    fn all<T: Serialize + DeserializeOwned>(
        &mut self,
        store: &Store,
        row: &Stream,
        what: &str,
    ) -> Result<(), ReadError> {
        for (number, bytes) in lines(store, row)? {
            if let Err(error) = decode::<T>(&bytes, LINE_BYTES) {
                self.faults
                    .push(format!("line {number} is no {what}: {error}"));
            }
        }
        Ok(())
    }
}

/// The modules that have the name of their content.
fn codes(store: &Store, execute: &dyn Execute) -> Result<Codes, ReadError> {
    let mut codes = BTreeMap::new();
    for name in store.blobs()? {
        let Some(bytes) = store.blob(&name)? else {
            continue;
        };
        if execute.admit(&bytes).is_ok_and(|code| code.hash.0 == name) {
            codes.insert(CodeHash(name), bytes);
        }
    }
    Ok(Arc::new(codes))
}

fn checked(
    id: ChannelId,
    lines: Vec<(u64, Vec<u8>)>,
    restored: Option<LastRestored>,
    codes: &Codes,
    execute: &dyn Execute,
) -> Result<CheckedChannel, String> {
    let (mut first, mut opened, mut over) = (None, None::<Env>, false);
    let mut records = Vec::new();
    let mut newest = None;
    for (number, bytes) in lines {
        match decode::<Line>(&bytes, LINE_BYTES)
            .map_err(|error| format!("line {number} is none of a channel: {error}"))?
        {
            Line::Channel {
                terms,
                side,
                offered,
                ..
            } => first = Some((*terms, side, offered)),
            Line::Opened(env) => opened = Some(env),
            Line::Record(record) => {
                if !matches!(*record, Record::Terms(_)) {
                    newest = Some(number);
                }
                records.push(*record);
            }
            Line::Over => over = true,
        }
    }
    let (terms, side, offered) = first.ok_or("its first line is missing")?;
    if terms.channel() != id {
        return Err("its terms are those of another channel".to_owned());
    }
    let keys = Keys::gate(&terms.parties).map_err(|error| error.to_string())?;
    if let Some(signature) = offered {
        keys.verify_parameters_by(side.other(), &terms, &signature)
            .map_err(|error| format!("its offer: {error}"))?;
    }
    let signed = records.iter().try_fold(0_u64, |sum, record| {
        Some(sum.saturating_add(verified(&keys, record)?))
    });
    let signed = signed.ok_or("a state in it is not signed by both")?;
    let (status, round) = match opened {
        Some(opened) if !over => {
            let source = LastRestored::source(restored, newest);
            let party = Party::restore(
                &terms,
                side,
                opened,
                Policy::default(),
                codes.clone(),
                source,
                records,
                execute,
            )
            .map_err(|error| error.to_string())?;
            (party.status().to_string(), party.standing().round.0)
        }
        Some(_) => ("closed".to_owned(), 0),
        None if over => ("never opened".to_owned(), 0),
        None => ("not open yet".to_owned(), 0),
    };
    Ok(CheckedChannel {
        channel: id.into(),
        status,
        round,
        signed,
    })
}

/// How many states in a record both have signed; none where one is not.
fn verified(keys: &Keys, record: &Record) -> Option<u64> {
    let state = |state: &CoSigned| keys.verify_both(state).ok().map(|()| 1);
    let funding = |signed: &SignedFunding| keys.verify_funding(signed).ok().map(|()| 1);
    match record {
        Record::CoSigned(signed) => state(signed),
        Record::Funded(signed) => funding(signed),
        Record::Checkpoint(checkpoint) => {
            let ground = match &checkpoint.ground {
                Ground::Terms => Some(0),
                Ground::CoSigned(signed) => state(signed),
                Ground::Funding(signed) => funding(signed),
            };
            let newest = checkpoint.newest.as_ref().map_or(Some(0), state);
            Some(u64::saturating_add(ground?, newest?))
        }
        _ => Some(0),
    }
}
