//! The golden vectors of docs/spec/vectors/channel.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set. Signed bytes
//! depend on them, so a change of one is a new protocol version.

use serde_json::{Map, Value, json};
use twinroot_abi::Hash;
use twinroot_types::{Signature, Tag, encode, hash_of};
use twinroot_wire::{Keys, Message, SignedTransaction};

use crate::samples::{
    close, co_signed, commitment, fundings, messages, parameters, signed_close, signed_parameters,
    transactions, updates,
};

#[test]
fn channel_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/channel.json"
    );
    let now = json!({
        "keys": parameters().parties.map(|key| key.to_string()),
        "parameters": signed_parameters_vector(),
        "updates": updates_vector(),
        "commitment": commitment_vector(),
        "fundings": fundings_vector(),
        "close": close_vector(),
        "messages": messages_vector(),
        "transactions": transactions_vector(),
    });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(
        now == held,
        "signed bytes changed; TWINROOT_BLESS=1 writes the vectors anew, the diff shows which"
    );
}

/// The vectors also hold what they claim: bytes decode, signatures verify.
#[test]
fn vectors_are_of_good_form() {
    let parties = parameters().parties;
    let keys = Keys::gate(&parties).unwrap();
    assert_eq!(keys.verify_parameters(&signed_parameters()), Ok(()));
    assert_eq!(keys.verify_both(&co_signed()), Ok(()));
    assert_eq!(keys.verify_close(&signed_close()), Ok(()));
    assert!(commitment().pays_its_total());
    for (_, signed) in fundings() {
        assert_eq!(keys.verify_funding(&signed), Ok(()));
        assert!(signed.funding.commitment.pays_its_total());
        assert_eq!(signed.funding.locked_before(), Some(commitment().total));
    }
    for (_, message) in messages() {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
    for (_, transaction) in transactions() {
        assert_eq!(
            SignedTransaction::decode(&transaction.encode()),
            Ok(transaction)
        );
    }
}

fn signed_parameters_vector() -> Value {
    json!({
        "bytes": hex::encode(parameters().signed_bytes()),
        "channel": parameters().channel().to_string(),
        "signatures": hexes(signed_parameters().signatures),
    })
}

fn updates_vector() -> Value {
    object(updates().map(|(name, update)| {
        let bytes = hex::encode(encode(&update));
        (
            name,
            json!({ "bytes": bytes, "hash": update.hash().to_string() }),
        )
    }))
}

fn commitment_vector() -> Value {
    json!({
        "bytes": hex::encode(commitment().signed_bytes()),
        "hash": commitment().hash().to_string(),
        "signatures": hexes(co_signed().signatures),
    })
}

fn fundings_vector() -> Value {
    object(fundings().map(|(name, signed)| {
        let value = json!({
            "bytes": hex::encode(signed.funding.signed_bytes()),
            "hash": signed.funding.hash().to_string(),
            "signatures": hexes(signed.signatures),
        });
        (name, value)
    }))
}

fn close_vector() -> Value {
    json!({
        "bytes": hex::encode(close().signed_bytes()),
        "hash": close().hash().to_string(),
        "signatures": hexes(signed_close().signatures),
    })
}

fn messages_vector() -> Value {
    object(
        messages()
            .into_iter()
            .map(|(name, message)| (name, json!(hex::encode(message.encode())))),
    )
}

fn transactions_vector() -> Value {
    object(transactions().into_iter().map(|(name, signed)| {
        let hash = Hash(hash_of(Tag::TRANSACTION, &signed.transaction));
        (
            name,
            json!({ "bytes": hex::encode(signed.encode()), "hash": hash.to_string() }),
        )
    }))
}

fn hexes(signatures: [Signature; 2]) -> Value {
    signatures
        .map(|signature| hex::encode(signature.to_bytes()))
        .into()
}

fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let entries = entries.into_iter();
    Value::Object(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}
