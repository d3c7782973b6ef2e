//! The payload of a stock device's message: a SenML pack with one reading, and its count where the device
//! counts (docs/spec/oracles.md, 2.5).

use super::cbor::Reader;
use super::labels::Labels;
use super::number::Number;
use crate::OpenError;

/// One reading, as it was sent.
pub(in crate::message) struct Reading<'a> {
    base_name: Option<&'a str>,
    name: Option<&'a str>,
    base_unit: Option<&'a str>,
    unit: Option<&'a str>,
    pub(super) time: Number,
    pub(super) value: Number,
    pub(super) seq: Option<u64>,
}

impl<'a> Reading<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, OpenError> {
        let mut pack = Reader::new(bytes, OpenError::Record);
        let records = pack.array()?;
        if !(1..=2).contains(&records) {
            return Err(OpenError::Record);
        }
        let reading = read_reading(&mut pack)?;
        let seq = (records == 2).then(|| read_count(&mut pack)).transpose()?;
        pack.finish()?;
        Ok(Self { seq, ..reading })
    }

    /// Whether base and name, one after the other, are that.
    pub(in crate::message) fn is_named(&self, urn: &str) -> bool {
        let after_base = urn.strip_prefix(self.base_name.unwrap_or_default());
        after_base == Some(self.name.unwrap_or_default())
    }

    /// The unit of the record, or else that of the pack.
    pub(super) fn unit(&self) -> &str {
        self.unit.or(self.base_unit).unwrap_or_default()
    }
}

fn read_reading<'a>(pack: &mut Reader<'a>) -> Result<Reading<'a>, OpenError> {
    let mut labels = Labels::default();
    let (mut base_name, mut name, mut base_unit, mut unit) = (None, None, None, None);
    let (mut time, mut value) = (None, None);
    for _ in 0..pack.map()? {
        let label = pack.integer()?;
        labels.add(label)?;
        match label {
            BASE_NAME => base_name = Some(pack.text()?),
            NAME => name = Some(pack.text()?),
            BASE_UNIT => base_unit = Some(pack.text()?),
            UNIT => unit = Some(pack.text()?),
            BASE_TIME | TIME if time.is_none() => time = Some(pack.number()?),
            VALUE => value = Some(pack.number()?),
            BASE_VERSION if pack.integer()? == SENML_VERSION => {}
            _ => return Err(OpenError::Record),
        }
    }
    let (Some(time), Some(value)) = (time, value) else {
        return Err(OpenError::Record);
    };
    if base_name.or(name).is_none() {
        return Err(OpenError::Record);
    }
    Ok(Reading {
        base_name,
        name,
        base_unit,
        unit,
        time,
        value,
        seq: None,
    })
}

fn read_count(pack: &mut Reader<'_>) -> Result<u64, OpenError> {
    let mut labels = Labels::default();
    let mut count = None;
    for _ in 0..pack.map()? {
        let label = pack.integer()?;
        labels.add(label)?;
        match label {
            NAME if pack.text()? == COUNT => {}
            VALUE => count = Some(pack.unsigned()?),
            _ => return Err(OpenError::Record),
        }
    }
    count
        .filter(|_| labels.contain(NAME))
        .ok_or(OpenError::Record)
}

// Labels of a SenML record (RFC 8428, 6).
const BASE_VERSION: i64 = -1;
const BASE_NAME: i64 = -2;
const BASE_TIME: i64 = -3;
const BASE_UNIT: i64 = -4;
pub(super) const NAME: i64 = 0;
pub(super) const UNIT: i64 = 1;
pub(super) const VALUE: i64 = 2;
pub(super) const TIME: i64 = 6;
const SENML_VERSION: i64 = 10;

/// The name of the record that holds the count.
pub(super) const COUNT: &str = "seq";
