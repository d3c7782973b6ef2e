//! The SDK's own types with names: what its policies are told, and what they tell.

use std::sync::Arc;

use crate::kind::{
    Case, DataType, FEED_ID, HASH, HEIGHT, I64, MESSAGE_ID, Named, PUBLIC_KEY, SUBJECT, Shape,
    TIME_MS, Type, U8, U16, U32, U64,
};

/// Whether the SDK has a type of that name, be it with a number.
pub(crate) fn has(name: &str) -> bool {
    plain(name).is_some() || of_feeds(name).is_some()
}

/// The type of that name; `None` where there is none, or it has a number with it.
pub(crate) fn plain(name: &str) -> Option<DataType> {
    Some(match name {
        "Band" => band(),
        "Excursion" => excursion(),
        "Sensor" => sensor(),
        "Mark" => mark(),
        "Source" => source(),
        "Reading" => reading(),
        "Message" => message(),
        "Said" => said(),
        "Contradiction" => contradiction(),
        "Query" => query(),
        "Answer" => answer(),
        _ => return None,
    })
}

/// How the type of that name is made with a number of feeds; `None` where there is none.
pub(crate) fn of_feeds(name: &str) -> Option<fn(usize) -> DataType> {
    match name {
        "Claims" => Some(claims),
        "Sources" => Some(sources),
        _ => None,
    }
}

pub(crate) fn claims(attestors: usize) -> DataType {
    structure(
        &format!("Claims<{attestors}>"),
        "Who is believed, and about what.",
        [
            ("subject", "What the claims are about.", Type::Id(SUBJECT)),
            (
                "feeds",
                "The attestors, ascending and different.",
                feeds(attestors),
            ),
        ],
    )
}

pub(crate) fn band() -> DataType {
    structure(
        "Band",
        "Who measures, what is in order, and the time that counts.",
        [
            ("feed", "The feed.", Type::Id(FEED_ID)),
            ("low", "A reading below this is outside.", Type::Number(I64)),
            (
                "high",
                "A reading above this is outside.",
                Type::Number(I64),
            ),
            ("from", "From when on readings count.", TIME),
            ("to", "Until when, inclusive.", TIME),
        ],
    )
}

pub(crate) fn sources(count: usize) -> DataType {
    structure(
        &format!("Sources<{count}>"),
        "Who measures, and the time that counts.",
        [
            ("from", "From when on readings count.", TIME),
            ("to", "Until when, inclusive.", TIME),
            (
                "feeds",
                "The feeds, ascending and different, of the same quantity, unit and scale.",
                feeds(count),
            ),
        ],
    )
}

pub(crate) fn excursion() -> DataType {
    structure(
        "Excursion",
        "Who measures, what is in order, and the time that counts.",
        [
            ("feed", "The feed.", Type::Id(FEED_ID)),
            ("low", "A reading below this is outside.", Type::Number(I64)),
            (
                "high",
                "A reading above this is outside.",
                Type::Number(I64),
            ),
            (
                "hysteresis",
                "How far inside a reading has to be before the breach is over.",
                Type::Number(U64),
            ),
            (
                "gap_ms",
                "The longest time in ms from one reading to the next.",
                Type::Number(U64),
            ),
            ("from", "From when on readings count.", TIME),
            ("to", "Until when, inclusive.", TIME),
        ],
    )
}

pub(crate) fn sensor() -> DataType {
    structure(
        "Sensor",
        "Whose silence counts, and when.",
        [
            ("feed", "The feed.", Type::Id(FEED_ID)),
            ("from", "From when on its silence counts.", TIME),
            ("to", "Until when, inclusive.", TIME),
        ],
    )
}

pub(crate) fn source() -> DataType {
    structure(
        "Source",
        "Whose messages count, and from where on.",
        [
            ("feed", "The feed.", Type::Id(FEED_ID)),
            (
                "mark",
                "The first place that still counts.",
                Type::Data(Arc::new(mark())),
            ),
        ],
    )
}

fn mark() -> DataType {
    structure(
        "Mark",
        "A place in the chain of a feed.",
        [
            (
                "epoch",
                "Counts the times that the feed lost its counter.",
                Type::Number(U32),
            ),
            ("seq", "Place in the epoch.", Type::Number(U64)),
        ],
    )
}

