//! Length is looked at before anything else.

use twinroot_abi::{Amount, ChannelId, ContractId, Gas, Hash, Height, Round, Side, TimeMs};
use twinroot_exec::{Bundle, Call, Env};
use twinroot_types::{DecodeError, Limits, decode, encode};
use twinroot_wire::{Message, Operation, SignedTransaction, Update};

const LIMIT: usize = Limits::V1.transaction_bytes;

#[test]
fn a_message_beyond_the_limit_is_not_looked_at() {
    let (have, limit) = (LIMIT + 1, LIMIT);
    let too_long = DecodeError::TooLong { have, limit };
    assert_eq!(Message::decode(&vec![0xff; have]), Err(too_long));
    assert_ne!(Message::decode(&vec![0xff; limit]), Err(too_long));
}

#[test]
fn a_transaction_beyond_the_limit_is_not_looked_at() {
    let (have, limit) = (LIMIT + 1, LIMIT);
    let too_long = DecodeError::TooLong { have, limit };
    assert_eq!(SignedTransaction::decode(&vec![0xff; have]), Err(too_long));
    assert_ne!(SignedTransaction::decode(&vec![0xff; limit]), Err(too_long));
}

#[test]
fn a_length_that_promises_more_than_is_there_is_malformed() {
    // A refusal by the rules whose text claims to be 2^63 bytes long.
    let claim = [
        2, 1, 3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1,
    ];
    assert_eq!(Message::decode(&claim), Err(DecodeError::Malformed));
}

/// How an update of these operations decodes.
fn decoded(operations: Vec<Operation>) -> Result<(), DecodeError> {
    let env = Env {
        height: Height(1),
        time: TimeMs(1),
        block: Hash([1; 32]),
    };
    let update = Update {
        channel: ChannelId([1; 32]),
        base: Hash([2; 32]),
        round: Round(1),
        proposer: Side::Initiator,
        env,
        operations,
    };
    let bytes = encode(&update);
    decode::<Update>(&bytes, LIMIT).map(|decoded| assert_eq!(decoded, update))
}

fn transfers(count: usize) -> Vec<Operation> {
    let (from, amount) = (Side::Initiator, Amount(1));
    vec![Operation::Transfer { from, amount }; count]
}

fn with_facts(bundles: usize, descriptors: usize, messages: usize) -> Vec<Operation> {
    let bundle = Bundle {
        policy: 0,
        descriptors: vec![Vec::new(); descriptors],
        messages: vec![Vec::new(); messages],
    };
    vec![Operation::Call(Call {
        contract: ContractId([1; 32]),
        entry: String::new(),
        args: Vec::new(),
        value: Amount(0),
        gas: Gas(0),
        facts: vec![bundle; bundles],
    })]
}

#[test]
fn sequences_are_cut_off_while_they_are_decoded() {
    let Limits {
        operations,
        fact_messages,
        ..
    } = Limits::V1;
    let malformed = Err(DecodeError::Malformed);
    assert_eq!(decoded(transfers(operations)), Ok(()));
    assert_eq!(decoded(transfers(operations + 1)), malformed);
    assert_eq!(decoded(with_facts(operations, 1, 1)), Ok(()));
    assert_eq!(decoded(with_facts(operations + 1, 1, 1)), malformed);
    assert_eq!(decoded(with_facts(1, fact_messages, fact_messages)), Ok(()));
    assert_eq!(decoded(with_facts(1, fact_messages + 1, 1)), malformed);
    assert_eq!(decoded(with_facts(1, 1, fact_messages + 1)), malformed);
}
