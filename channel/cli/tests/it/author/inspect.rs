//! `twinroot inspect`.

use std::fs;
use std::path::Path;

use super::{assert_fails, committed, json, twinroot};

#[test]
fn a_committed_contract_is_told_as_json_where_nobody_looks() {
    let wasm = committed("tv-escrow.wasm");
    let output = twinroot(Path::new("."), &["inspect", wasm.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let told = json(&output);
    let entries = serde_json::json!(["init", "pay", "refund", "release"]);
    assert_eq!(told["entries"], entries);
    assert_eq!(told["bytes"], fs::metadata(&wasm).unwrap().len());
    let code = told["code_bytes"].as_u64().unwrap();
    assert!(code < 2 * 1024, "{code}");
    assert_eq!(told["code_hash"].as_str().unwrap().len(), 64);
    // docs/spec/vm.md, 5.5.
    assert_eq!(told["start_gas"], 12_000 + code.div_ceil(10));
    assert!(told["record"].is_null());
    let spec = &told["spec"];
    assert_eq!(spec["name"], "TvEscrow");
    assert_eq!(spec["code_hash"], told["code_hash"]);
    assert_eq!(spec["entries"][1]["payable"], true);
    assert_eq!(spec["errors"][1]["name"], "TooEarly");
    assert_eq!(spec["policies"][0]["type"], "KOfN<2, 3>");
}

#[test]
fn what_is_no_contract_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let inspect = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        twinroot(folder.path(), &["inspect", name])
    };
    assert_fails(
        &inspect("picture.png", b"\x89PNG\r\n\x1a\n"),
        1,
        "TR0401",
        &["picture.png: this is no wasm module", "twinroot build"],
    );
    assert_fails(&inspect("empty.wasm", b""), 1, "TR0401", &["empty.wasm"]);
    assert_fails(
        &inspect("component.wasm", b"\0asm\x0d\0\x01\0"),
        1,
        "TR0301",
        &["component.wasm: this is no contract", "core module"],
    );
    let mut module = fs::read(committed("tv-escrow.wasm")).unwrap();
    module.extend(b"\0\x11\x0etwinroot.build{}");
    assert_fails(
        &inspect("damaged.wasm", &module),
        1,
        "TR0402",
        &["damaged.wasm: the build record", "build the contract again"],
    );
    let absent = twinroot(folder.path(), &["inspect", "absent.wasm"]);
    assert_fails(&absent, 3, "TR0104", &["absent.wasm"]);
}
