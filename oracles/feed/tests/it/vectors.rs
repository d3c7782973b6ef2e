//! The golden vectors of docs/spec/vectors/oracles.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set. Signed bytes
//! depend on them, so a change of one is a new protocol version.

use serde_json::{Value, json};
use twinroot_abi::TimeMs;
use twinroot_exec::Bundle;
use twinroot_feed::select::{k_of_n_equal, run_length};
use twinroot_feed::{Feed, open};
use twinroot_types::encode;

use crate::world::{
    DELIVERED, PARCEL, any_message, ascending, duration_of, duration_params, fresh_for, gap_over,
    gap_params, judge, judge_at, k_of_n, list_params, mark_params, median_of, median_params,
    readings, run_of, run_params, signer,
};

#[test]
fn oracle_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/oracles.json"
    );
    let now = json!({ "feeds": feeds(), "messages": messages(), "judgements": [delivery(), breach(), middle(), excursion(), silence(), price(), meter(), word()] });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(now, held);
}

fn feeds() -> Value {
    [1, 2, 3]
        .map(|seed| {
            let signer = signer(seed);
            let it = signer.feed().descriptor();
            json!({
                "seed": hex::encode([seed; 32]),
                "key": it.key.to_string(),
                "urn": it.urn,
                "quantity": it.quantity,
                "unit": it.unit,
                "scale": it.scale,
                "period_ms": it.period_ms,
                "valid_from": it.valid_from.0,
                "valid_to": it.valid_to.0,
                "descriptor": hex::encode(signer.feed().encode()),
                "id": signer.feed().id().to_string(),
            })
        })
        .into()
}

fn messages() -> Value {
    let mut signer = signer(1);
    let messages = [
        signer.reading(TimeMs(1_000), 4_929).unwrap(),
        signer.reading(TimeMs(2_000), -300).unwrap(),
        signer.claim(TimeMs(2_000), PARCEL, 300).unwrap(),
    ];
    messages.map(|bytes| message(signer.feed(), &bytes)).into()
}

fn message(feed: &Feed, bytes: &[u8]) -> Value {
    let signed = open(feed, bytes).unwrap();
    let it = signed.observation();
    let value = match it.value {
        twinroot_feed::Value::Fixed(value) => json!({ "fixed": value }),
        twinroot_feed::Value::Claim { subject, code } => {
            json!({ "subject": subject.to_string(), "code": code })
        }
    };
    json!({
        "feed": it.feed.to_string(),
        "epoch": it.epoch,
        "seq": it.seq,
        "t": it.t.0,
        "prev_t": it.prev_t.0,
        "prev": it.prev.to_string(),
        "flags": it.flags,
        "value": value,
        "body": hex::encode(encode(it)),
        "message": hex::encode(bytes),
        "id": signed.id().to_string(),
    })
}

fn delivery() -> Value {
    let attestors = ascending([1, 2, 3]);
    let pool = attestors.clone().map(|(seed, _)| {
        signer(seed)
            .claim(TimeMs(5_000), PARCEL, DELIVERED)
            .unwrap()
    });
    let feeds = attestors.map(|(_, feed)| feed);
    let params = list_params(PARCEL, &feeds.clone().map(|feed| feed.id()));
    let bundle = k_of_n_equal(0, 2, &params, &feeds, &pool).unwrap();
    let verdict = judge(k_of_n(2), &params, &bundle).unwrap();
    judgement(k_of_n(2), &params, &bundle, &verdict)
}

fn breach() -> Value {
    let mut signer = signer(1);
    let pool = readings(&mut signer, &[8_000, 8_001, 1_999, 9_000]);
    let params = run_params(signer.feed().id(), (2_000, 8_000), (1_000, 4_000));
    let bundle = run_length(1, 3, &params, signer.feed(), &pool).unwrap();
    let verdict = judge(run_of(3), &params, &bundle).unwrap();
    judgement(run_of(3), &params, &bundle, &verdict)
}

fn middle() -> Value {
    let feeds = ascending([1, 2, 3]);
    let readings = feeds.iter().zip([7, -4, 5]);
    let bundle = Bundle {
        policy: 2,
        descriptors: feeds.iter().map(|(_, feed)| feed.encode()).collect(),
        messages: readings
            .map(|((seed, _), value)| signer(*seed).reading(TimeMs(5_000), value).unwrap())
            .collect(),
    };
    let params = median_params((5_000, 6_000), &feeds.map(|(_, feed)| feed.id()));
    let verdict = judge(median_of(3), &params, &bundle).unwrap();
    judgement(median_of(3), &params, &bundle, &verdict)
}

fn excursion() -> Value {
    let mut signer = signer(1);
    let bundle = Bundle {
        policy: 3,
        descriptors: vec![signer.feed().encode()],
        messages: readings(&mut signer, &[8_001, 7_500, 9_000]),
    };
    let feed = signer.feed().id();
    let params = duration_params(feed, (2_000, 8_000), (1_000, 1_000), (1_000, 4_000));
    let verdict = judge(duration_of(2_000), &params, &bundle).unwrap();
    judgement(duration_of(2_000), &params, &bundle, &verdict)
}

fn silence() -> Value {
    let mut signer = signer(1);
    signer.reading(TimeMs(4_000), 1).unwrap();
    let bundle = Bundle {
        policy: 4,
        descriptors: vec![signer.feed().encode()],
        messages: vec![signer.reading(TimeMs(9_000), 2).unwrap()],
    };
    let params = gap_params(signer.feed().id(), (5_000, 10_000));
    let verdict = judge(gap_over(3_999), &params, &bundle).unwrap();
    judgement(gap_over(3_999), &params, &bundle, &verdict)
}

fn price() -> Value {
    let mut signer = signer(1);
    signer.reading(TimeMs(4_000), 1).unwrap();
    let bundle = Bundle {
        policy: 5,
        descriptors: vec![signer.feed().encode()],
        messages: vec![signer.reading(TimeMs(5_000), -2).unwrap()],
    };
    let params = mark_params(signer.feed().id(), (0, 1));
    let now = TimeMs(6_000);
    let verdict = judge_at(now, fresh_for(1_000), &params, &bundle).unwrap();
    let mut judgement = judgement(fresh_for(1_000), &params, &bundle, &verdict);
    judgement["now"] = json!(now.0);
    judgement
}

fn meter() -> Value {
    let mut signer = signer(1);
    let message = signer.reading(TimeMs(5_000), -2).unwrap();
    any(signer.feed(), message)
}

fn word() -> Value {
    let mut signer = signer(1);
    let message = signer.claim(TimeMs(5_000), PARCEL, DELIVERED).unwrap();
    any(signer.feed(), message)
}

fn any(feed: &Feed, message: Vec<u8>) -> Value {
    let bundle = Bundle {
        policy: 6,
        descriptors: vec![feed.encode()],
        messages: vec![message],
    };
    let params = mark_params(feed.id(), (0, 0));
    let verdict = judge(any_message(), &params, &bundle).unwrap();
    judgement(any_message(), &params, &bundle, &verdict)
}

fn judgement(
    policy: twinroot_abi::Policy,
    params: &[u8],
    bundle: &Bundle,
    verdict: &[u8],
) -> Value {
    json!({
        "policy": hex::encode(&policy.to_bytes()[..policy.size()]),
        "params": hex::encode(params),
        "descriptors": bundle.descriptors.iter().map(hex::encode).collect::<Vec<_>>(),
        "messages": bundle.messages.iter().map(hex::encode).collect::<Vec<_>>(),
        "bundle": hex::encode(encode(bundle)),
        "verdict": hex::encode(verdict),
    })
}
