//! The decoders take any text.

use proptest::prelude::*;
use serde_json::{Value, json};
use twinroot_rpc::{Incoming, read_incoming, read_request};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9.\"\\\\]{0,12}".prop_map(Value::from),
        Just(json!("2.0")),
    ];
    let names = prop::sample::select(vec![
        "jsonrpc",
        "id",
        "method",
        "params",
        "result",
        "error",
        "subscription",
        "item",
        "code",
        "message",
        "x",
    ]);
    leaf.prop_recursive(4, 32, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..8).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_a_request_or_has_a_fault(text in ".{0,200}") {
        drop(read_request(&text));
        drop(read_incoming(&text));
    }

    #[test]
    fn any_json_is_a_request_or_has_a_fault_with_a_code(value in json()) {
        match read_request(&value.to_string()) {
            Ok(request) => prop_assert_eq!(&Value::from(request.method), &value["method"]),
            Err(unreadable) => prop_assert!(unreadable.fault.stable().is_some()),
        }
        drop(read_incoming(&value.to_string()));
    }

    #[test]
    fn a_request_is_read_as_it_was_meant(id in any::<u64>(), method in ".{0,20}", params in json()) {
        let text = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": [params] }).to_string();
        let request = read_request(&text).unwrap();
        prop_assert_eq!(request.id, Some(json!(id)));
        prop_assert_eq!(request.method, method);
        prop_assert_eq!(request.params, json!([params]));
    }

    #[test]
    fn an_answer_is_read_as_it_was_meant(id in any::<u64>(), result in json()) {
        let text = json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string();
        prop_assert_eq!(read_incoming(&text), Some(Incoming::Answer { id: Some(id), result: Ok(result) }));
    }
}