pub(crate) fn reading() -> DataType {
    structure(
        "Reading",
        "A reading of a feed.",
        [
            (
                "value",
                "What was read, at the scale of the feed.",
                Type::Number(I64),
            ),
            ("time", "When.", TIME),
            (
                "place",
                "Its place among the messages of the feed.",
                Type::Data(Arc::new(mark())),
            ),
        ],
    )
}

pub(crate) fn message() -> DataType {
    structure(
        "Message",
        "A message of a feed.",
        [
            (
                "place",
                "Its place among the messages of the feed.",
                Type::Data(Arc::new(mark())),
            ),
            ("time", "When it was made.", TIME),
            ("said", "What it says.", Type::Data(Arc::new(said()))),
        ],
    )
}

pub(crate) fn contradiction() -> DataType {
    structure(
        "Contradiction",
        "Two messages of a feed that cannot both be honest.",
        [
            (
                "conflict",
                "How they contradict each other: 1 one place, 2 a wrong link, 3 the time falls, 4 it falls across epochs.",
                Type::Number(U8),
            ),
            ("lower", "The lower message.", Type::Id(MESSAGE_ID)),
            ("higher", "The higher one.", Type::Id(MESSAGE_ID)),
        ],
    )
}

fn said() -> DataType {
    let cases = vec![
        Case {
            value: 0,
            name: "Reading".to_owned(),
            docs: "An integer at the scale of the feed.".to_owned(),
            fields: fields([("value", "What was read.", Type::Number(I64))]),
        },
        Case {
            value: 1,
            name: "Claim".to_owned(),
            docs: "A code about one thing.".to_owned(),
            fields: fields([
                ("subject", "What it is about.", Type::Id(SUBJECT)),
                ("code", "What is claimed.", Type::Number(U16)),
            ]),
        },
    ];
    let docs = "What a feed says.".to_owned();
    DataType::of("Said".to_owned(), docs, Shape::Cases(cases))
}

pub(crate) fn query() -> DataType {
    structure(
        "Query",
        "A question to an oracle of the ledger.",
        [
            ("oracle", "Who is to answer.", Type::Id(PUBLIC_KEY)),
            ("question", "Hash of the question.", Type::Id(HASH)),
            (
                "answer_by",
                "The last height for the answer.",
                Type::Number(HEIGHT),
            ),
            (
                "kept_until",
                "The last height at which the answer is kept.",
                Type::Number(HEIGHT),
            ),
        ],
    )
}

pub(crate) fn answer() -> DataType {
    /// The bytes that an answer has at most (docs/spec/oracles.md, 9.5).
    const BYTES: usize = 256;
    let cases = vec![
        Case {
            value: 0,
            name: "None".to_owned(),
            docs: "The oracle gave no answer in time.".to_owned(),
            fields: Vec::new(),
        },
        Case {
            value: 1,
            name: "Given".to_owned(),
            docs: "The oracle answered.".to_owned(),
            fields: fields([
                ("at", "At which height.", Type::Number(HEIGHT)),
                ("length", "How many bytes.", Type::Number(U16)),
                (
                    "bytes",
                    "Those bytes, then zeros.",
                    Type::Array(Arc::new(Type::Number(U8)), BYTES),
                ),
            ]),
        },
    ];
    let docs = "What an oracle of the ledger said.".to_owned();
    DataType::of("Answer".to_owned(), docs, Shape::Cases(cases))
}

const TIME: Type = Type::Number(TIME_MS);

fn feeds(count: usize) -> Type {
    Type::Array(Arc::new(Type::Id(FEED_ID)), count)
}

fn structure<const N: usize>(name: &str, docs: &str, all: [(&str, &str, Type); N]) -> DataType {
    DataType::of(name.to_owned(), docs.to_owned(), Shape::Fields(fields(all)))
}

fn fields<const N: usize>(all: [(&str, &str, Type); N]) -> Vec<Named> {
    let named = all.map(|(name, docs, kind)| Named {
        name: name.to_owned(),
        docs: docs.to_owned(),
        kind,
    });
    named.into()
}
