//! Who measures on the truck's journey: a device in this program, which reads what a buoy read, or a feed from outside.

use anyhow::{Context, Result};
use twinroot_abi::TimeMs;
use twinroot_feed::{Feed, Mode, Signed};
use twinroot_testkit::{Measure, buoy, thermometer};

use crate::author::Fault;
use crate::oracle::{Followed, MEASURE};

const HALF_HOUR_MS: u32 = 1_800_000;

/// Who measures.
pub(super) enum Thermometer {
    /// A device in this program.
    Buoy,
    /// The feed of an address. Each journey finds the same messages.
    Feed { from: String, followed: Followed },
}

/// What is measured from the beginning of a journey on.
pub(super) struct Measured<'a> {
    pub(super) feed: Feed,
    /// From when to when the feed is valid.
    pub(super) window: [TimeMs; 2],
    /// The readings, in order; of a feed from outside as they come.
    pub(super) readings: Box<dyn Iterator<Item = Result<Signed>> + 'a>,
}

impl Thermometer {
    /// The feed of an address, as soon as it is known to be that of such a thermometer as the insurance asks for.
    pub(super) fn at(from: &str) -> Result<Self> {
        let followed = Followed::start(from)?;
        check(followed.feed())?;
        let from = from.to_owned();
        Ok(Self::Feed { from, followed })
    }

    /// Where the readings come from, if that is not in this program.
    pub(super) fn address(&self) -> Option<&str> {
        match self {
            Self::Buoy => None,
            Self::Feed { from, .. } => Some(from),
        }
    }

    /// A journey from its beginning.
    pub(super) fn journey(&self) -> Result<Measured<'_>> {
        match self {
            Self::Buoy => of_buoy(),
            Self::Feed { followed, .. } => {
                let descriptor = followed.feed().descriptor();
                Ok(Measured {
                    window: [descriptor.valid_from, descriptor.valid_to],
                    feed: followed.feed().clone(),
                    readings: Box::new(followed.messages()),
                })
            }
        }
    }
}

fn of_buoy() -> Result<Measured<'static>> {
    let readings = buoy()?;
    let (first, last) = readings
        .first()
        .zip(readings.last())
        .context("the thermometer has no readings")?;
    let window = [first.t, last.t];
    let mut device = thermometer(&[21; 32], "truck-7", HALF_HOUR_MS)?;
    let feed = device.feed().clone();
    let signed = readings.into_iter().map(move |reading| {
        let message = device.reading(reading.t, reading.thousandths)?;
        Ok(twinroot_feed::open(device.feed(), &message)?)
    });
    Ok(Measured {
        feed,
        window,
        readings: Box::new(signed),
    })
}

/// The insurance counts thousandths of a degree, and readings in a row.
fn check(feed: &Feed) -> Result<(), Fault> {
    let descriptor = feed.descriptor();
    let Measure { unit, scale, .. } = Measure::TEMPERATURE;
    if descriptor.unit != unit || descriptor.scale != scale {
        return Err(Fault::new(
            MEASURE,
            format!(
                "the insurance takes readings in `{unit}` at scale {scale}; those of {} are in `{}` at scale {}",
                descriptor.urn, descriptor.unit, descriptor.scale
            ),
        ));
    }
    if descriptor.mode != Mode::Counter {
        let why = format!(
            "the story takes messages as they are counted, and {} does not count",
            descriptor.urn
        );
        return Err(Fault::new(MEASURE, why));
    }
    Ok(())
}
