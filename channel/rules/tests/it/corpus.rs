//! The seeds of the fuzz target of witnesses, `fuzz/corpus/witness`, replayed; and its check on
//! bytes like them. With `TWINROOT_BLESS` set the seeds are written anew.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twinroot_exec::Fallback;
use twinroot_rules::{Consent, Position};
use twinroot_state::{Touched, Tree};
use twinroot_wire::Operation;

use crate::toy::Line;
use crate::witness::DECODER;
use crate::world::{
    A, calls, create, first_contract, opened, run, transfer, update, with_contract,
};

fn folder() -> PathBuf {
    let (target, _) = DECODER;
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

/// The witness of the initiator's `operations`, posted on `base`.
fn witness(base: &Position<Tree>, operations: Vec<Operation>) -> Vec<u8> {
    let update = update(&base.commitment, Consent::PosterOnly, operations);
    let applied = run(base, &update, Consent::PosterOnly).unwrap();
    base.state.prove(&applied.touched)
}

/// Name and bytes of each seed.
fn seeds() -> [(&'static str, Vec<u8>); 6] {
    let funded = with_contract(100);
    let call = |script: &[Line]| witness(&funded, vec![calls(first_contract(), 1, script)]);
    let creation = vec![create(Fallback::all_to(A), 0, &[Line::Store(1, 2)])];
    [
        ("nothing", Tree::new().prove(&Touched::default())),
        ("transfer", witness(&opened(), vec![transfer(A, 1)])),
        ("create", witness(&funded, creation)),
        ("call", call(&[Line::Read(1), Line::Store(2, 9)])),
        ("remove", call(&[Line::Remove(3), Line::Remove(4)])),
        ("absent", call(&[Line::Scan(40)])),
    ]
}

#[test]
fn the_seeds_are_witnesses_of_steps() {
    for (name, bytes) in seeds() {
        let file = folder().join(name);
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        let held = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(held == bytes, "{}", file.display());
    }
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    let (_, check) = DECODER;
    let mut files = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        check(&fs::read(entry.unwrap().path()).unwrap());
        files += 1;
    }
    assert!(files > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn the_decoder_of_witnesses_takes_any_bytes(bytes in vec(any::<u8>(), 0..2_000)) {
        let (_, check) = DECODER;
        check(&bytes);
    }

    #[test]
    fn the_decoder_of_witnesses_takes_changed_bytes(
        (_, bytes) in select(seeds().to_vec()),
        flips in vec(any::<(Index, u8)>(), 0..6),
        (cut_off, end) in any::<(bool, Index)>(),
    ) {
        let (_, check) = DECODER;
        let mut bytes = bytes;
        for (place, with) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= with;
        }
        if cut_off {
            bytes.truncate(end.index(bytes.len()));
        }
        check(&bytes);
    }
}
