//! Messages of stock devices: COSE around SenML (docs/spec/oracles.md, 2.5 to 2.7).

use twinroot_abi::{MessageId, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::{
    BundleError, Conflict, Descriptor, Envelope, Feed, FeedError, Mode, Observation, OpenError,
    SignError, Signed, Signer, Value, open, select,
};
use twinroot_types::{Tag, hash};

use crate::rules::{Case, case};
use crate::world::{PARCEL, descriptor, judge, run_of, run_params, secret};

/// 2026-11-22T08:00:00Z.
const NOON: u64 = 1_795_334_400;

fn counting(seed: u8) -> Descriptor {
    Descriptor {
        envelope: Envelope::Cose,
        valid_to: TimeMs(u64::MAX),
        ..descriptor(seed)
    }
}

fn in_slots(seed: u8) -> Descriptor {
    Descriptor {
        mode: Mode::Slot,
        ..counting(seed)
    }
}

fn feed() -> Feed {
    Feed::new(counting(1)).unwrap()
}

fn slots() -> Feed {
    Feed::new(in_slots(1)).unwrap()
}

// A second writer, of heads only, so that each test can get one of them wrong.

fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 24);
    [&[0x60 | length], text.as_bytes()].concat()
}

fn bytes(content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = match length {
        0..24 => vec![0x40 | length],
        24.. => vec![0x58, length],
    };
    [head.as_slice(), content].concat()
}

/// A number of four bytes.
fn number(value: u32) -> Vec<u8> {
    [&[0x1a], value.to_be_bytes().as_slice()].concat()
}

fn entries(pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
    let length = u8::try_from(pairs.len()).unwrap();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(label, value)| [*label, *value].concat())
        .collect();
    [&[0xa0 | length], pairs.concat().as_slice()].concat()
}

/// `{1: -8}`
const HEADER: &[u8] = &[0xa1, 0x01, 0x27];

fn noon() -> Vec<u8> {
    number(u32::try_from(NOON).unwrap())
}

/// The reading of 4.929 degrees, written 4929 times ten to the -3.
const VALUE: &[u8] = &[0xc4, 0x82, 0x22, 0x19, 0x13, 0x41];

fn reading() -> Vec<u8> {
    entries(&[
        (&[0], &text("urn:dev:truck-7")),
        (&[1], &text("Cel")),
        (&[6], &noon()),
        (&[2], VALUE),
    ])
}

fn count(seq: u8) -> Vec<u8> {
    entries(&[(&[0], &text("seq")), (&[2], &[seq])])
}

fn pack(records: &[Vec<u8>]) -> Vec<u8> {
    [
        &[0x80 | u8::try_from(records.len()).unwrap()],
        records.concat().as_slice(),
    ]
    .concat()
}

fn message_of(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let (header, payload) = (bytes(header), bytes(payload));
    let body = [header.as_slice(), &[0x40], &payload].concat();
    let signature = bytes(&secret(1).sign(Tag::COSE, &body).to_bytes());
    [&[0x84], header.as_slice(), &[0xa0], &payload, &signature].concat()
}

fn message(reading: Vec<u8>) -> Vec<u8> {
    message_of(HEADER, &pack(&[reading, count(7)]))
}

fn with(field: &[u8], value: &[u8]) -> Result<Signed, OpenError> {
    let others: Vec<(&[u8], Vec<u8>)> = [
        (&[0u8][..], text("urn:dev:truck-7")),
        (&[1], text("Cel")),
        (&[6], noon()),
        (&[2], VALUE.to_vec()),
    ]
    .into_iter()
    .filter(|(label, _)| *label != field)
    .collect();
    let mut pairs: Vec<(&[u8], &[u8])> = others
        .iter()
        .map(|(label, value)| (*label, value.as_slice()))
        .collect();
    if !value.is_empty() {
        pairs.push((field, value));
    }
    open(&feed(), &message(entries(&pairs)))
}

fn value_of(value: &[u8]) -> Result<i64, OpenError> {
    with(&[2], value).map(|message| match message.observation().value {
        Value::Fixed(value) => value,
        Value::Claim { .. } => unreachable!("COSE has no claims"),
    })
}

fn time_of(time: &[u8]) -> Result<u64, OpenError> {
    with(&[6], time).map(|message| message.observation().t.0)
}

#[test]
fn a_stock_message_is_read_as_it_is() {
    let bytes = message(reading());
    let message = open(&feed(), &bytes).unwrap();
    let expected = Observation {
        feed: feed().id(),
        epoch: 0,
        seq: 7,
        t: TimeMs(NOON * 1_000),
        prev_t: TimeMs(NOON * 1_000),
        prev: MessageId([0; 32]),
        flags: 0,
        value: Value::Fixed(4_929),
    };
    assert_eq!(message.observation(), &expected);
    assert_eq!(message.bytes(), bytes);
}

