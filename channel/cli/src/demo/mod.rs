//! `twinroot demo`: the stories of the mission, step by step, with both roots.

mod begin;
mod narrator;
mod thermometer;
mod truck;
mod tv;

use std::error::Error;
use std::fmt;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use self::narrator::Narrator;
pub(crate) use self::narrator::TwinsDiffer;
use self::thermometer::Thermometer;
use crate::oracle::can_be_followed;

/// What to tell.
#[derive(clap::Args)]
#[command(after_help = "\
Alice and Bob lock coins in a channel and run contracts in it. Each step is carried out by both; the demo \
repeats it the way the ledger would, from a witness and on another engine, and puts both roots side by side.

Examples:
  twinroot demo                              both stories, each path
  twinroot demo --story tv --path forced     Bob forces the release that Alice refuses
  twinroot demo --story tv --slots 100000    the same with a large state: the witness hardly grows
  twinroot demo --json | jq .witness_bytes   one JSON object for each step
  twinroot demo --story truck --listen mqtt://localhost/5f..00
                                             the truck's thermometer is a device on a broker")]
pub(crate) struct Arguments {
    /// Tell only this story.
    #[arg(long)]
    story: Option<Story>,
    /// Take only this path; truck has happy and forced.
    #[arg(long)]
    path: Option<Path>,
    /// The truck's thermometer is that feed, `mqtt://HOST:PORT/FEED`, `http://HOST:PORT/v1/feeds/FEED` or `file:LOG`; it
    /// is followed from its first message until the twelfth reading in a row out of range. Needs --story truck.
    #[arg(long, value_name = "WHERE", requires = "story", value_parser = can_be_followed)]
    listen: Option<String>,
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

/// There is no such story.
#[derive(Debug)]
pub(crate) enum NoSuchStory {
    /// It has no such path.
    Path,
    /// It listens to no thermometer.
    Deaf,
}

impl fmt::Display for NoSuchStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "the story truck has no such path; it has happy and forced",
            Self::Deaf => "the story tv listens to no thermometer; --listen is for --story truck",
        })
    }
}

impl Error for NoSuchStory {}

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
    let stories = arguments.stories();
    ensure!(!stories.is_empty(), NoSuchStory::Path);
    let thermometer = match &arguments.listen {
        None => Thermometer::Buoy,
        Some(_) if arguments.story != Some(Story::Truck) => return Err(NoSuchStory::Deaf.into()),
        Some(from) => Thermometer::at(from)?,
    };
    let slots = arguments.slots;
    for (story, path) in stories {
        let mut narrator = Narrator::begin(story.name(), path.name(), arguments.json)?;
        match (story, path) {
            (Story::Tv, Path::Happy) => tv::happy(&mut narrator, slots),
            (Story::Tv, Path::Forced) => tv::forced(&mut narrator, slots),
            (Story::Tv, Path::Timeout) => tv::timeout(&mut narrator, slots),
            (Story::Tv, Path::Cheat) => tv::cheat(&mut narrator, slots),
            (Story::Truck, Path::Happy) => truck::happy(&mut narrator, slots, &thermometer),
            (Story::Truck, Path::Forced) => truck::forced(&mut narrator, slots, &thermometer),
            (Story::Truck, Path::Timeout | Path::Cheat) => Ok(()),
        }?;
    }
    Ok(())
}

impl Arguments {
    /// Each story with each of its paths that was asked for.
    fn stories(&self) -> Vec<(Story, Path)> {
        let all = Story::ALL.into_iter();
        let stories = all.filter(|story| self.story.is_none_or(|only| only == *story));
        let paths = stories.flat_map(|story| story.paths().iter().map(move |path| (story, *path)));
        paths
            .filter(|(_, path)| self.path.is_none_or(|only| only == *path))
            .collect()
    }
}
