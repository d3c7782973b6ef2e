//! Everything that can happen, with a line of text for each.

use std::fmt;
use std::str::FromStr;

use twinroot_abi::Side;

use crate::Wish;

/// Something that happens in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A user proposes a step.
    Propose(Side, Wish),
    /// A user takes back what was proposed.
    Cancel(Side),
    /// A user agrees to what was asked last.
    Approve(Side),
    /// A user does not agree to it.
    Decline(Side),
    /// A user proposes to close the channel, within so many blocks.
    ProposeClose(Side, u64),
    /// A user closes the channel on the ledger.
    CloseSolo(Side),
    /// A user has the ledger carry out a step.
    Force(Side, Wish),
    /// A user has the ledger know the newest state.
    Snapshot(Side),
    /// A user says something.
    Note(Side, u64),
    /// A user goes away for a while.
    Leave(Side),
    /// Time passes for a party.
    Tick(Side),
    /// A message on the way to a side arrives; the first is number 0.
    Deliver(Side, usize),
    /// It arrives and stays on the way.
    Duplicate(Side, usize),
    /// It is lost.
    Lose(Side, usize),
    /// The connection breaks, and all that is on the way is lost.
    Cut,
    /// The connection is there again.
    Connect,
    /// Transactions are included and so many blocks are made.
    Mine(u64),
    /// So many of the newest blocks are replaced by others, without the transactions in them.
    Fork(u64),
    /// Writes of a side take their time, until they are let through.
    Slow(Side),
    /// A write of a side comes to its end.
    Written(Side),
    /// A write of a side fails.
    WriteFails(Side),
    /// A side crashes; the write under way is on the disk all the same, or not.
    Crash(Side, bool),
    /// A side begins again from its disk.
    Restart(Side),
    /// A side begins again from a copy of its disk that lacks so many of the newest records.
    Backup(Side, usize),
    /// A side posts a close at an old state, counted from the newest; or at none.
    CloseStale(Side, usize),
    /// A side answers a close with an old state.
    SlashStale(Side, usize),
    /// A side has the ledger know an old state.
    SnapshotStale(Side, usize),
    /// A side has the ledger carry out a step on an old state.
    ForceStale(Side, usize, Wish),
    /// A side signs a proposal of the peer without a word, and posts it.
    SignSecretly(Side, usize),
    /// A side signs another step of the round that it has proposed last, and sends it.
    ProposeTwice(Side, u64),
}

/// A line that is no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no action; `help` lists them")]
pub struct ParseError(pub String);

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |side: &Side| name_of(*side);
        match self {
            Self::Propose(side, wish) => write!(f, "{} propose {wish}", name(side)),
            Self::Cancel(side) => write!(f, "{} cancel", name(side)),
            Self::Approve(side) => write!(f, "{} approve", name(side)),
            Self::Decline(side) => write!(f, "{} decline", name(side)),
            Self::ProposeClose(side, blocks) => write!(f, "{} propose-close {blocks}", name(side)),
            Self::CloseSolo(side) => write!(f, "{} close", name(side)),
            Self::Force(side, wish) => write!(f, "{} force {wish}", name(side)),
            Self::Snapshot(side) => write!(f, "{} snapshot", name(side)),
            Self::Note(side, text) => write!(f, "{} note {text}", name(side)),
            Self::Leave(side) => write!(f, "{} leave", name(side)),
            Self::Tick(side) => write!(f, "{} tick", name(side)),
            Self::Deliver(side, place) => write!(f, "{} deliver {place}", name(side)),
            Self::Duplicate(side, place) => write!(f, "{} duplicate {place}", name(side)),
            Self::Lose(side, place) => write!(f, "{} lose {place}", name(side)),
            Self::Cut => write!(f, "cut"),
            Self::Connect => write!(f, "connect"),
            Self::Mine(blocks) => write!(f, "mine {blocks}"),
            Self::Fork(blocks) => write!(f, "fork {blocks}"),
            Self::Slow(side) => write!(f, "{} slow", name(side)),
            Self::Written(side) => write!(f, "{} written", name(side)),
            Self::WriteFails(side) => write!(f, "{} write-fails", name(side)),
            Self::Crash(side, true) => write!(f, "{} crash written", name(side)),
            Self::Crash(side, false) => write!(f, "{} crash unwritten", name(side)),
            Self::Restart(side) => write!(f, "{} restart", name(side)),
            Self::Backup(side, age) => write!(f, "{} backup {age}", name(side)),
            Self::CloseStale(side, age) => write!(f, "{} close-stale {age}", name(side)),
            Self::SlashStale(side, age) => write!(f, "{} slash-stale {age}", name(side)),
            Self::SnapshotStale(side, age) => write!(f, "{} snapshot-stale {age}", name(side)),
            Self::ForceStale(side, age, wish) => {
                write!(f, "{} force-stale {age} {wish}", name(side))
            }
            Self::SignSecretly(side, place) => write!(f, "{} sign-secretly {place}", name(side)),
            Self::ProposeTwice(side, coins) => write!(f, "{} propose-twice {coins}", name(side)),
        }
    }
}

