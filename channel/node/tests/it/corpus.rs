//! The seeds of the fuzz target, `fuzz/corpus`, replayed; and the check on bytes like them. With `TWINROOT_BLESS` set the seeds are
//! written anew. What the fuzz target once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use twinroot_node::NodeMessage;

use crate::decoders::DECODERS;

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

fn seeds() -> [(&'static str, NodeMessage); 5] {
    [
        ("keep", NodeMessage::Keep(vec![7; 100])),
        ("kept", NodeMessage::Kept([8; 32])),
        ("not-kept", NodeMessage::NotKept("no room".into())),
        ("give", NodeMessage::Give),
        ("given", NodeMessage::Given(Some(vec![9; 40]))),
    ]
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    for (name, message) in seeds() {
        let file = folder("keep").join(name);
        let bytes = message.frame().split_off(32);
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            fs::create_dir_all(folder("keep")).expect("a folder");
            fs::write(&file, &bytes).expect("a file");
        }
        assert!(fs::read(&file).expect("a seed") == bytes, "{name}");
    }
    for (target, check) in DECODERS {
        for entry in fs::read_dir(folder(target)).expect("a folder") {
            let entry = entry.expect("a file");
            check(&fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn the_decoder_takes_changed_bytes() {
    for (_, message) in seeds() {
        let bytes = message.frame().split_off(32);
        for (place, bits) in
            (0..bytes.len()).flat_map(|place| [1, 0x80, 0xff].map(|bits| (place, bits)))
        {
            let mut changed = bytes.clone();
            changed[place] ^= bits;
            for (_, check) in DECODERS {
                check(&changed);
                check(&changed[..place]);
            }
        }
    }
}
