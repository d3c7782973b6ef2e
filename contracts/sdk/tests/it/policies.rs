//! Policies as types: the policy that a type declares, and its parameters byte by byte (docs/spec/oracles.md, 5).

use twinroot_sdk::prelude::*;
use twinroot_sdk::{
    Answer, Contradiction, Field, Fixed, Message, MessageId, Policy, Reading, Type,
};

const FEEDS: [FeedId; 3] = [FeedId([1; 32]), FeedId([2; 32]), FeedId([3; 32])];

fn bytes<T: Fixed>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; T::SIZE];
    value.write(&mut bytes);
    bytes
}

/// The parameters that a policy takes are `parts`, one after another, and are read back from them.
fn lies_as<T: Fixed + PartialEq + core::fmt::Debug>(parameters: T, parts: &[&[u8]]) {
    let laid = bytes(&parameters);
    assert_eq!(laid, parts.concat());
    assert_eq!(T::read(&laid), Some(parameters));
    assert_eq!(T::read(&laid[1..]), None, "a byte is missing");
}

fn number(value: u64) -> [u8; 8] {
    value.to_le_bytes()
}

#[test]
fn a_median() {
    assert_eq!(
        Median::<3>::POLICY,
        Some(Policy::Median { n: 3, params: 0 })
    );
    assert_eq!(
        <Median<3> as Field>::TYPE,
        Type::Of("Median", &[Type::Number(3)])
    );
    let sources = Sources {
        from: TimeMs(5),
        to: TimeMs(6),
        feeds: FEEDS,
    };
    lies_as(
        sources,
        &[&number(5), &number(6), &[1; 32], &[2; 32], &[3; 32]],
    );
}

#[test]
fn a_duration() {
    let policy = Policy::Duration {
        ms: 600_000,
        params: 0,
    };
    assert_eq!(Duration::<600_000>::POLICY, Some(policy));
    assert_eq!(
        <Duration<600_000> as Field>::TYPE,
        Type::Of("Duration", &[Type::Number(600_000)])
    );
    let excursion = Excursion {
        feed: FEEDS[0],
        low: -1,
        high: 8,
        hysteresis: 2,
        gap_ms: 3,
        from: TimeMs(4),
        to: TimeMs(5),
    };
    let numbers = [u64::MAX, 8, 2, 3, 4, 5].map(number).concat();
    lies_as(excursion, &[&[1; 32], &numbers]);
}

#[test]
fn a_max_gap() {
    let policy = Policy::MaxGap {
        ms: 3_600_000,
        params: 0,
    };
    assert_eq!(MaxGap::<3_600_000>::POLICY, Some(policy));
    assert_eq!(
        <MaxGap<1> as Field>::TYPE,
        Type::Of("MaxGap", &[Type::Number(1)])
    );
    let sensor = Sensor {
        feed: FEEDS[0],
        from: TimeMs(4),
        to: TimeMs(5),
    };
    lies_as(sensor, &[&[1; 32], &number(4), &number(5)]);
}

#[test]
fn an_equivocation() {
    let policy = Policy::Equivocation { params: 0 };
    assert_eq!(Equivocation::POLICY, Some(policy));
    assert_eq!(<Equivocation as Field>::TYPE, Type::Named("Equivocation"));
    lies_as(FEEDS[0], &[&[1; 32]]);
    let contradiction = |conflict| Contradiction {
        conflict,
        lower: MessageId([2; 32]),
        higher: MessageId([3; 32]),
    };
    lies_as(contradiction(1), &[&[1], &[2; 32], &[3; 32]]);
    let is_fraud = [1, 2, 3, 4].map(|conflict| contradiction(conflict).is_fraud());
    assert_eq!(is_fraud, [true, true, true, false]);
}

#[test]
fn a_fresh_reading() {
    let policy = Policy::Fresh {
        ms: 60_000,
        params: 0,
    };
    assert_eq!(Fresh::<60_000>::POLICY, Some(policy));
    assert_eq!(
        <Fresh<1> as Field>::TYPE,
        Type::Of("Fresh", &[Type::Number(1)])
    );
    let mark = Mark { epoch: 1, seq: 2 };
    let place = [&[1, 0, 0, 0][..], &number(2)].concat();
    let source = Source {
        feed: FEEDS[0],
        mark,
    };
    lies_as(source, &[&[1; 32], &place]);
    let reading = Reading {
        value: -1,
        time: TimeMs(5),
        place: mark,
    };
    lies_as(reading, &[&number(u64::MAX), &number(5), &place]);
}

#[test]
fn a_mark_moves_on_and_never_back() {
    let mark = |epoch, seq| Mark { epoch, seq };
    assert_eq!(Mark::FIRST.next(), Some(mark(0, 1)));
    assert_eq!(mark(3, u64::MAX).next(), Some(mark(4, 0)));
    assert_eq!(mark(u32::MAX, u64::MAX).next(), None);
    assert!(mark(1, 0) > mark(0, u64::MAX));
}

#[test]
fn any_message() {
    assert_eq!(Any::POLICY, Some(Policy::Any { params: 0 }));
    assert_eq!(<Any as Field>::TYPE, Type::Named("Any"));
    let message = |said| Message {
        place: Mark { epoch: 1, seq: 2 },
        time: TimeMs(3),
        said,
    };
    let place = [&[1, 0, 0, 0][..], &number(2), &number(3)].concat();
    let claim = Said::Claim {
        subject: Subject([7; 32]),
        code: 258,
    };
    lies_as(message(claim), &[&place, &[1], &[7; 32], &[2, 1]]);
    let reading = message(Said::Reading(-1));
    lies_as(reading, &[&place, &[0], &number(u64::MAX), &[0; 26]]);
    let mut padded = bytes(&reading);
    padded[54] = 1;
    assert_eq!(Message::read(&padded), None, "what pads a reading is 0");
    padded[20] = 2;
    assert_eq!(Message::read(&padded), None, "neither reading nor claim");
}

#[test]
fn the_answer_of_an_oracle() {
    assert_eq!(Response::POLICY, Some(Policy::Response { params: 0 }));
    assert_eq!(<Response as Field>::TYPE, Type::Named("Response"));
    let query = Query {
        oracle: PublicKey([1; 32]),
        question: Hash([2; 32]),
        answer_by: Height(3),
        kept_until: Height(4),
    };
    lies_as(query, &[&[1; 32], &[2; 32], &number(3), &number(4)]);
    lies_as(Answer::None, &[&[0; 267]]);
    let mut said = [0; Answer::BYTES];
    said[0] = 1;
    let given = |length| Answer::Given {
        at: Height(5),
        length,
        bytes: said,
    };
    lies_as(given(2), &[&[1], &number(5), &[2, 0], &said]);
    assert_eq!(given(2).bytes(), Some(&[1, 0][..]));
    assert_eq!(given(2).read_as(), Some(1_u16));
    assert_eq!(given(2).read_as::<u64>(), None, "of another length");
    assert_eq!(given(1).read_as(), Some(true));
    assert_eq!(Answer::None.read_as::<()>(), None);
    let mut long = bytes(&given(256));
    assert_eq!(Answer::read(&long), Some(given(256)));
    long[9] = 1;
    assert_eq!(Answer::read(&long), None, "longer than there is room");
    let mut padded = bytes(&Answer::None);
    padded[266] = 1;
    assert_eq!(Answer::read(&padded), None, "what pads no answer is 0");
    padded[0] = 2;
    assert_eq!(Answer::read(&padded), None, "neither");
}
