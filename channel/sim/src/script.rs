//! A life as text: what it begins with, then a line for each action.
//!
//! ```text
//! # Anything after such a sign is for the reader.
//! with bad responder
//! with lock 9
//! initiator propose pay 5
//! ```

use std::fmt;
use std::str::FromStr;

use twinroot_abi::{Amount, Side};
use twinroot_exec::Execute;
use twinroot_party::Otherwise;

use crate::action::{name_of, number, side_of};
use crate::{Action, Broken, Config, ParseError, Sim};

/// What a life begins with, and what happens in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// What it begins with.
    pub config: Config,
    /// What happens.
    pub actions: Vec<Action>,
}

impl Script {
    /// Has it happen, and then lets everything come to its end.
    ///
    /// # Errors
    /// [`Broken`] where something does not hold that must always hold.
    pub fn replay<'a>(&self, execute: &'a dyn Execute) -> Result<Sim<'a>, Broken> {
        let mut sim = Sim::new(self.config.clone(), execute)?;
        for action in &self.actions {
            sim.act(*action)?;
        }
        sim.finish()?;
        Ok(sim)
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Config {
            coins,
            deposits,
            lock,
            honest,
            willing,
            policy,
        } = &self.config;
        let first = Config::default();
        for side in Side::BOTH {
            if !honest[side.index()] {
                writeln!(f, "with bad {}", name_of(side))?;
            }
            if !willing[side.index()] {
                writeln!(f, "with unwilling {}", name_of(side))?;
            }
        }
        if *coins != first.coins {
            writeln!(f, "with coins {} {}", coins[0], coins[1])?;
        }
        if *deposits != first.deposits {
            writeln!(f, "with deposits {} {}", deposits[0], deposits[1])?;
        }
        if *lock != first.lock {
            writeln!(f, "with lock {lock}")?;
        }
        if policy.repost != first.policy.repost {
            writeln!(f, "with repost {}", policy.repost)?;
        }
        if !policy.settle {
            writeln!(f, "with nobody to settle")?;
        }
        match policy.guarantee.otherwise {
            Otherwise::Warn => {}
            Otherwise::Refuse => writeln!(f, "with a guarantee that refuses")?,
            Otherwise::Ignore => writeln!(f, "with no guarantee")?,
        }
        for action in &self.actions {
            writeln!(f, "{action}")?;
        }
        Ok(())
    }
}

impl FromStr for Script {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut script = Self::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(term) = line.strip_prefix("with ") {
                set(&mut script.config, term).map_err(|_| ParseError(line.to_owned()))?;
            } else if !line.is_empty() {
                script.actions.push(line.parse()?);
            }
        }
        Ok(script)
    }
}

/// Takes one of the terms in that a life begins with.
fn set(config: &mut Config, term: &str) -> Result<(), ParseError> {
    let bad = || ParseError(term.to_owned());
    let words: Vec<&str> = term.split_whitespace().collect();
    let side = |name| side_of(name).ok_or_else(bad).map(Side::index);
    let pair = |one, other| {
        Ok([
            Amount(number(Some(one), term)?),
            Amount(number(Some(other), term)?),
        ])
    };
    match words.as_slice() {
        ["bad", name] => config.honest[side(name)?] = false,
        ["unwilling", name] => config.willing[side(name)?] = false,
        ["coins", one, other] => config.coins = pair(one, other)?,
        ["deposits", one, other] => config.deposits = pair(one, other)?,
        ["lock", blocks] => config.lock = number(Some(blocks), term)?,
        ["repost", blocks] => config.policy.repost = number(Some(blocks), term)?,
        ["nobody", "to", "settle"] => config.policy.settle = false,
        ["a", "guarantee", "that", "refuses"] => {
            config.policy.guarantee.otherwise = Otherwise::Refuse;
        }
        ["no", "guarantee"] => config.policy.guarantee.otherwise = Otherwise::Ignore,
        _ => return Err(bad()),
    }
    Ok(())
}
