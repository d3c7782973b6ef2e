//! A stock device's side: one reading, in the shortest of the accepted forms.

use twinroot_types::{SecretKey, Tag};

use super::cbor::DECIMAL_FRACTION;
use super::header::{ALGORITHM, CONTENT_TYPE, ED25519, SENML_CBOR};
use super::pack::{COUNT, NAME, TIME, UNIT, VALUE};
use super::{ARRAY_OF_4, COSE_SIGN1, MS, NO_MORE_SIGNED};
use crate::Descriptor;

/// The message of `seq`, if the device counts, that says `value` at a time in ms.
pub(crate) fn sign(
    secret: &SecretKey,
    descriptor: &Descriptor,
    seq: Option<u64>,
    t: i64,
    value: i64,
) -> Vec<u8> {
    let protected = bytes(&map(&[
        (ALGORITHM, integer(ED25519)),
        (CONTENT_TYPE, integer(SENML_CBOR)),
    ]));
    let reading = map(&[
        (NAME, text(&descriptor.urn)),
        (UNIT, text(&descriptor.unit)),
        (VALUE, decimal(descriptor.scale, value)),
        (TIME, decimal(MS, t)),
    ]);
    let count = seq.map(|seq| map(&[(NAME, text(COUNT)), (VALUE, head(UNSIGNED, seq))]));
    let records: Vec<_> = [Some(reading), count].into_iter().flatten().collect();
    let payload = bytes(&[head(ARRAY, length(&records)), records.concat()].concat());
    let body = [protected.as_slice(), &[NO_MORE_SIGNED], &payload].concat();
    let signature = bytes(&secret.sign(Tag::COSE, &body).to_bytes());
    let unprotected = map(&[]);
    [
        &[COSE_SIGN1, ARRAY_OF_4],
        protected.as_slice(),
        &unprotected,
        &payload,
        &signature,
    ]
    .concat()
}

fn map(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let entry = |(label, value): &(i64, Vec<u8>)| [integer(*label), value.clone()].concat();
    let entries: Vec<_> = entries.iter().map(entry).collect();
    [head(MAP, length(&entries)), entries.concat()].concat()
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [&head(BYTES, length(content)), content].concat()
}

fn text(content: &str) -> Vec<u8> {
    let content = content.as_bytes();
    [&head(TEXT, length(content)), content].concat()
}

fn integer(value: i64) -> Vec<u8> {
    if value < 0 {
        head(NEGATIVE, (!value).unsigned_abs())
    } else {
        head(UNSIGNED, value.unsigned_abs())
    }
}

/// `value` times ten to the `scale`.
fn decimal(scale: i8, value: i64) -> Vec<u8> {
    if scale == 0 {
        return integer(value);
    }
    [
        head(TAG, DECIMAL_FRACTION),
        head(ARRAY, 2),
        integer(scale.into()),
        integer(value),
    ]
    .concat()
}

fn length<T>(items: &[T]) -> u64 {
    items.len() as u64
}

/// The shortest form of a head.
fn head(major: u8, argument: u64) -> Vec<u8> {
    let short = |info: u8| (major << 5) | info;
    let all = argument.to_be_bytes();
    match (argument, all) {
        (0..24, [.., byte]) => vec![short(byte)],
        (24..0x100, [.., byte]) => vec![short(24), byte],
        (0x100..0x1_0000, [.., a, b]) => vec![short(25), a, b],
        (0x1_0000..0x1_0000_0000, [.., a, b, c, d]) => vec![short(26), a, b, c, d],
        _ => [&[short(27)], all.as_slice()].concat(),
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
