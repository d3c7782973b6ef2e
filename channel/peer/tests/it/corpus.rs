//! The seeds of the fuzz targets, `fuzz/corpus`, replayed; and every decoder on bytes like them. With `TWINROOT_BLESS` set
//! the seeds are written anew. What a fuzz target once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twinroot_peer::{Farewell, Message, PIECE, pieces};

use crate::decoders::{DECODERS, node, said};

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

/// Target, name and bytes of each seed.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let long = vec![7; PIECE + 10];
    let begin = [Message::Begin];
    let long_frame: Vec<_> = begin.into_iter().chain(pieces(&long)).collect();
    let all = [
        Message::Begin,
        Message::Last(b"pay"),
        Message::Alive,
        Message::Rekey,
        Message::Last(b""),
        Message::Bye(Farewell::Stopping),
    ];
    vec![
        ("hello", "of-the-dialer", said(&node(1), 1)),
        ("hello", "of-the-answerer", said(&node(2), 2)),
        ("hello", "of-another", said(&node(3), 3)),
        ("frames", "begin", spoken(&begin)),
        ("frames", "one-of-each", spoken(&all)),
        ("frames", "a-long-frame", spoken(&long_frame)),
    ]
}

/// Messages, each behind its length.
fn spoken(messages: &[Message<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        let mut plain = Vec::new();
        message.encode(&mut plain);
        bytes.extend_from_slice(&(plain.len() as u16).to_be_bytes());
        bytes.append(&mut plain);
    }
    bytes
}

#[test]
fn the_seeds_are_what_nodes_say() {
    for (target, name, bytes) in seeds() {
        let file = folder(target).join(name);
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            fs::create_dir_all(folder(target)).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        let held = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(held == bytes, "{}", file.display());
    }
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    for (target, check) in DECODERS {
        let mut files = 0;
        for entry in fs::read_dir(folder(target)).unwrap() {
            check(&fs::read(entry.unwrap().path()).unwrap());
            files += 1;
        }
        assert!(files > 0, "{target} has no seed");
    }
}

/// Lengths and kinds that are likely, with anything in them.
fn something() -> impl Strategy<Value = Vec<u8>> {
    let message = prop_oneof![
        vec(any::<u8>(), 0..40),
        (0..7_u8).prop_map(|kind| vec![kind]),
        (0..7_u8, 0..7_u8).prop_map(|(kind, code)| vec![kind, code]),
        vec(any::<u8>(), 0..40).prop_map(|text| [vec![1], text].concat()),
        Just([vec![0], vec![7; PIECE]].concat()),
    ];
    let messages = vec(message, 0..6).prop_map(|messages| {
        let begun = [vec![2]].into_iter().chain(messages);
        begun
            .flat_map(|plain| [&(plain.len() as u16).to_be_bytes()[..], &plain].concat())
            .collect()
    });
    prop_oneof![
        select(seeds()).prop_map(|(_, _, bytes)| bytes),
        messages,
        vec(any::<u8>(), 0..300),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn decoders_take_any_bytes(bytes in something(), changes in vec(any::<(Index, u8)>(), 0..3)) {
        let mut bytes = bytes;
        for (place, with) in changes {
            let place = place.index(bytes.len() + 1);
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= with;
            }
        }
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }
}
