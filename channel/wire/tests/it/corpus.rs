//! The seeds of the fuzz targets, `fuzz/corpus`, replayed; and every decoder on bytes like them.
//!
//! The seeds are the vectors; with `TWINROOT_BLESS` set they are written anew. What a fuzz target
//! once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twinroot_types::encode;

use crate::anything::{message, transaction};
use crate::decoders::DECODERS;
use crate::samples::{
    close, co_signed, commitment, fundings, messages, parameters, signed_close, signed_parameters,
    transactions, updates,
};

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

/// Target, name and bytes of each seed.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut seeds = vec![
        ("parameters", "terms", encode(&parameters())),
        ("parameters", "signed", encode(&signed_parameters())),
        ("commitment", "commitment", encode(&commitment())),
        ("commitment", "co-signed", encode(&co_signed())),
        ("close", "close", encode(&close())),
        ("close", "signed", encode(&signed_close())),
        ("funding", "terms", vec![0]),
    ];
    for (name, signed) in fundings() {
        seeds.push(("funding", name, encode(&signed.funding)));
        let names = ["signed deposit", "signed withdraw"];
        let signed_name = names.into_iter().find(|it| it.ends_with(name)).unwrap();
        seeds.push(("funding", signed_name, encode(&signed)));
    }
    seeds.extend(updates().map(|(name, update)| ("update", name, encode(&update))));
    let messages = messages().into_iter();
    seeds.extend(messages.map(|(name, message)| ("message", name, message.encode())));
    let transactions = transactions().into_iter();
    seeds.extend(transactions.map(|(name, signed)| ("transaction", name, signed.encode())));
    seeds
}

/// A name that is a file name everywhere.
fn file_name(name: &str) -> String {
    name.replace(": ", "-").replace(' ', "-")
}

#[test]
fn the_seeds_are_the_vectors() {
    for (target, name, bytes) in seeds() {
        let file = folder(target).join(file_name(name));
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

/// One change of bytes.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// A byte becomes another.
    Flip(Index, u8),
    /// A byte comes in.
    Insert(Index, u8),
    /// Everything from there on is gone.
    CutOff(Index),
    /// A stretch comes twice.
    Repeat(Index, Index),
    /// A number becomes 2^40, or the largest.
    Announce(Index, bool),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<(Index, u8)>().prop_map(|(place, with)| Change::Flip(place, with)),
        any::<(Index, u8)>().prop_map(|(place, with)| Change::Insert(place, with)),
        any::<Index>().prop_map(Change::CutOff),
        any::<(Index, Index)>().prop_map(|(from, to)| Change::Repeat(from, to)),
        any::<(Index, bool)>().prop_map(|(place, most)| Change::Announce(place, most)),
    ]
}

impl Change {
    fn make(self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + 1;
        match self {
            Self::Flip(place, with) => {
                if let Some(byte) = bytes.get_mut(place.index(end)) {
                    *byte ^= with;
                }
            }
            Self::Insert(place, with) => bytes.insert(place.index(end), with),
            Self::CutOff(place) => bytes.truncate(place.index(end)),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(end), to.index(end));
                bytes.extend_from_within(from.min(to)..from.max(to));
            }
            Self::Announce(place, most) => {
                let place = place.index(end);
                let number = encode(&if most { u64::MAX } else { 1 << 40 });
                let rest = bytes.split_off(place);
                bytes.extend(number.iter().chain(rest.iter().skip(1)));
            }
        }
    }
}

fn something() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        select(seeds()).prop_map(|(_, _, bytes)| bytes),
        message().prop_map(|message| message.encode()),
        transaction().prop_map(|signed| signed.encode()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn decoders_take_any_bytes(bytes in vec(any::<u8>(), 0..2_000)) {
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }

    #[test]
    fn decoders_take_changed_bytes(bytes in something(), changes in vec(change(), 0..4)) {
        let mut bytes = bytes;
        for change in changes {
            change.make(&mut bytes);
        }
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }
}
