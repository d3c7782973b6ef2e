//! The ledger's file: one line for all that happened, from the genesis on. The ledger itself is what follows from it.
//!
//! ```text
//! Begin genesis | Transaction.. | Block | Transaction.. | Block | .. | Rollback | Block | ..
//!                                 \___ struck out by Rollback ____/
//! ```

use core::ops::Range;

use serde::{Deserialize, Serialize};
use twinroot_abi::{Hash, Height, TimeMs};
use twinroot_arbiter::Genesis;
use twinroot_store::{Batch, Entry, ReadError, Store, Stream, WriteError};
use twinroot_types::{decode, encode};

use crate::error::FileError;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Line {
    /// The first line.
    Begin(Genesis),
    /// A transaction was included in the present block.
    Transaction(Vec<u8>),
    /// The present block ended and the next began, at that time and with that hash.
    Block { time: TimeMs, hash: Hash },
    /// The ledger as it is at the end of the present block has a name.
    Snapshot(String),
    /// All that came after the end of the block of this height never was.
    Rollback(Height),
}

/// The log.
#[derive(Clone, Debug)]
pub(crate) struct Log(pub(crate) Store);

/// The stream of a ledger's lines in its file.
const STREAM: Stream = *b"twinroot/ledger/v1/lines........";
/// Lines that are read at a time.
const PAGE: usize = 1024;
/// The longest line: a transaction, or the accounts of a genesis.
const LINE_BYTES: usize = 64 << 20;

impl Log {
    /// Writes lines, all or none of them, and waits for the disk.
    pub(crate) fn write(&self, lines: &[Line]) -> Result<(), WriteError> {
        let entry = |(line, number): (&Line, u64)| Entry {
            stream: STREAM,
            number,
            bytes: encode(line),
        };
        let append = lines.iter().zip(self.0.next()..).map(entry).collect();
        self.0.write(&[Batch {
            append,
            ..Batch::default()
        }])
    }

    /// Whether nothing was written yet.
    pub(crate) fn is_empty(&self) -> Result<bool, ReadError> {
        Ok(self.0.read(&STREAM, 0, 1)?.is_empty() && self.0.next() == 0)
    }

    /// How the ledger began.
    pub(crate) fn genesis(&self) -> Result<Genesis, FileError> {
        match self.lines().next() {
            Some(line) => match line? {
                (_, Line::Begin(genesis)) => Ok(genesis),
                (number, _) => Err(FileError::Line(number)),
            },
            None => Err(FileError::Foreign),
        }
    }

    /// All lines with their numbers, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Result<(u64, Line), FileError>> {
        let mut from = Some(0);
        let mut page = Vec::new().into_iter();
        core::iter::from_fn(move || {
            if page.len() == 0 {
                match self.0.read(&STREAM, from?, PAGE) {
                    Ok(lines) => page = lines.into_iter(),
                    Err(error) => {
                        from = None;
                        return Some(Err(error.into()));
                    }
                }
            }
            let (number, bytes) = page.next()?;
            from = number.checked_add(1);
            let line = decode(&bytes, LINE_BYTES).map_err(|_| FileError::Line(number));
            Some(line.map(|line| (number, line)))
        })
    }

    /// What of the log counts.
    pub(crate) fn outline(&self) -> Result<Outline, FileError> {
        let mut outline = Outline::default();
        for line in self.lines() {
            let (number, line) = line?;
            outline.end = number.saturating_add(1);
            match line {
                Line::Begin(_) | Line::Transaction(_) => {}
                Line::Block { time, .. } => outline.blocks.push((number, time)),
                Line::Snapshot(name) => {
                    let height = Height(outline.blocks.len() as u64);
                    outline.snapshots.retain(|(other, _)| *other != name);
                    outline.snapshots.push((name, height));
                }
                Line::Rollback(height) => outline.strike(height, number)?,
            }
        }
        Ok(outline)
    }
}

/// What of a log counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// The line that began each block but the first, and its time.
    blocks: Vec<(u64, TimeMs)>,
    /// Names, and the height at whose end they were given.
    pub(crate) snapshots: Vec<(String, Height)>,
    /// Blocks that were replaced: heights and times. No other block has both, so none has the hash of one that is gone.
    pub(crate) replaced: Vec<(Height, TimeMs)>,
    /// Lines that do not count any more.
    struck: Vec<Range<u64>>,
    /// The number behind the last line.
    end: u64,
}

impl Outline {
    /// Strikes out what came after the end of a block, up to the line that says so.
    pub(crate) fn strike(&mut self, height: Height, by: u64) -> Result<(), FileError> {
        let kept = usize::try_from(height.0).unwrap_or(usize::MAX);
        let (first, time) = *self.blocks.get(kept).ok_or(FileError::Line(by))?;
        self.replaced
            .push((Height(height.0.saturating_add(1)), time));
        self.blocks.truncate(kept);
        self.snapshots.retain(|(_, at)| *at <= height);
        self.struck.push(first..by.saturating_add(1));
        Ok(())
    }

    /// The same as if the next line struck out what came after the end of a block.
    pub(crate) fn with_rollback(mut self, height: Height) -> Result<Self, FileError> {
        let by = self.end;
        self.strike(height, by)?;
        Ok(self)
    }

    pub(crate) fn counts(&self, line: u64) -> bool {
        !self.struck.iter().any(|struck| struck.contains(&line))
    }

    /// How many blocks there are beside the first.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks.len() as u64
    }
}
