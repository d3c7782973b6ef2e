//! `twinroot trace`, of steps that tests wrote down.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::modules::rewritten;
use super::{committed, error, out, twinroot};

/// A package with a module, and what its one test did.
fn package(name: &str, module: &[u8], steps: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let manifest = format!("[package]\nname = \"{name}\"\n");
    write("Cargo.toml", manifest.as_bytes());
    write(&format!("wasm/{name}.wasm"), module);
    let lines: Vec<_> = steps.iter().map(Value::to_string).collect();
    let file = format!("steps/{name}.twin.a_test.jsonl");
    write(&file, lines.join("\n").as_bytes());
    folder
}

fn trace(folder: &Path) -> Output {
    twinroot(folder, &["trace", "--steps", "steps"])
}

fn decoded(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let lines = out(output);
    let steps = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    steps
        .map(|mut step: Value| step["decoded"].take())
        .collect()
}

/// A step as the test kit writes it.
fn step(contract: &str, entry: &str, outcome: &str, host_calls: &[&str]) -> Value {
    json!({
        "contract": contract, "entry": entry, "by": "Responder", "coins": 0, "outcome": outcome, "gas": 20_000,
        "root": "", "events": [], "returned": "", "witness_bytes": 0, "posted_bytes": 0, "state_leaves": 8,
        "traced": {
            "split": { "start": 12_203, "compute": 1, "memory": 2, "storage": 3, "crypto": 4, "host": 5, "forfeited": 6 },
            "host_calls": host_calls,
            "folded": "",
            "stopped_at": ["release at src/lib.rs:52"],
        },
    })
}

#[test]
fn fields_policies_sides_and_errors_have_their_names() {
    let escrow = fs::read(committed("tv-escrow.wasm")).unwrap();
    let calls = [
        "value() = 0, at src/lib.rs:41",
        "judge(policy 0, room 2) = 2, writes 0100, at src/lib.rs:52",
        "judge(policy 0, room 2) = -412",
        "storage_read(key 01000000, room 8) = 8, writes 60ae0a0000000000",
        "storage_read(key 00000000, room 1) = -1",
        "storage_write(key 02000000, value 3200000000000000)",
        "storage_remove(key 01000000) = 1",
        "storage_remove(key 09000000) = 0",
        "transfer(side 1, amount 700000) = 0, at src/lib.rs:53",
        "  storage_read(key 01000000, room 8) = -1",
        "revert(code 3), ends the call: revert 3",
    ];
    let folder = package(
        "tv-escrow",
        &escrow,
        &[step("tv-escrow", "release", "revert 3", &calls)],
    );
    let steps = decoded(&trace(folder.path()));
    let error = "NotDelivered (3): The attestors agree on something else than a delivery.";
    assert_eq!(steps[0]["outcome"], format!("called off with {error}"));
    assert_eq!(steps[0]["arguments"], json!({}));
    let judged = steps[0]["host_calls"][2].as_str().unwrap();
    assert!(
        judged.starts_with("judge(delivered: KOfN<2, 3>) = a policy is not satisfied: "),
        "{judged}"
    );
    let told: Vec<_> = steps[0]["host_calls"].as_array().unwrap().iter().collect();
    let told = [&told[..2], &told[3..]].concat();
    let revert = format!("revert({error})");
    let want = [
        "value() = 0, at src/lib.rs:41",
        "judge(delivered: KOfN<2, 3>) = 1, at src/lib.rs:52",
        "storage_read(price) = 700000",
        "storage_read(buyer) = absent",
        "storage_write(refund_height = 50)",
        "storage_remove(price) = removed",
        // No field is there, so it stays as it was.
        "storage_remove(key 09000000) = 0",
        "transfer(700000 to responder) = paid, at src/lib.rs:53",
        // Another contract asks.
        "  storage_read(key 01000000, room 8) = -1",
        &revert,
    ];
    assert_eq!(told, want);
}

#[test]
fn arguments_returns_and_events_have_their_names() {
    let stream = fs::read(committed("per-second.wasm")).unwrap();
    let spec = twinroot_spec::Spec::of_module(&stream).unwrap();
    let event = spec
        .events
        .iter()
        .find(|event| !event.fields.is_empty())
        .unwrap();
    let size: usize = event.fields.iter().map(|field| field.kind.size()).sum();
    let known = hex::encode([&[event.value][..], &vec![0; size]].concat());
    let counter = fs::read(committed("counter.wasm")).unwrap();

    let calls = ["input_len() = 8", "input_read(), writes 0700000000000000"];
    let mut raised = step("counter", "raise", "success", &calls);
    raised["returned"] = "0900000000000000".into();
    raised["events"] = json!(["ff00"]);
    let folder = package("counter", &counter, &[raised]);
    let steps = decoded(&trace(folder.path()));
    assert_eq!(steps[0]["arguments"], json!({ "step": 7 }));
    assert_eq!(steps[0]["returned"], 9);
    assert_eq!(steps[0]["events"], json!(["ff00"]));

    let mut told = step("per-second", "init", "success", &[]);
    told["events"] = json!([known]);
    let folder = package("per-second", &stream, &[told]);
    let steps = decoded(&trace(folder.path()));
    assert_eq!(steps[0]["events"][0]["name"], *event.name);
    let fields = steps[0]["events"][0]["fields"].as_object().unwrap();
    assert_eq!(fields.len(), event.fields.len());
    // Nothing read them.
    assert!(steps[0]["arguments"].is_null());
}

#[test]
fn a_trap_is_told_with_its_line() {
    let counter = fs::read(committed("counter.wasm")).unwrap();
    let folder = package(
        "counter",
        &counter,
        &[step("counter", "raise", "trap", &[])],
    );
    let output = trace(folder.path());
    let steps = decoded(&output);
    let outcome = steps[0]["outcome"].as_str().unwrap();
    assert!(outcome.starts_with("trap: the code broke off"), "{outcome}");
    assert!(out(&output).contains("src/lib.rs:52"));
}

/// Nothing is decoded by a spec that lies, or that is not there, and nothing fails.
#[test]
fn what_cannot_be_decoded_stays_as_it_was() {
    let lies = rewritten("counter.wasm", r#""entry":"raise""#, r#""entry":"rise""#);
    let bare = twinroot_build::strip(&lies).unwrap();
    for (module, noted) in [(lies, true), (bare, false)] {
        let folder = package(
            "counter",
            &module,
            &[step("counter", "raise", "revert 1", &[])],
        );
        let output = trace(folder.path());
        assert_eq!(decoded(&output), [Value::Null]);
        assert!(out(&output).contains(r#""outcome":"revert 1""#));
        let told = error(&output);
        assert_eq!(told.contains("`rise`"), noted, "{told}");
        assert_eq!(told.contains("not decoded"), noted, "{told}");
    }
}
