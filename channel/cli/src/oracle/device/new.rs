//! `twinroot oracle device new`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Envelope, Feed, Mode};
use twinroot_types::SecretKey;

use super::folder::DESCRIPTOR;
use super::keep::{self, Seed};
use super::show::Shown;
use crate::author::codes::{EXISTS, NO_FILE};
use crate::author::{Fault, output};
use crate::oracle::codes::DESCRIPTOR as BROKEN;
use crate::oracle::{EXIT_CODES, advice, feed, time};

/// Make a device: a key, and a descriptor that says what it measures.
#[derive(clap::Args)]
#[command(
    long_about = "Make a device: a key, and a descriptor that says what it measures. The key stays in the folder, for nobody else to \
        read, and is never printed. The descriptor is what contracts and peers are given; its hash is the name of the feed.\n\n\
        A descriptor is for good: with another unit, scale or validity it is another feed.",
    after_help = format!("Examples:\n  \
        twinroot oracle device new --urn urn:dev:truck-7 --quantity temperature --unit Cel --scale -3 --period 30min\n  \
        twinroot oracle device new --urn urn:attestor:post --quantity delivery --out post\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Name of the device or attestor, 1 to 128 characters of ASCII.
    #[arg(long)]
    urn: String,
    /// What it observes, 1 to 32 characters.
    #[arg(long)]
    quantity: String,
    /// Unit of a reading, such as Cel (UCUM), up to 16 characters; none for an attestor.
    #[arg(long, default_value = "")]
    unit: String,
    /// A reading is an integer times ten to this power, -18 to 18: with -3 a thermometer counts thousandths.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    scale: i8,
    /// The form of its messages.
    #[arg(long, value_enum, default_value_t = EnvelopeWord::Native)]
    envelope: EnvelopeWord,
    /// What places its messages.
    #[arg(long, value_enum, default_value_t = ModeWord::Counter)]
    mode: ModeWord,
    /// Time from one reading to the next as planned; of slots their length.
    #[arg(long, value_name = "SPAN", value_parser = period)]
    period: Option<u32>,
    /// Time of the first message that it answers for, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = time::parse, default_value = "1970-01-01T00:00:00Z")]
    valid_from: TimeMs,
    /// Time of the last message that it answers for; without, there is no end.
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    valid_to: Option<TimeMs>,
    /// Folder of the device; the last part of its URN if not said.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum EnvelopeWord {
    /// Ours, which can say all that there is to say.
    Native,
    /// That of stock devices: COSE_Sign1 around SenML, readings only.
    Cose,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeWord {
    /// The device counts its messages.
    Counter,
    /// The time does, one message a period: for devices that cannot count.
    Slot,
}

impl From<EnvelopeWord> for Envelope {
    fn from(word: EnvelopeWord) -> Self {
        match word {
            EnvelopeWord::Native => Self::Native,
            EnvelopeWord::Cose => Self::Cose,
        }
    }
}

impl From<ModeWord> for Mode {
    fn from(word: ModeWord) -> Self {
        match word {
            ModeWord::Counter => Self::Counter,
            ModeWord::Slot => Self::Slot,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut seed = Seed::default();
    getrandom::fill(seed.as_mut_slice())
        .map_err(|error| anyhow::anyhow!("this system gives no randomness for a key: {error}"))?;
    let feed = Feed::new(arguments.descriptor(&seed)).map_err(|rule| {
        Fault::new(BROKEN, advice::sentence(rule.into())).about(&"the descriptor")
    })?;
    let folder = arguments.folder();
    make(&folder, &seed, &feed)?;
    output::print(&Shown::of(&feed, Some(folder), None), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    fn descriptor(&self, seed: &Seed) -> Descriptor {
        Descriptor {
            key: SecretKey::from_seed(seed).public(),
            envelope: self.envelope.into(),
            mode: self.mode.into(),
            urn: self.urn.clone(),
            quantity: self.quantity.clone(),
            unit: self.unit.clone(),
            scale: self.scale,
            period_ms: self.period.unwrap_or_default(),
            valid_from: self.valid_from,
            valid_to: self.valid_to.unwrap_or(TimeMs(u64::MAX)),
        }
    }

    fn folder(&self) -> PathBuf {
        let safe = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let name = self.urn.rsplit(|character| !safe(character)).next();
        let name = name.filter(|name| !name.trim_matches('.').is_empty());
        let own = || PathBuf::from(name.unwrap_or("device"));
        self.out.clone().unwrap_or_else(own)
    }
}

fn period(text: &str) -> Result<u32, String> {
    u32::try_from(time::span_ms(text)?).map_err(|_| String::from("49 days are the longest period"))
}

/// The folder appears as a whole or not at all: half of a device would be no use to anyone.
fn make(folder: &Path, seed: &Seed, feed: &Feed) -> Result<(), Fault> {
    if folder.exists() {
        return Err(Fault::new(
            EXISTS,
            format!(
                "{} is there already; name another folder with --out",
                folder.display()
            ),
        ));
    }
    let unmade = |error: std::io::Error| {
        Fault::new(
            NO_FILE,
            format!("{} could not be made: {error}", folder.display()),
        )
    };
    let parent = folder.parent().filter(|parent| *parent != Path::new(""));
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(unmade)?;
    let unfinished = tempfile::tempdir_in(parent).map_err(unmade)?;
    let within = unfinished.path();
    keep::write_key(within, seed)?;
    keep::write_nothing(within)?;
    keep::write_epoch(within, 0)?;
    let readable = serde_json::to_vec_pretty(&feed::Document::of(feed))
        .map_err(|error| unmade(error.into()))?;
    fs::write(within.join(DESCRIPTOR), feed.encode()).map_err(unmade)?;
    fs::write(within.join("descriptor.json"), readable).map_err(unmade)?;
    fs::rename(within, folder).map_err(unmade)
}
