//! What the API takes and what it refuses.

use serde_json::{Value, from_value, json};
use twinroot_abi::Amount;
use twinroot_client::api::{Args, Coins, Events, Open, Operation, Step};

fn channel() -> String {
    "07".repeat(32)
}

#[test]
fn coins_are_decimal_strings_below_2_to_the_64() {
    let coins: Coins = from_value(json!("18446744073709551615")).unwrap();
    assert_eq!(coins, Coins(Amount(u64::MAX)));
    assert_eq!(
        serde_json::to_value(coins).unwrap(),
        json!("18446744073709551615")
    );
    for wrong in [
        json!(5),
        json!("18446744073709551616"),
        json!("-1"),
        json!("+1"),
        json!("1.0"),
        json!("0x10"),
        json!(""),
        json!(null),
    ] {
        assert!(from_value::<Coins>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn ids_are_64_hex_digits() {
    for wrong in ["", "07", &"0g".repeat(32), &"07".repeat(33)] {
        assert!(
            from_value::<twinroot_client::api::Id>(json!(wrong)).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn unknown_fields_are_refused() {
    let open = json!({
        "key": "k", "peer": channel(), "address": null, "deposit": "5", "peer_deposit": "5", "lock": 10, "expiry": 100
    });
    from_value::<Open>(open.clone()).unwrap();
    let step = json!({ "channel": channel(), "operations": [{ "do": "transfer", "amount": "5" }] });
    from_value::<Step>(step.clone()).unwrap();
    from_value::<Events>(json!({})).unwrap();
    let with = |mut value: Value| {
        value["besides"] = json!(1);
        value
    };
    assert!(from_value::<Open>(with(open)).is_err());
    assert!(from_value::<Step>(with(step)).is_err());
    assert!(from_value::<Events>(json!({ "besides": 1 })).is_err());
    assert!(
        from_value::<Operation>(json!({ "do": "transfer", "amount": "5", "besides": 1 })).is_err()
    );
    assert!(from_value::<Operation>(json!({ "do": "steal", "amount": "5" })).is_err());
}

#[test]
fn an_argument_may_be_called_bytes() {
    let named: Args = from_value(json!({ "named": { "bytes": "07" } })).unwrap();
    assert!(matches!(named, Args::Named(_)));
    let encoded: Args = from_value(json!({ "encoded": { "bytes": "07" } })).unwrap();
    assert!(matches!(encoded, Args::Encoded { .. }));
}