#[test]
fn the_tag_is_no_part_of_the_id_and_neither_is_the_signature() {
    let plain = message(reading());
    let tagged = [&[0xd2], plain.as_slice()].concat();
    let [one, other] = [&plain, &tagged].map(|it| open(&feed(), it).unwrap());
    assert_eq!(one.id(), other.id());
    assert_eq!(Conflict::between(&one, &other), None);
    let signed = [
        bytes(HEADER).as_slice(),
        &[0x40],
        &bytes(&pack(&[reading(), count(7)])),
    ]
    .concat();
    assert_eq!(one.id(), MessageId(hash(Tag::COSE, &[&signed])));
}

#[test]
fn a_signer_makes_what_is_read() {
    let mut signer = Signer::new(secret(1), counting(1)).unwrap();
    let messages = [(0, i64::MIN), (1_500, -1), (1_500, i64::MAX)].map(|(ms, value)| {
        let t = TimeMs(NOON * 1_000 + ms);
        (t, value, signer.reading(t, value).unwrap())
    });
    for (seq, (t, value, bytes)) in (0..).zip(messages) {
        let message = open(&feed(), &bytes).unwrap();
        let said = message.observation();
        assert_eq!(
            (said.seq, said.t, said.value),
            (seq, t, Value::Fixed(value))
        );
    }
    let slot = Signer::new(secret(1), in_slots(1))
        .unwrap()
        .reading(TimeMs(NOON * 1_000 + 1), 5)
        .unwrap();
    assert_eq!(open(&slots(), &slot).unwrap().observation().seq, NOON);
}

#[test]
fn a_signer_says_nothing_that_nobody_would_take() {
    let mut signer = Signer::new(secret(1), counting(1)).unwrap();
    assert_eq!(
        signer.reading(TimeMs((1 << 28) * 1_000 - 1), 1),
        Err(SignError::RelativeTime)
    );
    assert_eq!(
        signer.reading(TimeMs(1 << 63), 1),
        Err(SignError::RelativeTime)
    );
    let t = TimeMs(NOON * 1_000);
    assert_eq!(signer.claim(t, PARCEL, 1), Err(SignError::ClaimInCose));
    assert_eq!(
        open(&feed(), &signer.reading(t, 1).unwrap())
            .unwrap()
            .observation()
            .seq,
        0
    );
}

#[test]
fn numbers_come_in_three_forms() {
    assert_eq!(value_of(&[0x05]), Ok(5_000));
    assert_eq!(value_of(&[0x24]), Ok(-5_000));
    assert_eq!(value_of(VALUE), Ok(4_929));
    assert_eq!(value_of(&[0xf9, 0x3e, 0x00]), Ok(1_500), "1.5 in 2 bytes");
    assert_eq!(
        value_of(&[0xfa, 0x40, 0x9d, 0xba, 0x5e]),
        Ok(4_929),
        "4.929 in 4 bytes"
    );
    let double = [&[0xfb], 4.929f64.to_bits().to_be_bytes().as_slice()].concat();
    assert_eq!(value_of(&double), Ok(4_929));
    let half = [
        &[0xfb],
        1_795_334_400.000_5f64.to_bits().to_be_bytes().as_slice(),
    ]
    .concat();
    // The double next to it lies a little below, so no tie is left.
    assert_eq!(time_of(&half), Ok(NOON * 1_000));
    let tie = [
        0xc4, 0x82, 0x23, 0x1b, 0, 0, 0x10, 0x54, 0x1c, 0x5e, 0x28, 0x05,
    ];
    let ten_thousandths = u64::from_be_bytes(tie[4..].try_into().unwrap());
    assert_eq!(
        time_of(&tie),
        Ok((ten_thousandths + 5) / 10),
        "{ten_thousandths}"
    );
}

#[test]
fn names_and_units_may_have_a_base() {
    let based = entries(&[
        (&[0x20], &[0x0a]),
        (&[0x21], &text("urn:dev:")),
        (&[0], &text("truck-7")),
        (&[0x23], &text("Cel")),
        (&[0x22], &noon()),
        (&[2], VALUE),
    ]);
    assert!(open(&feed(), &message(based)).is_ok());
    let base_alone = entries(&[
        (&[0x21], &text("urn:dev:truck-7")),
        (&[0x23], &text("K")),
        (&[1], &text("Cel")),
        (&[6], &noon()),
        (&[2], VALUE),
    ]);
    assert!(open(&feed(), &message(base_alone)).is_ok());
}

