//! What holds of every decoder on any bytes. The fuzz targets run the same checks (fuzz/README.md).
//!
//! A decoder never panics, and bytes that it takes are the one encoding of what it makes of them.
//! What it makes is within the limits, and whatever can be asked of it has an answer.

use core::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_types::{Limits, Signature, decode, encode};
use twinroot_wire::{
    Action, CoSigned, Commitment, Funding, Ground, Keys, LEAVES, Message, MutualClose, NOTE_BYTES,
    Operation, Parameters, SignedClose, SignedFunding, SignedParameters, SignedTransaction, Update,
};

/// It stops the test, or the fuzz target, where something does not hold of these bytes.
type Check = fn(&[u8]);

/// The check of each fuzz target, by its name.
pub(crate) const DECODERS: [(&str, Check); 7] = [
    ("message", message),
    ("transaction", transaction),
    ("parameters", parameters),
    ("commitment", commitment),
    ("close", close),
    ("update", update),
    ("funding", funding),
];

fn message(bytes: &[u8]) {
    let Ok(message) = Message::decode(bytes) else {
        return;
    };
    assert_eq!(message.encode(), bytes);
    match message {
        Message::Propose(proposal) => {
            within_limits(&proposal.update);
            answers_of_a_commitment(&proposal.commitment);
        }
        Message::Leaves { leaves, .. } => assert!(leaves.len() <= LEAVES),
        Message::Note(note) => assert!(note.bytes.len() <= NOTE_BYTES),
        Message::Offer { parameters, .. } => answers_of_parameters(&parameters),
        _ => {}
    }
}

fn transaction(bytes: &[u8]) {
    let Ok(signed) = SignedTransaction::decode(bytes) else {
        return;
    };
    assert_eq!(signed.encode(), bytes);
    match signed.transaction.action {
        Action::Force(force) => within_limits(&force.update),
        Action::Fund(signed) => answers_of_a_funding(&signed.funding),
        Action::Open(signed) => answers_of_parameters(&signed.parameters),
        _ => {}
    }
}

fn parameters(bytes: &[u8]) {
    if let Some(parameters) = in_both_forms::<Parameters, SignedParameters>(bytes) {
        answers_of_parameters(&parameters);
        assert_eq!(parameters.signed_bytes(), bytes);
    }
}

fn commitment(bytes: &[u8]) {
    if let Some(commitment) = in_both_forms::<Commitment, CoSigned>(bytes) {
        answers_of_a_commitment(&commitment);
        assert_eq!(commitment.signed_bytes(), bytes);
    }
}

fn close(bytes: &[u8]) {
    if let Some(close) = in_both_forms::<MutualClose, SignedClose>(bytes) {
        let _ = close.hash();
        assert_eq!(close.signed_bytes(), bytes);
    }
}

fn update(bytes: &[u8]) {
    if let Some(update) = taken::<Update>(bytes) {
        within_limits(&update);
    }
}

fn funding(bytes: &[u8]) {
    if let Some(funding) = in_both_forms::<Funding, SignedFunding>(bytes) {
        answers_of_a_funding(&funding);
        assert_eq!(funding.signed_bytes(), bytes);
    }
    if let Some(ground) = taken::<Ground>(bytes) {
        let _ = ground.round();
        assert_eq!(ground.commitment().is_none(), ground == Ground::Terms);
    }
}

/// The value in `bytes`, where they are one.
fn taken<T>(bytes: &[u8]) -> Option<T>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let value = decode::<T>(bytes, Limits::V1.transaction_bytes).ok()?;
    assert_eq!(encode(&value), bytes, "{value:?}");
    Some(value)
}

/// The value in `bytes`. The form that both signed is taken exactly where the value without the two
/// signatures is.
fn in_both_forms<T, Signed>(bytes: &[u8]) -> Option<T>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
    Signed: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let signed = taken::<Signed>(bytes).is_some();
    let body = bytes.len().checked_sub(2 * Signature::SIZE);
    let inside = body.is_some_and(|body| taken::<T>(&bytes[..body]).is_some());
    assert_eq!(signed, inside);
    taken(bytes)
}

fn within_limits(update: &Update) {
    assert!(update.operations.len() <= Limits::V1.operations);
    let _ = update.hash();
    let _ = update.gas();
    let is_move =
        |operation: &Operation| matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_));
    assert_eq!(
        update.moves().is_some(),
        update.operations.iter().any(is_move)
    );
    for operation in &update.operations {
        if let Operation::Call(call) = operation {
            assert!(call.facts.len() <= Limits::V1.operations);
            for bundle in &call.facts {
                assert!(bundle.descriptors.len() <= Limits::V1.fact_messages);
                assert!(bundle.messages.len() <= Limits::V1.fact_messages);
            }
        }
    }
}

fn answers_of_parameters(parameters: &Parameters) {
    let _ = parameters.channel();
    let _ = Keys::gate(&parameters.parties);
}

fn answers_of_a_commitment(commitment: &Commitment) {
    let _ = commitment.hash();
    let [one, other] = commitment.payout.map(|coins| u128::from(coins.0));
    let all = one + other == u128::from(commitment.total.0);
    assert_eq!(commitment.pays_its_total(), all);
}

fn answers_of_a_funding(funding: &Funding) {
    assert_ne!(funding.hash(), funding.commitment.hash());
    let _ = funding.locked_before();
    answers_of_a_commitment(&funding.commitment);
}
