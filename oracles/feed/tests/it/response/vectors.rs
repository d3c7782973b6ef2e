//! The golden vectors of docs/spec/vectors/queries.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set. What contracts name a query by, and
//! what the ledger's blocks commit to, depends on them, so a change of one is a new protocol version.

use serde_json::{Value, json};
use twinroot_abi::{Height, PublicKey};
use twinroot_feed::{Answer, Asked, BundleError, KEPT_BLOCKS, QUESTION_BYTES, Query};
use twinroot_state::State;
use twinroot_types::encode;

use super::{QUESTION, Told, answered, asked};

#[test]
fn query_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/queries.json"
    );
    let now =
        json!({ "queries": queries(), "leaves": leaves(), "shown": shown(), "refused": refused() });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(now, held);
}

/// Questions of one byte and of the most, and heights around those at which a varint grows.
fn queries() -> Vec<Value> {
    let query = |question: &[u8], answer_by, kept_for| {
        let told = Told {
            query: Query {
                oracle: PublicKey([4; 32]),
                question: Query::hash(question),
                answer_by: Height(answer_by),
                kept_until: Height(answer_by + kept_for),
            },
            ..Told::new()
        };
        json!({
            "oracle": told.query.oracle.to_string(),
            "question": hex::encode(question),
            "question_hash": told.query.question.to_string(),
            "answer_by": told.query.answer_by.0,
            "kept_until": told.query.kept_until.0,
            "query": told.query.id().to_string(),
            "key": told.query.place().hash().to_string(),
            "params": hex::encode(told.params()),
        })
    };
    vec![
        query(QUESTION, 10, 5),
        query(b"?", 127, 1),
        query(&[0; QUESTION_BYTES], 16_384, KEPT_BLOCKS),
        query("Ist Flug 7 verspätet?".as_bytes(), 1 << 40, 2),
    ]
}

/// Leaves with an answer, with an empty one, and without one.
fn leaves() -> Vec<Value> {
    let query = Told::new().query;
    let leaf = |asked: &Asked| {
        json!({
            "query": asked.query().id().to_string(),
            "oracle": asked.oracle.to_string(),
            "question": hex::encode(&asked.question),
            "answer_by": asked.answer_by.0,
            "kept_until": asked.kept_until.0,
            "asker": asked.asker.to_string(),
            "held": asked.held.0,
            "answer": asked.answer.as_ref().map(|Answer { at, bytes }| {
                json!({ "at": at.0, "bytes": hex::encode(bytes) })
            }),
            "leaf": hex::encode(encode(asked)),
        })
    };
    [Some(&b"yes"[..]), Some(b""), None]
        .map(|answer| leaf(&asked(&query, answer)))
        .into()
}

/// What a pinned block shows of a query, and the verdict.
fn shown() -> Vec<Value> {
    let after = |change: fn(&mut Told)| {
        let mut told = Told::new();
        change(&mut told);
        told
    };
    let cases = [
        ("an answer", answered(b"yes"), Told::new()),
        (
            "an answer before the last height for it",
            answered(b"yes"),
            after(|it| it.block.height = Height(8)),
        ),
        ("a query without an answer", NONE.into(), Told::silent()),
        (
            "no such query, beside others",
            NONE.into(),
            after(|it| it.leaf = None),
        ),
        (
            "no such query, and nothing else",
            NONE.into(),
            after(|it| {
                it.leaf = None;
                it.others.clear();
            }),
        ),
    ];
    let shown = |(what, verdict, told): (&str, Vec<u8>, Told)| {
        assert_eq!(told.judge(), Ok(verdict.clone()), "{what}");
        let mut shown = told.seen(what, &told.proof());
        shown["verdict"] = hex::encode(verdict).into();
        shown
    };
    cases.into_iter().map(shown).collect()
}

fn refused() -> Vec<Value> {
    let told = Told::new;
    let at = |mut told: Told, height| {
        told.block.height = Height(height);
        (told.proof(), told)
    };
    let spoiled = |change: fn(&mut Vec<u8>)| {
        let mut proof = told().proof();
        change(&mut proof);
        (proof, told())
    };
    let own = told().query.place().hash();
    let other = told().others[0].0;
    let cases = [
        (
            "a block past the last",
            BundleError::Forgotten,
            at(told(), 16),
        ),
        (
            "no witness",
            BundleError::BadProof,
            spoiled(|it| it.truncate(32)),
        ),
        (
            "half a witness",
            BundleError::BadProof,
            spoiled(|it| it.truncate(60)),
        ),
        (
            "a byte more",
            BundleError::BadProof,
            spoiled(|it| it.push(0)),
        ),
        (
            "another block before",
            BundleError::OtherBlock,
            spoiled(|it| it[0] ^= 1),
        ),
        (
            "another ledger",
            BundleError::OtherBlock,
            (Told::silent().proof(), told()),
        ),
        (
            "another part of the ledger",
            BundleError::NotShown,
            (told().showing([other]), told()),
        ),
        (
            "more than the query",
            BundleError::Surplus,
            (told().showing([own, other]), told()),
        ),
        (
            "too early to say",
            BundleError::Pending,
            at(Told::silent(), 10),
        ),
    ];
    let refused = |(what, error, (proof, told)): (&str, BundleError, (Vec<u8>, Told))| {
        assert_eq!(told.judge_of(&proof), Err(error.into()), "{what}");
        let mut refused = told.seen(what, &proof);
        refused["error"] = json!(error.code());
        refused
    };
    cases.into_iter().map(refused).collect()
}

impl Told {
    /// What a judge is shown.
    fn seen(&self, what: &str, proof: &[u8]) -> Value {
        let pinned = self.pinned();
        json!({
            "what": what,
            "params": hex::encode(self.params()),
            "pinned": {
                "height": pinned.height.0,
                "time": pinned.time.0,
                "block": pinned.block.to_string(),
            },
            "block_before": self.block.parent.to_string(),
            "app_hash": self.tree().root().to_string(),
            "proof": hex::encode(proof),
        })
    }
}

const NONE: [u8; 267] = [0; 267];