#[test]
fn all_of_the_header_that_is_allowed_is_read() {
    let payload = pack(&[reading(), count(7)]);
    let headers: [&[u8]; 3] = [
        &[0xa1, 0x01, 0x32],
        &[0xa2, 0x03, 0x18, 0x70, 0x01, 0x27],
        &[0xa3, 0x01, 0x27, 0x03, 0x18, 0x70, 0x04, 0x42, b'k', b'1'],
    ];
    for header in headers {
        assert!(open(&feed(), &message_of(header, &payload)).is_ok());
    }
}

pub(crate) fn cases() -> Vec<Case> {
    [envelopes(), forms(), headers(), records(), meanings()].concat()
}

fn envelopes() -> Vec<Case> {
    use OpenError as E;
    let native = Feed::new(descriptor(1)).unwrap();
    let own = Signer::new(secret(1), descriptor(1))
        .unwrap()
        .reading(TimeMs(5_000), 1)
        .unwrap();
    let good = message(reading());
    assert!(open(&feed(), &good).is_ok());
    vec![
        case(
            "COSE of a native feed",
            E::UnknownEnvelope,
            open(&native, &good),
        ),
        case(
            "native of a COSE feed",
            E::UnknownEnvelope,
            open(&feed(), &own),
        ),
        case(
            "another tag",
            E::UnknownEnvelope,
            open(&feed(), &[&[0xd1], good.as_slice()].concat()),
        ),
        case(
            "an array of five",
            E::UnknownEnvelope,
            open(&feed(), &[&[0x85], &good[1..]].concat()),
        ),
        case(
            "a tag around another array",
            E::Header,
            open(&feed(), &[&[0xd2, 0x85], &good[1..]].concat()),
        ),
        case(
            "a byte more than the longest",
            E::TooLong,
            open(&feed(), &[0x84; 513]),
        ),
    ]
}