impl FromStr for Action {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bad = || ParseError(text.to_owned());
        let (first, rest) = split(text.trim());
        let side = match first {
            "initiator" | "A" => Side::Initiator,
            "responder" | "B" => Side::Responder,
            "cut" if rest.is_empty() => return Ok(Self::Cut),
            "connect" if rest.is_empty() => return Ok(Self::Connect),
            "mine" => {
                return Ok(Self::Mine(number(
                    Some(rest).filter(|n| !n.is_empty()),
                    text,
                )?));
            }
            "fork" => return Ok(Self::Fork(number(Some(rest), text)?)),
            _ => return Err(bad()),
        };
        let (verb, rest) = split(rest);
        let count = || number(Some(rest), text);
        let place = || usize::try_from(number(Some(rest), text)?).map_err(|_| bad());
        let alone = |action: Self| {
            if rest.is_empty() {
                Ok(action)
            } else {
                Err(bad())
            }
        };
        match verb {
            "propose" => Ok(Self::Propose(side, rest.parse()?)),
            "cancel" => alone(Self::Cancel(side)),
            "approve" => alone(Self::Approve(side)),
            "decline" => alone(Self::Decline(side)),
            "propose-close" => Ok(Self::ProposeClose(side, count()?)),
            "close" => alone(Self::CloseSolo(side)),
            "force" => Ok(Self::Force(side, rest.parse()?)),
            "snapshot" => alone(Self::Snapshot(side)),
            "note" => Ok(Self::Note(side, count()?)),
            "leave" => alone(Self::Leave(side)),
            "tick" => alone(Self::Tick(side)),
            "deliver" => Ok(Self::Deliver(side, place()?)),
            "duplicate" => Ok(Self::Duplicate(side, place()?)),
            "lose" => Ok(Self::Lose(side, place()?)),
            "slow" => alone(Self::Slow(side)),
            "written" => alone(Self::Written(side)),
            "write-fails" => alone(Self::WriteFails(side)),
            "crash" => match rest {
                "written" => Ok(Self::Crash(side, true)),
                "unwritten" => Ok(Self::Crash(side, false)),
                _ => Err(bad()),
            },
            "restart" => alone(Self::Restart(side)),
            "backup" => Ok(Self::Backup(side, place()?)),
            "close-stale" => Ok(Self::CloseStale(side, place()?)),
            "slash-stale" => Ok(Self::SlashStale(side, place()?)),
            "snapshot-stale" => Ok(Self::SnapshotStale(side, place()?)),
            "force-stale" => {
                let (age, wish) = split(rest);
                let age = usize::try_from(number(Some(age), text)?).map_err(|_| bad())?;
                Ok(Self::ForceStale(side, age, wish.parse()?))
            }
            "sign-secretly" => Ok(Self::SignSecretly(side, place()?)),
            "propose-twice" => Ok(Self::ProposeTwice(side, count()?)),
            _ => Err(bad()),
        }
    }
}

pub(crate) const fn name_of(side: Side) -> &'static str {
    match side {
        Side::Initiator => "initiator",
        Side::Responder => "responder",
    }
}

/// The first word and the rest.
fn split(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (text, ""),
    }
}

/// A number; 1 where none is given.
pub(crate) fn number(word: Option<&str>, line: &str) -> Result<u64, ParseError> {
    word.map_or(Ok(1), |word| {
        word.parse().map_err(|_| ParseError(line.to_owned()))
    })
}
