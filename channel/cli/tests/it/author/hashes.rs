//! What changes a code hash: what a contract does, and whose word it takes; not what people read of it.

use std::fs;
use std::path::Path;

use super::modules::{POLICY, SPEC, edited, replaced, rewritten};
use super::{committed, json, twinroot};

/// The code hash of a module that `inspect` believes.
fn hash_of(module: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contract.wasm");
    fs::write(&path, module).unwrap();
    let output = twinroot(Path::new("."), &["inspect", path.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    json(&output)["code_hash"].as_str().unwrap().to_owned()
}

fn committed_hash() -> String {
    hash_of(&fs::read(committed("tv-escrow.wasm")).unwrap())
}

#[test]
fn another_doc_comment_is_the_same_code() {
    let other = rewritten(
        "tv-escrow.wasm",
        "Takes the price from the buyer, once.",
        "Takes the price.",
    );
    assert_eq!(hash_of(&other), committed_hash());
}

/// In the policy section, and in the spec, which has to agree.
#[test]
fn another_policy_is_other_code() {
    const QUORUM: usize = 3;
    let other = edited("tv-escrow.wasm", POLICY, |policies| {
        // docs/spec/oracles.md, 5.1: version, count, then kind and k of the first.
        let mut policies = policies.to_vec();
        assert_eq!(policies[QUORUM], 2, "{policies:?}");
        policies[QUORUM] = 3;
        policies
    });
    let other = replaced(&other, SPEC, |spec| {
        let spec = str::from_utf8(spec).unwrap();
        spec.replace("KOfN<2, 3>", "KOfN<3, 3>").into_bytes()
    });
    assert_ne!(hash_of(&other), committed_hash());
}
