//! Prints steps, for people or for machines, and stops where the twins differ.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::{Result, ensure};
use serde::Serialize;
use twinroot_abi::{Amount, Gas, Root};
use twinroot_testkit::Step;

/// The two paths came to different results.
#[derive(Debug)]
pub(crate) struct TwinsDiffer;

impl std::fmt::Display for TwinsDiffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("off chain and on chain came to different results; please report this")
    }
}

impl std::error::Error for TwinsDiffer {}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const TITLE: Style = Style::new().bold();

/// Tells one story on one path.
pub(crate) struct Narrator {
    story: &'static str,
    path: &'static str,
    json: bool,
}

/// A step as machines read it.
#[derive(Serialize)]
struct Line<'a> {
    story: &'a str,
    path: &'a str,
    step: &'a str,
    round: u64,
    off_chain_root: String,
    on_chain_root: String,
    gas_off_chain: Option<u64>,
    gas_on_chain: Option<u64>,
    witness_bytes: usize,
    tx_bytes: usize,
    state_leaves: usize,
    balances: Balances,
}

#[derive(Serialize)]
struct Balances {
    channel: Pair,
    accounts: Pair,
}

#[derive(Serialize)]
struct Pair {
    alice: u64,
    bob: u64,
}

impl From<[Amount; 2]> for Pair {
    fn from([alice, bob]: [Amount; 2]) -> Self {
        Self {
            alice: alice.0,
            bob: bob.0,
        }
    }
}

impl Narrator {
    pub(crate) fn begin(story: &'static str, path: &'static str, json: bool) -> Result<Self> {
        if !json {
            writeln!(anstream::stdout(), "\n{TITLE}{story}, {path}{TITLE:#}")?;
        }
        Ok(Self { story, path, json })
    }

    /// Something happens that is no step of the channel.
    pub(crate) fn note(&self, text: impl AsRef<str>) -> Result<()> {
        if !self.json {
            writeln!(anstream::stdout(), "            {}", text.as_ref())?;
        }
        Ok(())
    }

    /// A step of the channel.
    pub(crate) fn step(&mut self, name: &str, text: impl AsRef<str>, step: &Step) -> Result<()> {
        if self.json {
            let line = Line {
                story: self.story,
                path: self.path,
                step: name,
                round: step.round.0,
                off_chain_root: step.off_chain_root.to_string(),
                on_chain_root: step.on_chain_root.to_string(),
                gas_off_chain: step.gas_off_chain.map(|gas| gas.0),
                gas_on_chain: step.gas_on_chain.map(|gas| gas.0),
                witness_bytes: step.witness_bytes,
                tx_bytes: step.transaction.len(),
                state_leaves: step.state_leaves,
                balances: Balances {
                    channel: step.channel.into(),
                    accounts: step.accounts.into(),
                },
            };
            writeln!(std::io::stdout(), "{}", serde_json::to_string(&line)?)?;
        } else {
            self.print(name, text.as_ref(), step)?;
        }
        ensure!(step.twins_agree(), TwinsDiffer);
        Ok(())
    }

    fn print(&self, name: &str, text: &str, step: &Step) -> Result<()> {
        let mut out = anstream::stdout().lock();
        let same = |equal: bool| if equal { (GOOD, "==") } else { (BAD, "!=") };
        let (style, mark) = same(step.off_chain_root == step.on_chain_root);
        writeln!(out, "  {TITLE}{name:<9}{TITLE:#} {text}")?;
        writeln!(
            out,
            "            root off chain {} {style}{mark}{style:#} {} on chain",
            short(step.off_chain_root),
            short(step.on_chain_root),
        )?;
        if let (Some(off), Some(on)) = (step.gas_off_chain, step.gas_on_chain) {
            let (style, mark) = same(off == on);
            writeln!(
                out,
                "            gas {} {style}{mark}{style:#} {}, witness {} bytes of {} leaves",
                gas(off),
                gas(on),
                grouped(step.witness_bytes as u64),
                grouped(step.state_leaves as u64),
            )?;
        }
        let posted = match step.transaction.len() {
            0 => "nothing posted".to_owned(),
            bytes => format!("posted {} bytes", grouped(bytes as u64)),
        };
        writeln!(
            out,
            "            {posted}; in the channel Alice {}, Bob {}; on the ledger Alice {}, Bob {}",
            coins(step.channel[0]),
            coins(step.channel[1]),
            coins(step.accounts[0]),
            coins(step.accounts[1]),
        )?;
        Ok(())
    }
}

fn short(root: Root) -> String {
    root.to_string().chars().take(16).collect()
}

fn gas(gas: Gas) -> String {
    grouped(gas.0)
}

pub(crate) fn coins(coins: Amount) -> String {
    grouped(coins.0)
}

/// A number with a comma before each three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
