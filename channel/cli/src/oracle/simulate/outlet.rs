//! From the device to the sink, with what goes wrong on the way.

use anyhow::Result;
use twinroot_abi::TimeMs;
use twinroot_feed::{LastSigned, Observation, Value};

use super::disorder::{Counts, Disorders, Kind};
use super::series::Reading;
use crate::oracle::device::{Device, Unreleased};
use crate::oracle::sink::{Sink, Taken};

/// Signs readings and hands them to a sink.
pub(super) struct Outlet {
    sink: Box<dyn Sink>,
    disorders: Disorders,
    /// Messages that are late, and after how many others they arrive.
    late: Vec<(usize, Vec<u8>)>,
    arrived: Taken,
}

/// What becomes of a signed message.
#[derive(Clone, Copy)]
enum Way {
    Arrives,
    ArrivesTwice,
    ArrivesLate,
    IsLost,
}

impl Outlet {
    pub(super) fn new(sink: Box<dyn Sink>, disorders: Disorders) -> Self {
        Self {
            sink,
            disorders,
            late: Vec::new(),
            arrived: Taken::default(),
        }
    }

    /// Signs these readings, of the time `now` if there is one, and sends them. Where the device does not sign one,
    /// those before it arrive all the same.
    pub(super) fn play(
        &mut self,
        device: &mut Device,
        readings: &[Reading],
        now: Option<TimeMs>,
    ) -> Result<()> {
        let mut signed = Vec::new();
        let mut ways = Vec::new();
        let mut stopped = Ok(());
        for reading in readings {
            let reading = Reading {
                t: now.unwrap_or(reading.t),
                ..*reading
            };
            stopped = self.sign(device, reading, &mut signed, &mut ways);
            if stopped.is_err() {
                break;
            }
        }
        let released = device.release(signed)?;
        self.send(released, &ways)?;
        stopped
    }

    /// Sends what is late still, and tells what became of all.
    pub(super) fn finish(mut self) -> Result<(Counts, Taken)> {
        let late = self.late.drain(..).map(|(_, message)| message).collect();
        let taken = self.sink.take(late)?;
        self.sink.finish()?;
        Ok((self.disorders.into_counts(), self.arrived.and(taken)))
    }

    fn sign(
        &mut self,
        device: &mut Device,
        reading: Reading,
        signed: &mut Vec<Unreleased>,
        ways: &mut Vec<Way>,
    ) -> Result<()> {
        let kinds = self.disorders.next();
        if kinds.contains(&Kind::Restart) {
            device.begin_epoch()?;
            self.disorders.count(Kind::Restart);
        }
        if kinds.contains(&Kind::Clock)
            && let Some(last) = device.last()
        {
            signed.push(device.misbehave(&an_hour_late(device, last, reading)));
            ways.push(Way::Arrives);
            self.disorders.count(Kind::Clock);
            return Ok(());
        }
        let before = device.last();
        signed.push(device.sign(reading.t, Value::Fixed(reading.value))?);
        let way = [
            (Kind::Drop, Way::IsLost),
            (Kind::Delay, Way::ArrivesLate),
            (Kind::Duplicate, Way::ArrivesTwice),
        ]
        .into_iter()
        .find(|(kind, _)| kinds.contains(kind));
        if let Some((kind, _)) = way {
            self.disorders.count(kind);
        }
        ways.push(way.map_or(Way::Arrives, |(_, way)| way));
        if kinds.contains(&Kind::Equivocate)
            && let Some(before) = before
        {
            signed.push(device.misbehave(&another(device, before, reading)));
            ways.push(Way::Arrives);
            self.disorders.count(Kind::Equivocate);
        }
        Ok(())
    }

    fn send(&mut self, released: Vec<Vec<u8>>, ways: &[Way]) -> Result<()> {
        let mut arriving = Vec::new();
        for (message, way) in released.into_iter().zip(ways) {
            match way {
                Way::IsLost => continue,
                Way::ArrivesLate => {
                    self.late.push((AFTER, message));
                    continue;
                }
                Way::ArrivesTwice => arriving.extend([message.clone(), message]),
                Way::Arrives => arriving.push(message),
            }
            for (after, _) in &mut self.late {
                *after = after.saturating_sub(1);
            }
            let due = self.late.extract_if(.., |(after, _)| *after == 0);
            arriving.extend(due.map(|(_, message)| message));
        }
        let taken = self.sink.take(arriving)?;
        self.arrived = self.arrived.and(taken);
        Ok(())
    }
}

/// The next message of a device whose clock is an hour behind what it signed last.
fn an_hour_late(device: &Device, last: LastSigned, reading: Reading) -> Observation {
    Observation {
        t: TimeMs(last.t.0.saturating_sub(HOUR_MS)),
        ..next(device, last, reading)
    }
}

/// A message of the place behind `before` with another value than the one that was signed there.
fn another(device: &Device, before: LastSigned, reading: Reading) -> Observation {
    Observation {
        value: Value::Fixed(reading.value.wrapping_add(1)),
        ..next(device, before, reading)
    }
}

fn next(device: &Device, last: LastSigned, reading: Reading) -> Observation {
    Observation {
        feed: device.feed().id(),
        epoch: last.epoch,
        seq: last.seq.saturating_add(1),
        t: reading.t,
        prev_t: last.t,
        prev: last.id,
        flags: 0,
        value: Value::Fixed(reading.value),
    }
}

const HOUR_MS: u64 = 3_600_000;
/// Messages that arrive before one that is late.
const AFTER: usize = 3;