fn forms() -> Vec<Case> {
    use OpenError as E;
    let good = message(reading());
    let payload = pack(&[reading(), count(7)]);
    let long_name = entries(&[
        (&[0], &[&[0x78, 15], "urn:dev:truck-7".as_bytes()].concat()),
        (&[1], &text("Cel")),
        (&[6], &noon()),
        (&[2], VALUE),
    ]);
    let twice = entries(&[
        (&[0], &text("urn:dev:truck-7")),
        (&[1], &text("Cel")),
        (&[1], &text("Cel")),
        (&[6], &noon()),
        (&[2], VALUE),
    ]);
    let no_text = entries(&[(&[0], &[0x61, 0xff]), (&[6], &noon()), (&[2], VALUE)]);
    vec![
        case(
            "a message cut short",
            E::Malformed,
            open(&feed(), &good[..good.len() - 1]),
        ),
        case("one byte", E::Malformed, open(&feed(), &[0x84])),
        case(
            "a byte too many",
            E::Trailing,
            open(&feed(), &[good.as_slice(), &[0]].concat()),
        ),
        case(
            "a payload with a byte too many",
            E::Trailing,
            open(
                &feed(),
                &message_of(HEADER, &[payload.as_slice(), &[0]].concat()),
            ),
        ),
        case(
            "a header with a byte too many",
            E::Trailing,
            open(&feed(), &message_of(&[HEADER, &[0]].concat(), &payload)),
        ),
        case(
            "a text in a longer form",
            E::NotCanonical,
            open(&feed(), &message(long_name)),
        ),
        case(
            "a value in a longer form",
            E::NotCanonical,
            value_of(&[0x18, 0x05]),
        ),
        case(
            "a value in two bytes for one",
            E::NotCanonical,
            value_of(&[0x19, 0x00, 0xff]),
        ),
        case(
            "a value in four bytes for two",
            E::NotCanonical,
            value_of(&[0x1a, 0, 0, 0xff, 0xff]),
        ),
        case(
            "a value in eight bytes for four",
            E::NotCanonical,
            value_of(&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
        ),
        case(
            "a pack without an end",
            E::NotCanonical,
            open(&feed(), &message_of(HEADER, &[0x9f, 0xff])),
        ),
        case(
            "a label twice",
            E::NotCanonical,
            open(&feed(), &message(twice)),
        ),
        case(
            "a header's label twice",
            E::NotCanonical,
            open(
                &feed(),
                &message_of(&[0xa2, 0x01, 0x27, 0x01, 0x27], &payload),
            ),
        ),
        case(
            "a text that is none",
            E::Malformed,
            open(&feed(), &message(no_text)),
        ),
        case("a head of no kind", E::Malformed, value_of(&[0x1c])),
        case(
            "a break where nothing began",
            E::Malformed,
            value_of(&[0xff]),
        ),
    ]
}

fn headers() -> Vec<Case> {
    use OpenError as E;
    let payload = pack(&[reading(), count(7)]);
    let of = |header: &[u8]| open(&feed(), &message_of(header, &payload));
    let good = message(reading());
    let unprotected = bytes(HEADER).len() + 1;
    let with_unprotected = [
        &good[..unprotected],
        &[0xa1, 0x04, 0x41, 0x01],
        &good[unprotected + 1..],
    ]
    .concat();
    let signature = good.len() - 66;
    vec![
        case("no algorithm", E::Header, of(&[0xa0])),
        case("no header", E::Malformed, of(&[])),
        case("ES256", E::Header, of(&[0xa1, 0x01, 0x26])),
        case(
            "another content",
            E::Header,
            of(&[0xa2, 0x01, 0x27, 0x03, 0x18, 0x3c]),
        ),
        case(
            "a critical header",
            E::Header,
            of(&[0xa2, 0x01, 0x27, 0x02, 0x81, 0x04]),
        ),
        case(
            "a key's name as a text",
            E::Header,
            of(&[0xa2, 0x01, 0x27, 0x04, 0x61, b'k']),
        ),
        case(
            "a label that is a text",
            E::Header,
            of(&[0xa1, 0x61, b'a', 0x27]),
        ),
        case(
            "a long name of a key",
            E::Header,
            of(&[&[0xa2, 0x01, 0x27, 0x04, 0x58, 65], [0; 65].as_slice()].concat()),
        ),
        case(
            "an unprotected header",
            E::Header,
            open(&feed(), &with_unprotected),
        ),
        case(
            "a short signature",
            E::Header,
            open(&feed(), &[&good[..signature], &bytes(&[0; 63])].concat()),
        ),
        case("a payload that is elsewhere", E::Header, {
            let cut = unprotected + 1;
            open(
                &feed(),
                &[&good[..cut], &[0xf6], &good[signature..]].concat(),
            )
        }),
    ]
}

fn records() -> Vec<Case> {
    use OpenError as E;
    let of = |records: &[Vec<u8>]| open(&feed(), &message_of(HEADER, &pack(records)));
    let counted = |pairs: &[(&[u8], &[u8])]| of(&[reading(), entries(pairs)]);
    vec![
        case("an empty pack", E::Record, of(&[])),
        case("no count", E::Record, of(&[reading()])),
        case(
            "three records",
            E::Record,
            of(&[reading(), count(7), count(7)]),
        ),
        case("two readings", E::Record, of(&[reading(), reading()])),
        case(
            "a count where slots count",
            E::Record,
            open(&slots(), &message(reading())),
        ),
        case("no value", E::Record, with(&[2], &[])),
        case("no time", E::Record, with(&[6], &[])),
        case("no name", E::Record, with(&[0], &[])),
        case("two times", E::Record, with(&[0x22], &noon())),
        case("a sum", E::Record, with(&[5], VALUE)),
        case("a version of the future", E::Record, with(&[0x20], &[11])),
        case("a value that is true", E::Record, value_of(&[0xf5])),
        case("a value that is a text", E::Record, value_of(&text("4.9"))),
        case(
            "a value that is a bignum",
            E::Record,
            value_of(&[0xc2, 0x41, 0x01]),
        ),
        case(
            "a fraction of three",
            E::Record,
            value_of(&[0xc4, 0x83, 0, 0, 0]),
        ),
        case(
            "a fraction of a bignum",
            E::Record,
            value_of(&[0xc4, 0x82, 0x00, 0xc2, 0x41, 0x01]),
        ),
        case(
            "a fraction beyond 64 bits",
            E::Record,
            value_of(&[0xc4, 0x82, 0x00, 0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0]),
        ),
        case(
            "a count of another name",
            E::Record,
            counted(&[(&[0], &text("sec")), (&[2], &[7])]),
        ),
        case(
            "a count without a name",
            E::Record,
            counted(&[(&[2], &[7])]),
        ),
        case(
            "a count without a number",
            E::Record,
            counted(&[(&[0], &text("seq"))]),
        ),
        case(
            "a negative count",
            E::Record,
            counted(&[(&[0], &text("seq")), (&[2], &[0x20])]),
        ),
        case(
            "a count with a time",
            E::Record,
            counted(&[(&[0], &text("seq")), (&[2], &[7]), (&[6], &[0])]),
        ),
    ]
}

fn meanings() -> Vec<Case> {
    use OpenError as E;
    let huge = [0xc4, 0x82, 0x12, 0x01];
    let other_key = {
        let stranger = Feed::new(Descriptor {
            key: secret(2).public(),
            ..counting(1)
        })
        .unwrap();
        open(&stranger, &message(reading()))
    };
    let early = Feed::new(Descriptor {
        valid_to: TimeMs(NOON * 1_000 - 1),
        ..counting(1)
    })
    .unwrap();
    vec![
        case(
            "another name",
            E::WrongFeed,
            with(&[0], &text("urn:dev:truck-8")),
        ),
        case(
            "a longer name",
            E::WrongFeed,
            with(&[0], &text("urn:dev:truck-77")),
        ),
        case(
            "a base too many",
            E::WrongFeed,
            with(&[0x21], &text("urn:")),
        ),
        case("another unit", E::Unit, with(&[1], &text("K"))),
        case("no unit", E::Unit, with(&[1], &[])),
        case("a value too great", E::Number, value_of(&huge)),
        case("no number", E::Number, value_of(&[0xf9, 0x7e, 0x00])),
        case(
            "an infinity",
            E::Number,
            value_of(&[0xfa, 0xff, 0x80, 0, 0]),
        ),
        case("a time beyond all", E::Number, time_of(&huge)),
        case("a second ago", E::RelativeTime, time_of(&[0x20])),
        case(
            "the last relative time",
            E::RelativeTime,
            time_of(&number((1 << 28) - 1)),
        ),
        case(
            "after the feed",
            E::OutsideValidity,
            open(&early, &message(reading())),
        ),
        case("another key", E::BadSignature, other_key),
    ]
}

#[test]
fn the_first_absolute_time_counts() {
    assert_eq!(time_of(&number(1 << 28)), Ok((1 << 28) * 1_000));
}

#[test]
fn a_signature_of_one_form_is_none_of_the_other() {
    // The same key, the same bytes after the tag: the tags keep the forms apart.
    let header = bytes(HEADER);
    let payload = bytes(&pack(&[reading(), count(7)]));
    let body = [header.as_slice(), &[0x40], &payload].concat();
    let native = bytes(&secret(1).sign(Tag::READING, &body).to_bytes());
    let crossed = [&[0x84], header.as_slice(), &[0xa0], &payload, &native].concat();
    assert_eq!(open(&feed(), &crossed).err(), Some(OpenError::BadSignature));
}

#[test]
fn one_message_of_a_stock_device_can_be_of_several_feeds_but_a_contract_names_one() {
    // Whoever writes a descriptor around a key with slots of a day makes two honest readings a fork there.
    let day = Feed::new(Descriptor {
        period_ms: 86_400_000,
        ..in_slots(1)
    })
    .unwrap();
    let mut device = Signer::new(secret(1), in_slots(1)).unwrap();
    let said = [0, 1].map(|s| device.reading(TimeMs((NOON + s) * 1_000), 1).unwrap());
    let between = |feed: &Feed| {
        let [one, other] = said.each_ref().map(|it| open(feed, it).unwrap());
        Conflict::between(&one, &other)
    };
    assert_eq!(between(&slots()), None);
    assert_eq!(between(&day), Some(Conflict::Fork));
    assert_ne!(day.id(), slots().id());
}

#[test]
fn a_run_of_a_stock_device_is_judged_and_found() {
    let mut device = Signer::new(secret(1), counting(1)).unwrap();
    let values = [5_000, 9_000, 9_001, 9_002, 5_000];
    let messages: Vec<_> = (0..)
        .zip(values)
        .map(|(s, value)| device.reading(TimeMs((NOON + s) * 1_000), value).unwrap())
        .collect();
    let params = run_params(feed().id(), (2_000, 8_000), (0, u64::MAX));
    let bundle = select::run_length(0, 3, &params, &feed(), &messages).unwrap();
    assert_eq!(bundle.messages, messages[1..4]);
    let verdict = [(NOON + 1) * 1_000, (NOON + 3) * 1_000]
        .map(u64::to_le_bytes)
        .concat();
    assert_eq!(judge(run_of(3), &params, &bundle), Ok(verdict));
    let left_out = Bundle {
        messages: vec![
            messages[1].clone(),
            messages[3].clone(),
            messages[2].clone(),
        ],
        ..bundle
    };
    assert_eq!(
        judge(run_of(3), &params, &left_out),
        Err(FeedError::from(BundleError::Gap))
    );
}
