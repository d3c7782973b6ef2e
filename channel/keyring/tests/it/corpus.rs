//! The seeds of the fuzz target, `fuzz/corpus`, replayed; and the check on any bytes. With `TWINROOT_BLESS` set the seeds are written
//! anew. What the fuzz target once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::decoders::DECODERS;

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    let header = [b"twinroot.backup\n".as_slice(), &[1, 0], &[9; 80]].concat();
    let file = folder("sealed").join("a-header");
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        fs::create_dir_all(folder("sealed")).unwrap();
        fs::write(&file, &header).unwrap();
    }
    assert!(fs::read(&file).unwrap() == header);
    for (target, check) in DECODERS {
        for entry in fs::read_dir(folder(target)).unwrap() {
            check(&fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn decoders_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (_, check) in DECODERS {
            check(&bytes);
        }
    }
}
