//! The seeds of the fuzz targets, `fuzz/corpus`, replayed; and every decoder on bytes like them. With
//! `TWINROOT_BLESS` set the seeds are written anew.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Hash, Height, Policy, Subject, TimeMs};
use twinroot_exec::Env;
use twinroot_feed::{Equivocation, Feed, Mode, Query, Shown, Signer, open, select};
use twinroot_state::{State, Tree};
use twinroot_types::{Signature, encode};

use crate::decoders::{DECODERS, asked, device, policies, stock_device};

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

/// Target, name and bytes of each seed.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let signer = || {
        let (secret, descriptor) = device();
        Signer::new(secret, descriptor).unwrap()
    };
    let feed = Feed::new(device().1).unwrap();
    let mut honest = signer();
    let first = honest.reading(TimeMs(5_000), 4_929).unwrap();
    let claim = honest.claim(TimeMs(6_000), Subject([7; 32]), 1).unwrap();
    let other = signer().reading(TimeMs(5_000), -1).unwrap();
    let [first_read, other_read] = [&first, &other].map(|it| open(&feed, it).unwrap());
    let proof = Equivocation::new(&feed, &first_read, &other_read).unwrap();
    let body = |message: &[u8]| message[1..message.len() - size_of::<Signature>()].to_vec();
    let stock = |mode| {
        let mut signer = Signer::new(device().0, stock_device(mode)).unwrap();
        signer.reading(TimeMs(1_795_334_400_000), 4_929).unwrap()
    };
    let [counted, in_slot] = [Mode::Counter, Mode::Slot].map(stock);
    let second = honest.reading(TimeMs(7_000), 9_001).unwrap();
    let third = honest.reading(TimeMs(8_000), 9_002).unwrap();
    let pool = [first.clone(), claim.clone(), other.clone(), second, third];
    let answers = policies().into_iter().filter_map(|(policy, params)| {
        let pinned = Env {
            height: Height(11),
            time: TimeMs(22_000),
            block: Hash([0; 32]),
        };
        let feeds = std::slice::from_ref(&feed);
        let bundle = select::bundle(0, policy, &params, feeds, &pool, pinned).ok()?;
        Some(("judge", name_of(policy), encode(&bundle)))
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(
        answers.len(),
        8,
        "all but the query, whose seeds are its own"
    );
    let others = vec![
        ("descriptor", "thermometer", feed.encode()),
        ("stock", "counted", counted.clone()),
        ("stock", "in_slot", in_slot),
        ("stock", "payload", payload_of(&counted)),
        ("reading", "message", first.clone()),
        ("reading", "first", encode(first_read.observation())),
        ("reading", "claim", body(&claim)),
        ("equivocation", "fork", proof.encode()),
        ("query", "answered", proof_of_a_query(true)),
        ("query", "absent", proof_of_a_query(false)),
    ];
    [others, answers].concat()
}

/// What the message holds between its empty unprotected header and its signature.
fn payload_of(stock: &[u8]) -> Vec<u8> {
    let begin = stock.iter().position(|byte| *byte == 0xa0).unwrap() + 3;
    stock[begin..stock.len() - 66].to_vec()
}

const fn name_of(policy: Policy) -> &'static str {
    match policy {
        Policy::KOfNEqual { .. } => "k_of_n",
        Policy::RunLength { .. } => "run_length",
        Policy::Median { .. } => "median",
        Policy::Duration { .. } => "duration",
        Policy::MaxGap { .. } => "max_gap",
        Policy::Fresh { .. } => "fresh",
        Policy::Any { .. } => "any",
        Policy::Equivocation { .. } => "equivocation",
        Policy::Response { .. } => "response",
    }
}

fn proof_of_a_query(there: bool) -> Vec<u8> {
    let query = asked().query();
    let own = there.then(|| (query.place().hash(), encode(&asked())));
    let others = (0..5_u8).map(|seed| (Query::hash(&[seed]), vec![seed]));
    let leaves = others.chain(own);
    let changes = leaves
        .map(|(key, value)| (key, Some(value.into())))
        .collect();
    let tree = Tree::new().updated(&changes).unwrap();
    Shown::prove(&query, Hash([5; 32]), &tree)
}

#[test]
fn the_seeds_are_what_a_device_makes() {
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

/// Bytes of a seed, some of them changed, cut off or said twice.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), any::<u8>(), 0..4_u8);
    (proptest::sample::select(seeds()), vec(change, 0..4)).prop_map(
        |((_, _, mut bytes), changes)| {
            for (place, byte, kind) in changes {
                let place = place.index(bytes.len() + 1);
                match kind {
                    0 => bytes.insert(place, byte),
                    1 => bytes.truncate(place),
                    2 => bytes.extend_from_within(place..),
                    _ => {
                        if let Some(old) = bytes.get_mut(place) {
                            *old ^= byte;
                        }
                    }
                }
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn decoders_take_any_bytes(bytes in vec(any::<u8>(), 0..700)) {
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }

    #[test]
    fn decoders_take_changed_bytes(bytes in changed()) {
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }
}
