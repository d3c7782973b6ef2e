//! Bytes of calls, events and leaves, as JSON.

use serde_json::{Value, json};
use twinroot_abi::Policy;
use twinroot_spec::{Leaf, Spec};

use crate::module::{committed, module, spec};

const LINES: &str = r#"{"contract":"Shop","docs":"","storage":[{"name":"price","type":"Value<Amount>","docs":"","first":"Amount"},{"name":"open","type":"Map<(Side, u16), bool>","docs":"","first":"()"},{"name":"moves","type":"List<u8>","docs":"","first":"()"},{"name":"breach","type":"RunLength<2>","docs":"","first":"Band"}]}
"#;

fn shop() -> Spec {
    let policy = Policy::RunLength { n: 2, params: 3 };
    Spec::of_module(&module(&["init"], &[policy], LINES)).unwrap()
}

#[test]
fn each_leaf_belongs_to_a_field() {
    let shop = shop();
    let leaf = |field, key: Option<Value>, value| Ok(Leaf { field, key, value });
    let price = shop.decode_storage(&[0, 0, 0, 0], &[5, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(price, leaf("price", None, json!(5)));
    let open = shop.decode_storage(&[1, 0, 0, 0, 1, 2, 1], &[1]);
    assert_eq!(
        open,
        leaf("open", Some(json!(["responder", 258])), json!(true))
    );
    let length = shop.decode_storage(&[2, 0, 0, 0], &[9, 0, 0, 0]);
    assert_eq!(length, leaf("moves", None, json!(9)));
    let item = shop.decode_storage(&[2, 0, 0, 0, 8, 0, 0, 0], &[7]);
    assert_eq!(item, leaf("moves", Some(json!(8)), json!(7)));
    let band = shop.decode_storage(&[3, 0, 0, 0], &[0; 64]).unwrap();
    assert_eq!((band.field, &band.value["low"]), ("breach", &json!(0)));
}

#[test]
fn a_foreign_leaf_is_told_apart() {
    let shop = shop();
    for (key, value, message) in [
        (
            &[4, 0, 0, 0][..],
            &[][..],
            "no field of the contract has the key 04000000",
        ),
        (
            &[0, 0, 0],
            &[],
            "no field of the contract has the key 000000",
        ),
        (
            &[0, 0, 0, 0, 1],
            &[],
            "no field of the contract has the key 0000000001",
        ),
        (
            &[1, 0, 0, 0],
            &[1],
            "the key of `open`: wants 3 bytes, got 0",
        ),
        (
            &[2, 0, 0, 0, 1],
            &[1],
            "the key of `moves`: wants 4 bytes, got 1",
        ),
        (&[0, 0, 0, 0], &[1], "`price`: wants 8 bytes, got 1"),
        (
            &[1, 0, 0, 0, 2, 0, 0],
            &[1],
            "the key of `open`: the byte 0x02 stands for no Side",
        ),
        (
            &[1, 0, 0, 0, 1, 0, 0],
            &[3],
            "`open`: the byte 0x03 stands for no bool",
        ),
    ] {
        let error = shop.decode_storage(key, value).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn events_by_their_numbers() {
    let insurance = committed("truck-insurance");
    let mut paid = vec![0, 1, 5, 0, 0, 0, 0, 0, 0, 0];
    paid.extend([255; 8]);
    paid.extend([0; 8]);
    let fields = json!({"to": "responder", "coins": 5, "first": u64::MAX, "last": 0});
    assert_eq!(insurance.decode_event(&paid), Ok(("Paid", fields)));
    for (bytes, message) in [
        (&[][..], "the contract has no event of no bytes;"),
        (&[2], "the contract has no event 2;"),
        (
            &[1, 0],
            "the fields of the event `Returned`: wants 9 bytes, got 1",
        ),
    ] {
        let error = insurance.decode_event(bytes).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn arguments_and_returns() {
    let spec = spec(r#"{"entry":"add","docs":"","args":[{"name":"left","type":"u8"},{"name":"on","type":"Mode"}],"returns":"(u16, bool)"}
{"data":"Mode","docs":"","variants":[{"value":7,"name":"Fast","docs":""}]}"#).unwrap();
    assert_eq!(
        spec.decode_args("add", &[3, 7]),
        Ok(json!({"left": 3, "on": "Fast"}))
    );
    assert_eq!(
        spec.decode_return("add", &[1, 1, 0]),
        Ok(json!([257, false]))
    );
    let error = |result: Result<Value, twinroot_spec::DecodeError>| result.unwrap_err().to_string();
    assert_eq!(
        error(spec.decode_args("add", &[3])),
        "the arguments of `add`: wants 2 bytes, got 1"
    );
    assert_eq!(
        error(spec.decode_args("add", &[3, 8])),
        "the arguments of `add`: the byte 0x08 stands for no Mode"
    );
    assert_eq!(
        error(spec.decode_return("add", &[])),
        "what `add` returns: wants 3 bytes, got 0"
    );
    assert_eq!(
        error(spec.decode_args("sub", &[])),
        "there is no entry `sub`; there are: add"
    );
}
