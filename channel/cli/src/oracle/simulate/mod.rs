//! `twinroot oracle simulate`: a device at work, and out of order.

mod disorder;
mod excursion;
mod outlet;
mod rate;
mod series;
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use anyhow::Result;
use serde::Serialize;
use twinroot_abi::TimeMs;

use super::codes::NOT_SIGNED;
use super::device::Device;
use super::sink::{self, Taken, open_sink};
use super::{EXIT_CODES, time};
use crate::author::Fault;
use crate::lines::is_for_programs;

use disorder::{Counts, Disorder, Disorders};
use excursion::Excursion;
use outlet::Outlet;
use rate::Rate;
use series::Reading;

/// Play a device: readings of a table, a random walk or a script, with faults if you like.
#[derive(clap::Args)]
#[command(
    long_about = "Play a device: readings of a table, a random walk or a script, with faults if you like. The same seed gives the \
        same readings and the same faults.\n\n\
        Faults, each at the N-th reading (KIND@N) or at one of about N (KIND:1/N):\n  \
        drop        the message is signed and never arrives\n  \
        delay       it arrives after the three that follow\n  \
        duplicate   it arrives twice\n  \
        clock       the clock is an hour late, so nobody takes the message, and the reading is lost\n  \
        restart     the device loses its memory, and begins another epoch\n  \
        equivocate  it signs another value for the same place, which anyone can prove for ever: use a device of its own",
    after_help = format!("Examples:\n  \
        twinroot oracle simulate --device truck-7 --csv readings.csv.gz --to file:truck-7.log\n  \
        twinroot oracle simulate --device truck-7 --csv readings.csv --column temperature --rate 1Hz --restamp\n  \
        twinroot oracle simulate --device truck-7 --walk 5 --step 0.2 --count 3600 --excursion 00:10..00:25=9.5\n  \
        twinroot oracle simulate --device truck-7 --walk 5 --count 3600 --rate 1Hz --to mqtt://localhost\n  \
        twinroot oracle simulate --device truck-7 --walk 5 --fault drop:1/50 --fault equivocate@30 | \
        twinroot oracle listen - --feed truck-7\n\n{EXIT_CODES}")
)]
pub(super) struct Arguments {
    /// Folder of the device.
    #[arg(long, value_name = "FOLDER")]
    device: PathBuf,
    #[command(flatten)]
    series: series::Arguments,
    /// Reads another value for a while, counted from the beginning: 00:10..00:25=9.5. May stand more than once.
    #[arg(long, value_name = "BEGIN..END=VALUE", value_parser = Excursion::parse)]
    excursion: Vec<Excursion>,
    /// Something that goes wrong. May stand more than once.
    #[arg(long, value_name = "KIND@N|KIND:1/N", value_parser = Disorder::parse)]
    fault: Vec<Disorder>,
    /// What chance begins with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast: `max`, so many a second as in 10Hz, or a span as in 500ms.
    #[arg(long, default_value = "max", value_parser = Rate::parse)]
    rate: Rate,
    /// Readings have the time at which they are signed, not that of the series.
    #[arg(long)]
    restamp: bool,
    /// Begins another epoch: the device is not sure what it signed last.
    #[arg(long)]
    restarted: bool,
    /// Where the messages go: `-`, `file:LOG` or `mqtt://HOST:PORT`.
    #[arg(long, value_name = "WHERE", default_value = "-", value_parser = sink::known)]
    to: String,
    /// A log of what is published to a broker, written before it leaves: while this runs, it answers out of it whoever
    /// misses something.
    #[arg(long, value_name = "LOG")]
    log: Option<PathBuf>,
    /// JSON, as if the output were piped.
    #[arg(long)]
    json: bool,
}

/// What was played.
#[derive(Serialize)]
struct Played {
    readings: usize,
    faults: Counts,
    arrived: Taken,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut device = Device::open(&arguments.device, arguments.restarted)?;
    let feed = device.feed().clone();
    if !feed.is_chained()
        && let Some(kind) = arguments.fault.iter().find_map(Disorder::of_a_chain)
    {
        let why = format!("`{kind}` is a fault of a native feed that counts, and this is none");
        return Err(Fault::new(NOT_SIGNED, why).into());
    }
    let readings = arguments.readings(&device)?;
    let sink = open_sink(
        &arguments.to,
        arguments.log.as_deref(),
        &feed,
        arguments.json,
    )?;
    let disorders = Disorders::new(&arguments.fault, arguments.seed);
    let mut outlet = Outlet::new(sink, disorders);
    let count = readings.len();
    // At full speed the disk is waited for once a batch, not once a message.
    let batch = match arguments.rate {
        Rate::Max if !arguments.restamp => BATCH,
        _ => 1,
    };
    for batch in readings.chunks(batch) {
        let now = arguments.restamp.then(time::now);
        outlet.play(&mut device, batch, now)?;
        if let Rate::Each(span) = arguments.rate {
            thread::sleep(span);
        }
    }
    let (faults, arrived) = outlet.finish()?;
    arguments.tell(&Played {
        readings: count,
        faults,
        arrived,
    })
}

impl Arguments {
    fn readings(&self, device: &Device) -> Result<Vec<Reading>> {
        let descriptor = device.feed().descriptor();
        let after = device.last().map(|last| last.t);
        let mut readings = self.series.readings(descriptor, after, self.seed)?;
        let begin = readings.first().map_or(TimeMs(0), |reading| reading.t);
        for excursion in &self.excursion {
            excursion.apply(&mut readings, begin, descriptor.scale)?;
        }
        Ok(readings)
    }

    fn tell(&self, played: &Played) -> Result<ExitCode> {
        let Played {
            readings,
            faults,
            arrived,
        } = played;
        // What was signed is on the output already, if it goes there.
        if self.to != "-" && is_for_programs(self.json) {
            println!("{}", serde_json::to_string(played)?);
        } else {
            anstream::eprintln!(
                "{readings} readings: {} messages arrived, {} known already, {} in a place of another, {} refused{faults}",
                arrived.new,
                arrived.known,
                arrived.forks,
                arrived.refused
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Readings that are signed before the disk is waited for.
const BATCH: usize = 1_024;
