//! What the server takes and answers is what docs/spec/api.schema.json says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use futures_util::StreamExt;
use serde_json::{Value, json};
use twinroot_node::serve;

use super::Served;
use super::toy::{CHANNEL, Toy};

/// The written schema, as others read it.
fn written() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/api.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn holds(schema: &Value, part: &Value, value: &Value) {
    let mut part = part.clone();
    if let Value::Object(part) = &mut part {
        part.insert("$defs".into(), schema["$defs"].clone());
    }
    let validator = jsonschema::validator_for(&part).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{value} is not of {part}: {errors:?}");
}

/// Params that each method takes.
fn params(method: &str) -> Value {
    let step = json!({
        "channel": CHANNEL, "key": "k", "force_after": 5, "records": [{ "name": "00", "value": null }],
        "operations": [
            { "do": "transfer", "amount": "5" },
            { "do": "create", "wasm": "00", "args": { "words": ["a=1"] }, "fallback": 5000, "hold": 0, "gas": null },
            { "do": "call", "contract": CHANNEL, "entry": "pay", "args": { "named": {} }, "value": "0", "gas": "1", "facts": ["00"] },
            { "do": "call", "contract": CHANNEL, "entry": "pay", "args": { "encoded": { "bytes": "" } }, "value": "0", "gas": null, "facts": [] },
            { "do": "lower_hold", "until": 5 },
        ],
    });
    match method {
        "node.status" | "channel.list" => json!({}),
        "peer.add" => json!({ "peer": CHANNEL, "address": "127.0.0.1:1" }),
        "app.get" => json!({ "name": "0a" }),
        "channel.open" => json!({
            "key": "k", "peer": CHANNEL, "address": null, "deposit": "1", "peer_deposit": "2", "lock": 10, "expiry": 100
        }),
        "channel.approve" | "channel.decline" => json!({ "channel": CHANNEL, "question": null }),
        "channel.call" | "channel.force" | "channel.read" | "channel.estimate" => step,
        "channel.message" => json!({ "channel": CHANNEL, "bytes": "00" }),
        "channel.close" => json!({ "channel": CHANNEL, "solo": true }),
        "channel.show" | "channel.balances" | "channel.cancel" | "channel.settle"
        | "channel.slash" | "channel.snapshot" | "channel.export" => {
            json!({ "channel": CHANNEL })
        }
        "channel.import" => json!({ "file": "00" }),
        "events.list" | "events.follow" => json!({ "after": 0, "limit": 10, "channel": null }),
        "events.ack" => json!({ "up_to": 1 }),
        other => panic!("no params for {other} here"),
    }
}

#[tokio::test]
async fn every_answer_is_of_the_schema() {
    let served = Served::start().await;
    served.toy.newest.send_replace(3);
    let (schema, raw) = (written(), served.raw().await);
    for (method, described) in schema["methods"].as_object().unwrap() {
        let params = params(method);
        holds(&schema, &described["params"], &params);
        let answer: Value = raw.call(method, &params).await.unwrap();
        holds(&schema, &described["result"], &answer);
    }
    for (method, described) in schema["subscriptions"].as_object().unwrap() {
        let params = params(method);
        holds(&schema, &described["params"], &params);
        let items = raw.subscribe::<_, Value>(method, &params).await.unwrap();
        let items: Vec<Value> = items.take(3).map(Result::unwrap).collect().await;
        for item in items {
            holds(&schema, &described["result"], &item);
        }
    }
}

#[tokio::test]
async fn what_is_served_is_what_the_schema_lists() {
    let schema = written();
    let listed =
        |part: &str| -> Vec<String> { schema[part].as_object().unwrap().keys().cloned().collect() };
    let listed: BTreeSet<String> = listed("methods")
        .into_iter()
        .chain(listed("subscriptions"))
        .collect();
    let methods = serve::methods(&Toy::default());
    let served: BTreeSet<String> = methods.names().map(str::to_owned).collect();
    assert_eq!(listed, served);
}
