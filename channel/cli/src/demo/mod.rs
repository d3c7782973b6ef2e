//! `twinroot demo`: the stories of the mission, step by step, with both roots.

mod begin;
mod narrator;
mod truck;
mod tv;

use std::error::Error;
use std::fmt;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use self::narrator::Narrator;
pub(crate) use self::narrator::TwinsDiffer;

/// What to tell.
#[derive(clap::Args)]
#[command(after_help = "\
Alice and Bob lock coins in a channel and run contracts in it. Each step is carried out by both; the demo \
repeats it the way the ledger would, from a witness and on another engine, and puts both roots side by side.

Examples:
  twinroot demo                              both stories, each path
  twinroot demo --story tv --path forced     Bob forces the release that Alice refuses
  twinroot demo --story tv --slots 100000    the same with a large state: the witness hardly grows
  twinroot demo --json | jq .witness_bytes   one JSON object for each step")]
pub(crate) struct Arguments {
    /// Tell only this story.
    #[arg(long)]
    story: Option<Story>,
    /// Take only this path; truck has happy and forced.
    #[arg(long)]
    path: Option<Path>,
    /// First fill the channel with so many storage slots.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    slots: u32,
    /// Print one JSON object for each step instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Story {
    /// A TV is paid for when 2 of 3 attestors say that it was delivered.
    Tv,
    /// Medicines are insured against 12 readings in a row outside 2 to 8 degrees Celsius.
    Truck,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Path {
    /// Both agree on every step.
    Happy,
    /// One refuses, the other forces progress on chain.
    Forced,
    /// Nobody attests, so the buyer takes the coins back.
    Timeout,
    /// The buyer closes with an old state.
    Cheat,
}

/// The story that was asked for has no such path.
#[derive(Debug)]
pub(crate) struct NoSuchPath;

impl fmt::Display for NoSuchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the story truck has no such path; it has happy and forced")
    }
}

impl Error for NoSuchPath {}

impl Story {
    const ALL: [Self; 2] = [Self::Tv, Self::Truck];

    const fn name(self) -> &'static str {
        match self {
            Self::Tv => "tv",
            Self::Truck => "truck",
        }
    }

    const fn paths(self) -> &'static [Path] {
        match self {
            Self::Tv => &[Path::Happy, Path::Forced, Path::Timeout, Path::Cheat],
            Self::Truck => &[Path::Happy, Path::Forced],
        }
    }
}

impl Path {
    const fn name(self) -> &'static str {
        match self {
            Self::Happy => "happy",
            Self::Forced => "forced",
            Self::Timeout => "timeout",
            Self::Cheat => "cheat",
        }
    }
}

/// Tells what was asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let asked = |story: &Story| arguments.story.is_none_or(|only| only == *story);
    let mut told = 0;
    for story in Story::ALL.into_iter().filter(asked) {
        for path in story
            .paths()
            .iter()
            .filter(|path| arguments.path.is_none_or(|only| only == **path))
        {
            let mut narrator = Narrator::begin(story.name(), path.name(), arguments.json)?;
            match (story, path) {
                (Story::Tv, Path::Happy) => tv::happy(&mut narrator, arguments.slots),
                (Story::Tv, Path::Forced) => tv::forced(&mut narrator, arguments.slots),
                (Story::Tv, Path::Timeout) => tv::timeout(&mut narrator, arguments.slots),
                (Story::Tv, Path::Cheat) => tv::cheat(&mut narrator, arguments.slots),
                (Story::Truck, Path::Happy) => truck::happy(&mut narrator, arguments.slots),
                (Story::Truck, Path::Forced) => truck::forced(&mut narrator, arguments.slots),
                (Story::Truck, Path::Timeout | Path::Cheat) => Ok(()),
            }?;
            told += 1;
        }
    }
    ensure!(told > 0, NoSuchPath);
    Ok(())
}
