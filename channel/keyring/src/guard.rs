//! What no signer may do, whoever asks: sign two states of one round.
//!
//! A party never does (docs/spec/channel.md, 5.8). Whoever breaks into the node's process could ask for it all the same, and
//! with it undo what was agreed. A guard in the signer's process remembers what was signed and refuses. It looks at commitments
//! and fundings only, as those stand for a state; a mutual close, a transaction or anything else passes.
//!
//! ```text
//! file   = "twinroot.rounds\n" 16 bytes | version u16 = 1 | public key 32 | XXH3-64 | records
//! record = chain 32 | channel 32 | round u64 | blake2b-256 of tag and bytes 32 | XXH3-64
//! ```
//!
//! Numbers are little-endian; each sum is over all bytes of its header or record before it. A record is on the disk before its
//! signature is made. Of each channel the newest [`KEPT`] rounds count; what lies below them is not signed any more.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use twinroot_abi::{ChainId, ChannelId, Hash, PublicKey, Round};
use twinroot_types::{Signature, Tag, hash};
use twox_hash::XxHash3_64;

use crate::place::place;
use crate::{GuardError, SignError, Signer};

/// A signer that never signs two different commitments or fundings of one round of a channel.
#[derive(Debug)]
pub struct Guard<S> {
    signer: S,
    book: Mutex<Book>,
}

impl<S: Signer> Guard<S> {
    /// Puts a guard before a signer. The rounds that it signed are in the file at `path`, which is made where there is none.
    ///
    /// # Errors
    /// [`GuardError`].
    pub fn open(path: &Path, signer: S) -> Result<Self, GuardError> {
        let book = Book::open(path, signer.public())?;
        Ok(Self {
            signer,
            book: Mutex::new(book),
        })
    }
}

impl<S: Signer> Signer for Guard<S> {
    fn public(&self) -> PublicKey {
        self.signer.public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        if tag == Tag::COMMITMENT || tag == Tag::FUNDING {
            let state = State::of(bytes).ok_or_else(|| {
                SignError::Refused("these bytes are no commitment and no funding".to_owned())
            })?;
            let name = Hash(hash(tag, &[bytes]));
            self.book
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .write_down(state, name)?;
        }
        self.signer.sign(tag, bytes)
    }
}

/// Which state a commitment or a funding stands for.
#[derive(Clone, Copy)]
struct State {
    channel: (ChainId, ChannelId),
    round: Round,
}

impl State {
    /// Both begin with chain, channel, version and round (docs/spec/channel.md, 2.1 and 2.5). A longer form of a number is the
    /// same number, so nobody gets around this with one.
    fn of(bytes: &[u8]) -> Option<Self> {
        let ((chain, channel, _, round), _) =
            postcard::take_from_bytes::<(ChainId, ChannelId, u16, Round)>(bytes).ok()?;
        Some(Self {
            channel: (chain, channel),
            round,
        })
    }
}

/// What was signed, in memory and on the disk.
#[derive(Debug)]
struct Book {
    path: PathBuf,
    /// Locked as long as it is open.
    file: File,
    end: u64,
    /// Whether a write failed; then nobody knows what the file holds.
    failed: bool,
    signed: BTreeMap<(ChainId, ChannelId), BTreeMap<Round, Hash>>,
}

impl Book {
    fn open(path: &Path, owner: PublicKey) -> Result<Self, GuardError> {
        let disk = |source| GuardError::Disk {
            path: path.to_owned(),
            source,
        };
        if !path.try_exists().map_err(disk)? {
            match place(path, &header(owner)) {
                // Another process may have been faster; it holds the lock then.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(disk(error));
                }
                _ => {}
            }
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(disk)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => GuardError::InUse(path.to_owned()),
            TryLockError::Error(source) => disk(source),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(disk)?;
        let records = records(&bytes, owner, path)?;
        let mut book = Self {
            path: path.to_owned(),
            file,
            end: HEADER_BYTES as u64,
            failed: false,
            signed: BTreeMap::new(),
        };
        for (place, record) in records.chunks(RECORD_BYTES).enumerate() {
            let Some((state, name)) = read_record(record) else {
                // Only the last write can be unfinished, and what it was for was not signed.
                if (place + 1) * RECORD_BYTES >= records.len() {
                    break;
                }
                return Err(GuardError::Damaged {
                    path: path.to_owned(),
                    offset: HEADER_BYTES + place * RECORD_BYTES,
                });
            };
            book.remember(state, name);
            book.end += RECORD_BYTES as u64;
        }
        book.file.set_len(book.end).map_err(disk)?;
        Ok(book)
    }

