//! The byte-driven fuzzer: bytes are actions.
//!
//! The first byte of a life says who keeps to the protocol, each two bytes after it are an action and
//! its number. Where a channel has closed, the next byte begins another life. So any bytes mean
//! something, and bytes that are almost the same lead to almost the same lives.

use std::fmt;

use twinroot_abi::Side;
use twinroot_arbiter::Effect as OnChain;
use twinroot_exec::Execute;
use twinroot_party::Report;

use crate::{Action, Broken, Config, Happened, Sim, Wish};

/// How often what was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Actions.
    pub actions: u64,
    /// Channels that were opened and closed.
    pub lives: u64,
    /// States that both signed.
    pub agreed: u64,
    /// Closes at an old state.
    pub disputes: u64,
    /// Answers to them that the ledger took.
    pub slashes: u64,
    /// Forced steps that the ledger took.
    pub forced: u64,
    /// Forced steps that a newer co-signed state beat, or a fork lost.
    pub overrides: u64,
    /// Forced steps that were carried out in vain.
    pub refuted: u64,
    /// Deposits and withdrawals.
    pub funded: u64,
    /// Closes that both agreed on.
    pub mutual: u64,
    /// Proposals that crossed.
    pub collided: u64,
    /// Forks that lost blocks.
    pub forks: u64,
    /// Crashes.
    pub crashes: u64,
    /// Lost states that came back from the peer.
    pub caught_up: u64,
    /// Fees of an answer that were repaid.
    pub repaid: u64,
}

impl Tally {
    fn count(&mut self, action: Action, happened: &[Happened]) {
        self.actions = self.actions.saturating_add(1);
        let one = |count: &mut u64, counts: bool| *count = count.saturating_add(u64::from(counts));
        one(&mut self.forks, matches!(action, Action::Fork(_)));
        one(
            &mut self.crashes,
            matches!(
                action,
                Action::Crash(..) | Action::Backup(..) | Action::WriteFails(_)
            ),
        );
        for report in Sim::reports(happened) {
            one(&mut self.agreed, matches!(report, Report::Agreed(_)));
            one(
                &mut self.disputes,
                matches!(report, Report::StaleClose { .. }),
            );
            one(&mut self.overrides, matches!(report, Report::Undone { .. }));
            one(
                &mut self.collided,
                matches!(report, Report::Collided { .. }),
            );
            one(
                &mut self.caught_up,
                matches!(report, Report::CaughtUp { .. }),
            );
        }
        for event in happened {
            match event {
                Happened::Posted(_, post) => {
                    let close = matches!(**post, twinroot_wire::Action::CloseMutual(_));
                    one(&mut self.mutual, close);
                }
                Happened::Included(_, receipt) => match &receipt.effect {
                    OnChain::Forced { .. } => one(&mut self.forced, true),
                    OnChain::Refuted { .. } => one(&mut self.refuted, true),
                    OnChain::Funded { .. } => one(&mut self.funded, true),
                    OnChain::Closing { .. } => one(&mut self.slashes, true),
                    OnChain::Closed { repaid, .. } => one(&mut self.repaid, repaid.is_some()),
                    _ => {}
                },
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} actions in {} lives: {} agreed, {} disputes, {} closes and slashes, {} forced, \
             {} overrides, {} refuted, {} funded, {} mutual, {} collided, {} forks, {} crashes, \
             {} caught up, {} repaid",
            self.actions,
            self.lives,
            self.agreed,
            self.disputes,
            self.slashes,
            self.forced,
            self.overrides,
            self.refuted,
            self.funded,
            self.mutual,
            self.collided,
            self.forks,
            self.crashes,
            self.caught_up,
            self.repaid
        )
    }
}

/// What went wrong, and what led to it: a script for `twinroot play`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{broken}; it was reached by\n{}", lines(.trace))]
pub struct Found {
    /// What does not hold.
    pub broken: Broken,
    /// What that life began with.
    pub config: Config,
    /// What happened in it.
    pub trace: Vec<Action>,
}

impl Found {
    /// The same with as few actions as can be found by leaving some out.
    #[must_use]
    pub fn shrunk(mut self, execute: &dyn Execute) -> Self {
        let mut step = self.trace.len().div_ceil(2);
        while step > 0 {
            let mut start = 0;
            while start < self.trace.len() {
                let mut shorter = self.trace.clone();
                shorter.drain(start..(start + step).min(self.trace.len()));
                match replay(&self.config, &shorter, execute) {
                    Err(broken) if same_kind(&broken, &self.broken) => {
                        self.broken = broken;
                        self.trace = shorter;
                    }
                    _ => start += step,
                }
            }
            step /= 2;
        }
        self
    }
}

fn same_kind(one: &Broken, other: &Broken) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Has these things happen, and then lets everything come to its end.
///
/// # Errors
/// [`Broken`] where something does not hold that must always hold.
pub fn replay(config: &Config, trace: &[Action], execute: &dyn Execute) -> Result<(), Broken> {
    let mut sim = Sim::new(config.clone(), execute)?;
    for action in trace {
        sim.act(*action)?;
    }
    sim.finish()
}

