//! The byte-driven fuzzer: bytes are actions.
//!
//! Two bytes say what a life begins with, each two bytes after them what happens next. What they
//! mean depends on how things stand, so that most of them lead somewhere. Where a channel has closed,
//! the next bytes begin another life. So any bytes mean something, and bytes that are almost the same
//! lead to almost the same lives.

use twinroot_abi::Amount;
use twinroot_exec::Execute;
use twinroot_party::{Guarantee, Otherwise, Policy};

use crate::life::Life;
use crate::{Broken, Config, Count, Found, Script, Sim, Tally};

/// Actions of one life, at most.
const LIFE: usize = 400;

/// Lives the lives that the bytes say.
///
/// # Errors
/// [`Found`] with the life that leads there.
pub fn act(bytes: &[u8], execute: &dyn Execute, tally: &mut Tally) -> Result<(), Box<Found>> {
    let mut bytes = bytes.iter().copied();
    while let (Some(who), Some(what)) = (bytes.next(), bytes.next()) {
        let config = config(who, what);
        let found = |broken, actions| {
            let config = config.clone();
            let script = Script { config, actions };
            Box::new(Found { broken, script })
        };
        let sim = Sim::new(config.clone(), execute).map_err(|broken| found(broken, Vec::new()))?;
        let mut life = Life::new(sim);
        let lived = live(&mut life, &mut bytes);
        tally.add(life.sim.tally());
        lived.map_err(|broken| found(broken, life.trace))?;
        tally.one(Count::Lives);
    }
    Ok(())
}

fn live(life: &mut Life<'_>, bytes: &mut impl Iterator<Item = u8>) -> Result<(), Broken> {
    while let (Some(kind), Some(value)) = (bytes.next(), bytes.next()) {
        let closed = life.sim.ledger().channel(life.sim.channel()).is_none();
        // Once in a while a fork opens it again.
        if life.trace.len() >= LIFE || (closed && kind % 4 != 0) {
            break;
        }
        life.goes_on(kind, value)?;
    }
    life.sim.finish()
}

/// What a life begins with.
fn config(who: u8, what: u8) -> Config {
    let honest = match who % 16 {
        0..=7 => [true; 2],
        8..=10 => [true, false],
        11..=13 => [false, true],
        _ => [false; 2],
    };
    let willing = match who / 16 {
        0..=10 => [true; 2],
        11 | 12 => [false, true],
        13 | 14 => [true, false],
        _ => [false; 2],
    };
    let otherwise = match what / 16 % 4 {
        0 => Otherwise::Warn,
        1 => Otherwise::Refuse,
        _ => Otherwise::Ignore,
    };
    // Whoever refuses what it could not afford to defend has to have something to defend.
    let deposits = match (otherwise, what / 64) {
        (Otherwise::Refuse, _) | (_, 0) => [100_000; 2],
        (_, 1) => [5_000, 0],
        (_, 2) => [30, 60],
        _ => [1_000; 2],
    };
    Config {
        deposits: deposits.map(Amount),
        lock: [10, 9, 12, 20][usize::from(what % 4)],
        honest,
        willing,
        policy: Policy {
            repost: [3, 1, 12, 3][usize::from(what / 4 % 4)],
            settle: !who.is_multiple_of(3),
            guarantee: Guarantee {
                otherwise,
                ..Guarantee::default()
            },
            ..Policy::default()
        },
        ..Config::default()
    }
}
