//! The golden vectors of docs/spec/vectors/equivocation.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set.

use serde_json::{Value, json};
use twinroot_feed::{Conflict, Equivocation, Signed};

use super::{broken, contradictions, honest_pairs};
use crate::world::feed;

#[test]
fn equivocation_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/equivocation.json"
    );
    let now = json!({
        "descriptor": hex::encode(feed(1).encode()),
        "feed": feed(1).id().to_string(),
        "proofs": proofs(),
        "no_conflict": no_conflict(),
        "refused": refused(),
    });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(now, held);
}

fn proofs() -> Vec<Value> {
    let proof = |(what, conflict, [one, other]): (&str, Conflict, [Signed; 2])| {
        let proof = Equivocation::new(&feed(1), &one, &other).unwrap();
        json!({
            "what": what,
            "conflict": conflict as u8,
            "messages": [hex::encode(one.bytes()), hex::encode(other.bytes())],
            "ids": [one.id().to_string(), other.id().to_string()],
            "proof": hex::encode(proof.encode()),
        })
    };
    contradictions().into_iter().map(proof).collect()
}

fn no_conflict() -> Vec<Value> {
    let pair = |(what, messages): (&str, [Signed; 2])| json!({ "what": what, "messages": messages.map(|message| hex::encode(message.bytes())) });
    honest_pairs().into_iter().map(pair).collect()
}

fn refused() -> Vec<Value> {
    broken()
        .into_iter()
        .map(|(what, rule, proof)| json!({ "what": what, "error": rule.code(), "proof": hex::encode(proof) }))
        .collect()
}
