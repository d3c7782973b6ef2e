//! The codec here and that of the contracts are one (docs/spec/encoding.md, 4).

use serde_json::{Value, json};
use twinroot_sdk::prelude::*;
use twinroot_sdk::{
    ChainId, ChannelId, CodeHash, Fixed, Message, MessageId, Reading, Root, Round, Type as Written,
};

use crate::module::spec;

#[derive(Clone, Copy, Data)]
struct Deal {
    buyer: Side,
    price: Amount,
    stage: Stage,
}

#[derive(Clone, Copy, Data)]
enum Stage {
    Open = 0,
    Paid = 7,
}

/// What the attribute writes for the two in a module.
const DATA: &str = r#"
{"data":"Deal","docs":"","fields":[{"name":"buyer","type":"Side"},{"name":"price","type":"Amount"},{"name":"stage","type":"Stage"}]}
{"data":"Stage","docs":"","variants":[{"value":0,"name":"Open","docs":""},{"value":7,"name":"Paid","docs":""}]}"#;

fn agrees<T: Fixed>(value: &T, json: Value) {
    let name = written(T::TYPE);
    let lines =
        format!("{{\"entry\":\"give\",\"docs\":\"\",\"args\":[],\"returns\":\"{name}\"}}{DATA}");
    let spec = spec(&lines).unwrap();
    let kind = &spec.entries[0].returns;
    assert_eq!((kind.size(), kind.to_string()), (T::SIZE, name));
    let mut bytes = vec![0; T::SIZE];
    value.write(&mut bytes);
    assert_eq!(kind.decode(&bytes).unwrap(), json);
    assert_eq!(kind.encode(&json).unwrap(), bytes);
}

/// As the compiler writes the type into the spec.
pub(crate) fn written(kind: Written) -> String {
    let parts = [twinroot_abi::Part::Type(kind)];
    let all = |kinds: &[Written]| {
        kinds
            .iter()
            .map(|kind| written(*kind))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match kind {
        Written::Named(name) => {
            assert_eq!(twinroot_abi::line_size(&parts), name.len() + 3);
            name.to_owned()
        }
        Written::Array(item, count) => format!("[{}; {count}]", written(*item)),
        Written::Tuple([one]) => format!("({},)", written(*one)),
        Written::Tuple(items) => format!("({})", all(items)),
        Written::Of(name, items) => format!("{name}<{}>", all(items)),
        Written::Number(number) => number.to_string(),
    }
}

#[test]
fn numbers() {
    agrees(&200_u8, json!(200));
    agrees(&u16::MAX, json!(65_535));
    agrees(&u32::MAX, json!(4_294_967_295_u32));
    agrees(&u64::MAX, json!(18_446_744_073_709_551_615_u64));
    agrees(&i64::MIN, json!(-9_223_372_036_854_775_808_i64));
    agrees(&-1_i64, json!(-1));
    agrees(&Amount(5), json!(5));
    agrees(&Gas(5), json!(5));
    agrees(&Height(5), json!(5));
    agrees(&Round(5), json!(5));
    agrees(&TimeMs(5), json!(5));
}

#[test]
fn names_and_choices() {
    let (id, digits) = ([0xab; 32], json!("ab".repeat(32)));
    agrees(&Hash(id), digits.clone());
    agrees(&Root(id), digits.clone());
    agrees(&ChainId(id), digits.clone());
    agrees(&ChannelId(id), digits.clone());
    agrees(&ContractId(id), digits.clone());
    agrees(&CodeHash(id), digits.clone());
    agrees(&FeedId(id), digits.clone());
    agrees(&MessageId(id), digits.clone());
    agrees(&Subject(id), digits.clone());
    agrees(&PublicKey(id), digits);
    agrees(&true, json!(true));
    agrees(&Side::Initiator, json!("initiator"));
    agrees(&Side::Responder, json!("responder"));
    agrees(&Stage::Paid, json!("Paid"));
    agrees(&Stage::Open, json!("Open"));
}

#[test]
fn what_has_parts() {
    agrees(&(), json!(null));
    agrees(&(7_u8,), json!([7]));
    agrees(&[[1_u16, 2], [3, 4]], json!([[1, 2], [3, 4]]));
    agrees(
        &(Amount(1), false, ((), 2_u8)),
        json!([1, false, [null, 2]]),
    );
    let deal = Deal {
        buyer: Side::Responder,
        price: Amount(3),
        stage: Stage::Paid,
    };
    agrees(
        &[deal; 2],
        json!([{"buyer": "responder", "price": 3, "stage": "Paid"}, {"buyer": "responder", "price": 3, "stage": "Paid"}]),
    );
}

#[test]
fn parameters_of_policies() {
    let claims = Claims {
        subject: Subject([1; 32]),
        feeds: [FeedId([2; 32]), FeedId([3; 32])],
    };
    let hex = |byte: &str| byte.repeat(32);
    agrees(
        &claims,
        json!({"subject": hex("01"), "feeds": [hex("02"), hex("03")]}),
    );
    let band = Band {
        feed: FeedId([1; 32]),
        low: -2,
        high: 3,
        from: TimeMs(4),
        to: TimeMs(5),
    };
    agrees(
        &band,
        json!({"feed": hex("01"), "low": -2, "high": 3, "from": 4, "to": 5}),
    );
    let sources = Sources {
        from: TimeMs(4),
        to: TimeMs(5),
        feeds: [FeedId([1; 32]), FeedId([2; 32]), FeedId([3; 32])],
    };
    agrees(
        &sources,
        json!({"from": 4, "to": 5, "feeds": [hex("01"), hex("02"), hex("03")]}),
    );
    let excursion = Excursion {
        feed: FeedId([1; 32]),
        low: -2,
        high: 3,
        hysteresis: 6,
        gap_ms: 7,
        from: TimeMs(4),
        to: TimeMs(5),
    };
    agrees(
        &excursion,
        json!({"feed": hex("01"), "low": -2, "high": 3, "hysteresis": 6, "gap_ms": 7, "from": 4, "to": 5}),
    );
    let sensor = Sensor {
        feed: FeedId([1; 32]),
        from: TimeMs(4),
        to: TimeMs(5),
    };
    agrees(&sensor, json!({"feed": hex("01"), "from": 4, "to": 5}));
    let source = Source {
        feed: FeedId([1; 32]),
        mark: PLACE,
    };
    agrees(
        &source,
        json!({"feed": hex("01"), "mark": {"epoch": 8, "seq": 9}}),
    );
}

const PLACE: Mark = Mark { epoch: 8, seq: 9 };

#[test]
fn verdicts_of_policies() {
    let place = json!({"epoch": 8, "seq": 9});
    agrees(&PLACE, place.clone());
    let reading = Reading {
        value: -1,
        time: TimeMs(4),
        place: PLACE,
    };
    agrees(&reading, json!({"value": -1, "time": 4, "place": place}));
    let claim = Said::Claim {
        subject: Subject([1; 32]),
        code: 258,
    };
    let claimed = json!({"Claim": {"subject": "01".repeat(32), "code": 258}});
    for (said, json) in [
        (Said::Reading(-2), json!({"Reading": {"value": -2}})),
        (claim, claimed),
    ] {
        agrees(&said, json.clone());
        let message = Message {
            place: PLACE,
            time: TimeMs(4),
            said,
        };
        agrees(&message, json!({"place": place, "time": 4, "said": json}));
    }
}