    /// Sees to it that this is the only state of its round, and that it is on the disk.
    fn write_down(&mut self, state: State, name: Hash) -> Result<(), SignError> {
        if self.failed {
            return Err(SignError::Refused(format!(
                "{} could not be written before: start the signer again",
                self.path.display()
            )));
        }
        let signed = self.signed.get(&state.channel);
        match signed.and_then(|rounds| rounds.get(&state.round)) {
            Some(before) if *before == name => return Ok(()),
            Some(_) => {
                return Err(SignError::Refused(format!(
                    "another state of round {} was signed",
                    state.round.0
                )));
            }
            None => {}
        }
        if signed.is_some_and(|rounds| {
            rounds.len() >= KEPT
                && rounds
                    .keys()
                    .next()
                    .is_some_and(|oldest| state.round < *oldest)
        }) {
            return Err(SignError::Refused(format!(
                "round {} is long past",
                state.round.0
            )));
        }
        if let Err(error) = append(&mut self.file, self.end, &record(state, name)) {
            self.failed = true;
            return Err(SignError::Refused(format!(
                "{} could not be written: {error}",
                self.path.display()
            )));
        }
        self.end += RECORD_BYTES as u64;
        self.remember(state, name);
        Ok(())
    }

    fn remember(&mut self, state: State, name: Hash) {
        let rounds = self.signed.entry(state.channel).or_default();
        rounds.insert(state.round, name);
        if rounds.len() > KEPT {
            rounds.pop_first();
        }
    }
}

fn append(file: &mut File, end: u64, record: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(end))?;
    file.write_all(record)?;
    file.sync_data()
}

fn header(owner: PublicKey) -> Vec<u8> {
    summed([MAGIC.as_slice(), &VERSION.to_le_bytes(), &owner.0].concat())
}

/// What comes after the header, if that is one of this key.
fn records<'a>(bytes: &'a [u8], owner: PublicKey, path: &Path) -> Result<&'a [u8], GuardError> {
    let foreign = || GuardError::Foreign(path.to_owned());
    let (found, records) = bytes.split_at_checked(HEADER_BYTES).ok_or_else(foreign)?;
    let key = found[MAGIC.len() + size_of::<u16>()..]
        .first_chunk()
        .ok_or_else(foreign)?;
    let key = PublicKey(*key);
    if found != header(key) {
        return Err(foreign());
    }
    if key != owner {
        return Err(GuardError::OtherKey {
            path: path.to_owned(),
            owner: key,
        });
    }
    Ok(records)
}

fn record(state: State, name: Hash) -> Vec<u8> {
    let (chain, channel) = state.channel;
    summed(
        [
            chain.0.as_slice(),
            &channel.0,
            &state.round.0.to_le_bytes(),
            &name.0,
        ]
        .concat(),
    )
}

fn read_record(bytes: &[u8]) -> Option<(State, Hash)> {
    let (chain, rest) = bytes.split_first_chunk()?;
    let (channel, rest) = rest.split_first_chunk()?;
    let (round, rest) = rest.split_first_chunk()?;
    let (name, _) = rest.split_first_chunk()?;
    let state = State {
        channel: (ChainId(*chain), ChannelId(*channel)),
        round: Round(u64::from_le_bytes(*round)),
    };
    let name = Hash(*name);
    (record(state, name) == bytes).then_some((state, name))
}

fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = XxHash3_64::oneshot(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

const MAGIC: &[u8; 16] = b"twinroot.rounds\n";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = MAGIC.len() + size_of::<u16>() + 32 + size_of::<u64>();
const RECORD_BYTES: usize = 32 + 32 + size_of::<u64>() + 32 + size_of::<u64>();
/// Rounds of a channel that are remembered: far more than a party keeps live (docs/spec/channel.md, 5.7).
const KEPT: usize = 64;
