//! The seeds of the fuzz targets, `fuzz/corpus`, replayed; and the checks on bytes like them. With `TWINROOT_BLESS` set the seeds
//! are written anew. What a fuzz target once found lies beside them under a name of its own.

use std::fs;
use std::path::PathBuf;

use twinroot_abi::{
    Amount, ChainId, ChannelId, Hash, Height, PublicKey, Root, Round, Side, TimeMs,
};
use twinroot_exec::Env;
use twinroot_node::{ChannelFile, NodeMessage};
use twinroot_party::Checkpoint;
use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Commitment, Ground, Leaf, Package, Parameters, VERSION};

use crate::decoders::DECODERS;

fn folder(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target]
        .iter()
        .collect()
}

/// Target, name and bytes of each seed.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let messages = [
        ("keep", NodeMessage::Keep(vec![7; 100])),
        ("kept", NodeMessage::Kept([8; 32])),
        ("not-kept", NodeMessage::NotKept("no room".into())),
        ("give", NodeMessage::Give),
        ("given", NodeMessage::Given(Some(vec![9; 40]))),
    ];
    let files = [
        ("terms", Ground::Terms),
        ("co-signed", Ground::CoSigned(state())),
    ];
    messages
        .into_iter()
        .map(|(name, message)| ("keep", name, message.frame().split_off(32)))
        .chain(files.map(|(name, ground)| ("channel_file", name, file(ground).encode())))
        .collect()
}

fn file(ground: Ground) -> ChannelFile {
    let newest = match &ground {
        Ground::CoSigned(state) => Some(state.clone()),
        Ground::Terms | Ground::Funding(_) => None,
    };
    ChannelFile {
        terms: Parameters {
            chain: ChainId([1; 32]),
            version: VERSION,
            parties: [PublicKey([2; 32]), PublicKey([3; 32])],
            deposits: [Amount(1_000), Amount(500)],
            lock: 10,
            nonce: 7,
            expiry: Height(90),
        },
        side: Side::Responder,
        checkpoint: Checkpoint {
            ground,
            newest,
            leaves: vec![Leaf {
                key: Hash([4; 32]),
                value: vec![5; 3],
            }],
            last_round: Round(9),
            heard: 1,
            said: 2,
        },
        codes: vec![Package {
            wasm: b"\0asm".to_vec(),
            spec: Vec::new(),
        }],
    }
}

fn state() -> CoSigned {
    let commitment = Commitment {
        chain: ChainId([1; 32]),
        channel: ChannelId([6; 32]),
        version: VERSION,
        round: Round(8),
        prev: Hash([7; 32]),
        state_root: Root([8; 32]),
        total: Amount(1_500),
        payout: [Amount(900), Amount(600)],
        hold_until: Height(40),
        env: Env {
            height: Height(30),
            time: TimeMs(30_000),
            block: Hash([9; 32]),
        },
    };
    let signatures = [10, 11].map(|byte| Signature::from_bytes(&[byte; 64]));
    CoSigned {
        commitment,
        signatures,
    }
}

#[test]
fn every_file_of_the_corpus_passes_its_check() {
    for (target, name, bytes) in seeds() {
        let file = folder(target).join(name);
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            fs::create_dir_all(folder(target)).expect("a folder");
            fs::write(&file, &bytes).expect("a file");
        }
        assert!(fs::read(&file).expect("a seed") == bytes, "{target}/{name}");
    }
    for (target, check) in DECODERS {
        for entry in fs::read_dir(folder(target)).expect("a folder") {
            let entry = entry.expect("a file");
            check(&fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn the_decoders_take_changed_bytes() {
    for (target, _, bytes) in seeds() {
        let (_, check) = DECODERS
            .into_iter()
            .find(|(name, _)| *name == target)
            .expect("each seed is of a target");
        for (place, bits) in
            (0..bytes.len()).flat_map(|place| [1, 0x80, 0xff].map(|bits| (place, bits)))
        {
            let mut changed = bytes.clone();
            changed[place] ^= bits;
            check(&changed);
            check(&changed[..place]);
        }
    }
}
