//! The seeds of the fuzz targets, `fuzz/corpus`, replayed; and every decoder on bytes like them. With `TWINROOT_BLESS` set
//! the seeds are written anew. What a fuzz target once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::decoders::DECODERS;

/// Target, name and text of each seed.
const SEEDS: [(&str, &str, &str); 8] = [
    (
        "request",
        "status",
        r#"{"jsonrpc":"2.0","id":1,"method":"node.status"}"#,
    ),
    (
        "request",
        "call",
        r#"{"jsonrpc":"2.0","id":"a","method":"channel.call","params":{"channel":"00ff","operations":[{"transfer":{"amount":"5"}}],"key":"k"}}"#,
    ),
    (
        "request",
        "a-batch",
        r#"[{"jsonrpc":"2.0","id":1,"method":"node.status"}]"#,
    ),
    (
        "request",
        "a-deep-one",
        r#"{"jsonrpc":"2.0","method":"x","params":[[[[[[{"a":[1e9,-0.0,null]}]]]]]]}"#,
    ),
    (
        "incoming",
        "an-answer",
        r#"{"jsonrpc":"2.0","id":7,"result":{"round":3}}"#,
    ),
    (
        "incoming",
        "a-number-beyond-64-bits",
        r#"{"jsonrpc":"2.0","id":60,"result":{"round":13333333333333333333333333333333333333333}}"#,
    ),
    (
        "incoming",
        "a-fault",
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON","data":{"code":"TR0701","advice":""}}}"#,
    ),
    (
        "incoming",
        "an-item",
        r#"{"jsonrpc":"2.0","method":"subscription.item","params":{"subscription":1,"item":{"id":9}}}"#,
    ),
];

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

#[test]
fn the_seeds_are_what_is_said() {
    for (target, name, text) in SEEDS {
        let file = folder(target).join(name);
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            fs::create_dir_all(folder(target)).unwrap();
            fs::write(&file, text).unwrap();
        }
        let held = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(held == text.as_bytes(), "{}", file.display());
    }
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    for (target, check) in DECODERS {
        for entry in fs::read_dir(folder(target)).unwrap() {
            check(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn decoders_take_changed_bytes(
        (_, _, text) in select(SEEDS.to_vec()),
        changes in vec((any::<Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }
}