fn lines(trace: &[Action]) -> String {
    let lines: Vec<String> = trace.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Actions of one life, at most.
const LIFE: usize = 400;

/// Lives the lives that the bytes say.
///
/// # Errors
/// [`Found`] with the life that leads there.
pub fn act(bytes: &[u8], execute: &dyn Execute, tally: &mut Tally) -> Result<(), Box<Found>> {
    let mut bytes = bytes.iter().copied();
    while let Some(first) = bytes.next() {
        let honest = match first % 4 {
            0 | 1 => [true; 2],
            2 => [true, false],
            _ => [false, true],
        };
        let config = Config {
            honest,
            willing: [first & 4 == 0, first & 8 == 0],
            ..Config::default()
        };
        let mut trace = Vec::new();
        live(&config, &mut bytes, execute, tally, &mut trace).map_err(|broken| {
            Box::new(Found {
                broken,
                config,
                trace,
            })
        })?;
    }
    Ok(())
}

fn live(
    config: &Config,
    bytes: &mut impl Iterator<Item = u8>,
    execute: &dyn Execute,
    tally: &mut Tally,
    trace: &mut Vec<Action>,
) -> Result<(), Broken> {
    let mut sim = Sim::new(config.clone(), execute)?;
    let mut last_fork = 0;
    while let (Some(kind), Some(value)) = (bytes.next(), bytes.next()) {
        let height = sim.ledger().block().height.0;
        let closed = sim.ledger().channel(sim.channel()).is_none();
        if trace.len() >= LIFE || (closed && value < 64) {
            break;
        }
        for _ in 0..repeats(kind) {
            let action = action(kind, value, config.honest, &sim);
            // Forks are rare: one that comes before the last has settled would be a deeper one.
            if matches!(action, Action::Fork(_)) {
                if height < last_fork + 6 {
                    continue;
                }
                last_fork = height;
            }
            trace.push(action);
            let happened = sim.act(action)?;
            tally.count(action, &happened);
        }
    }
    sim.finish()?;
    tally.lives = tally.lives.saturating_add(1);
    Ok(())
}

/// A step takes two messages, so some bytes have several arrive.
const fn repeats(kind: u8) -> u8 {
    match kind % 128 {
        24..=43 => 4,
        _ => 1,
    }
}

/// The action that two bytes say.
fn action(kind: u8, value: u8, honest: [bool; 2], sim: &Sim<'_>) -> Action {
    let side = if value & 1 == 0 {
        Side::Initiator
    } else {
        Side::Responder
    };
    let number = u64::from(value >> 1);
    let place = usize::from(value >> 1) % 4;
    // A side for which something is on the way, if there is one.
    let receiver = if sim.on_the_way(side) > 0 {
        side
    } else {
        side.other()
    };
    // The one who does not keep to the protocol, if there is one.
    let bad = match honest {
        [false, _] => Some(Side::Initiator),
        [_, false] => Some(Side::Responder),
        _ => None,
    };
    match kind % 128 {
        0..=23 => Action::Propose(side, wish(number)),
        24..=43 => Action::Deliver(receiver, 0),
        44..=55 => Action::Deliver(receiver, place),
        56..=63 => Action::Mine(1),
        64..=67 => Action::Tick(side),
        68 => Action::Cancel(side),
        69..=70 => Action::Approve(side),
        71 => Action::Decline(side),
        72..=73 => Action::Duplicate(receiver, place),
        74..=75 => Action::Lose(receiver, place),
        76 => Action::Cut,
        77..=79 => Action::Connect,
        80..=81 => Action::ProposeClose(side, number % 20),
        82 if number < 40 => Action::CloseSolo(side),
        83..=86 => Action::Force(side, wish(number)),
        87 if number < 40 => Action::Snapshot(side),
        88 => Action::Note(side, number),
        89..=90 => Action::Slow(side),
        91..=93 => Action::Written(side),
        94 => Action::WriteFails(side),
        95 => Action::Crash(side, value & 2 == 0),
        96..=99 => Action::Restart(side),
        100 if number < 24 => Action::Backup(side, place),
        101 => Action::Fork(1 + number % 2),
        102..=119 => bad.map_or(Action::Deliver(receiver, 0), |bad| {
            misdeed(kind, number, place, bad)
        }),
        _ => Action::Deliver(receiver, 0),
    }
}

fn misdeed(kind: u8, number: u64, place: usize, bad: Side) -> Action {
    match kind % 128 {
        102..=104 if number % 4 == 0 => Action::CloseStale(bad, place),
        105..=106 => Action::SlashStale(bad, place),
        107 => Action::SnapshotStale(bad, place),
        108..=110 => Action::ForceStale(bad, place, wish(number)),
        111..=113 => Action::SignSecretly(bad, place),
        114..=115 => Action::ProposeTwice(bad, number),
        116 => Action::CloseSolo(bad),
        _ => Action::Force(bad, wish(number)),
    }
}

fn wish(number: u64) -> Wish {
    let amount = number / 9;
    match number % 9 {
        0 | 1 => Wish::Pay(1 + amount * 5),
        2 => Wish::Ask(1 + amount),
        3 => Wish::Deposit(10 + amount),
        4 => Wish::Withdraw(5 + amount),
        5 => Wish::Create(if amount < 10 { 0 } else { amount }),
        6 => Wish::Fund(20 + amount),
        7 => Wish::Claim(1 + amount),
        _ if amount < 7 => Wish::Stamp(1),
        _ => Wish::LowerHold(1),
    }
}
