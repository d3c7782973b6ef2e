//! Everything that can happen, with a line of text for each.

use std::fmt;
use std::str::FromStr;

use twinroot_abi::Side;

use crate::{Deed, Wish};

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
    /// A transaction that waits is lost; the first is number 0.
    LosePost(usize),
    /// A side hears nothing of the ledger for a while.
    Lag(Side),
    /// It looks at the ledger again.
    Look(Side),
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
    /// A side signs and sends a step that does not come out as it says.
    ProposeFalsely(Side, u64),
    /// A side settles, whether or not its time has come.
    Settle(Side),
    /// A side does something on the ledger beside the channel.
    Do(Side, Deed),
    /// Two of whom neither keeps to the protocol sign nonsense, and one has the ledger look at it.
    Collude(Side, u64),
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
            Self::LosePost(place) => write!(f, "lose-post {place}"),
            Self::Lag(side) => write!(f, "{} lag", name(side)),
            Self::Look(side) => write!(f, "{} look", name(side)),
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
            Self::ProposeFalsely(side, number) => {
                write!(f, "{} propose-falsely {number}", name(side))
            }
            Self::Settle(side) => write!(f, "{} settle", name(side)),
            Self::Do(side, deed) => write!(f, "{} {deed}", name(side)),
            Self::Collude(side, number) => write!(f, "{} collude {number}", name(side)),
        }
    }
}

impl FromStr for Action {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (first, rest) = split(text.trim());
        match (side_of(first), first, rest) {
            (Some(side), _, rest) => of_side(side, rest, text),
            (_, "cut", "") => Ok(Self::Cut),
            (_, "connect", "") => Ok(Self::Connect),
            (_, "mine", "") => Ok(Self::Mine(1)),
            (_, "mine", blocks) => Ok(Self::Mine(number(Some(blocks), text)?)),
            (_, "lose-post", place) => Ok(Self::LosePost(place_in(place, text)?)),
            (_, "fork", blocks) => Ok(Self::Fork(number(Some(blocks), text)?)),
            _ => Err(ParseError(text.to_owned())),
        }
    }
}

/// The action of a side.
fn of_side(side: Side, line: &str, text: &str) -> Result<Action, ParseError> {
    let bad = || ParseError(text.to_owned());
    let (verb, rest) = split(line);
    let count = || number(Some(rest), text);
    let place = || place_in(rest, text);
    let wish = |words: &str| words.parse().map_err(|_| bad());
    let alone = |action| match rest {
        "" => Ok(action),
        _ => Err(bad()),
    };
    match verb {
        "propose" => Ok(Action::Propose(side, wish(rest)?)),
        "cancel" => alone(Action::Cancel(side)),
        "approve" => alone(Action::Approve(side)),
        "decline" => alone(Action::Decline(side)),
        "propose-close" => Ok(Action::ProposeClose(side, count()?)),
        "close" => alone(Action::CloseSolo(side)),
        "force" => Ok(Action::Force(side, wish(rest)?)),
        "snapshot" => alone(Action::Snapshot(side)),
        "note" => Ok(Action::Note(side, count()?)),
        "leave" => alone(Action::Leave(side)),
        "tick" => alone(Action::Tick(side)),
        "deliver" => Ok(Action::Deliver(side, place()?)),
        "duplicate" => Ok(Action::Duplicate(side, place()?)),
        "lose" => Ok(Action::Lose(side, place()?)),
        "lag" => alone(Action::Lag(side)),
        "look" => alone(Action::Look(side)),
        "slow" => alone(Action::Slow(side)),
        "written" => alone(Action::Written(side)),
        "write-fails" => alone(Action::WriteFails(side)),
        "crash" => match rest {
            "written" => Ok(Action::Crash(side, true)),
            "unwritten" => Ok(Action::Crash(side, false)),
            _ => Err(bad()),
        },
        "restart" => alone(Action::Restart(side)),
        "backup" => Ok(Action::Backup(side, place()?)),
        "close-stale" => Ok(Action::CloseStale(side, place()?)),
        "slash-stale" => Ok(Action::SlashStale(side, place()?)),
        "snapshot-stale" => Ok(Action::SnapshotStale(side, place()?)),
        "force-stale" => {
            let (age, words) = split(rest);
            Ok(Action::ForceStale(side, place_in(age, text)?, wish(words)?))
        }
        "sign-secretly" => Ok(Action::SignSecretly(side, place()?)),
        "propose-twice" => Ok(Action::ProposeTwice(side, count()?)),
        "propose-falsely" => Ok(Action::ProposeFalsely(side, count()?)),
        "settle" => alone(Action::Settle(side)),
        "collude" => Ok(Action::Collude(side, count()?)),
        _ => line
            .parse()
            .map(|deed| Action::Do(side, deed))
            .map_err(|_| bad()),
    }
}

/// A place in a row; the first where none is given.
fn place_in(word: &str, line: &str) -> Result<usize, ParseError> {
    match word {
        "" => Ok(0),
        word => usize::try_from(number(Some(word), line)?).map_err(|_| ParseError(line.to_owned())),
    }
}

pub(crate) const fn name_of(side: Side) -> &'static str {
    match side {
        Side::Initiator => "initiator",
        Side::Responder => "responder",
    }
}

pub(crate) fn side_of(name: &str) -> Option<Side> {
    match name {
        "initiator" | "A" => Some(Side::Initiator),
        "responder" | "B" => Some(Side::Responder),
        _ => None,
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
