//! Length is looked at before anything else.

use twinroot_abi::{Amount, ChannelId, ContractId, Gas, Hash, Height, Round, Side, TimeMs};
use twinroot_exec::{Bundle, Call, Env};
use twinroot_types::{DecodeError, Limits, decode, encode};
use twinroot_wire::{
    LEAVES, Leaf, Message, NOTE_BYTES, Note, Operation, SignedTransaction, Update,
};

use crate::endless::taken;

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

/// The number 2^40 as a varint.
const MANY: [u8; 6] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];

#[test]
fn a_message_that_announces_2_to_the_40_values_is_malformed() {
    assert_eq!(decode::<u64>(&MANY, 6), Ok(1 << 40));
    for begin in [
        vec![2, 1, 3],                             // a refusal and its text
        vec![8, 1],                                // leaves
        vec![10],                                  // code
        vec![10, 0],                               // its description
        vec![11, 0],                               // a note
        [vec![15], vec![7; 32], vec![8]].concat(), // the words of a refused offer
        [vec![8, 1, 1], vec![7; 32]].concat(),     // the value of a leaf
    ] {
        let claim = [begin, MANY.to_vec(), vec![1; 64]].concat();
        assert_eq!(Message::decode(&claim), Err(DecodeError::Malformed));
    }
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

fn message(message: Message) -> Result<(), DecodeError> {
    Message::decode(&message.encode()).map(|decoded| assert_eq!(decoded, message))
}

#[test]
fn a_note_has_its_limit() {
    let note = |bytes| {
        let (number, bytes) = (0, vec![7; bytes]);
        message(Message::Note(Note { number, bytes }))
    };
    assert_eq!(note(NOTE_BYTES), Ok(()));
    assert_eq!(note(NOTE_BYTES + 1), Err(DecodeError::Malformed));
}

#[test]
fn leaves_come_in_parts_of_limited_size() {
    let leaves = |count| {
        let (key, value) = (Hash([1; 32]), vec![7]);
        let (round, last) = (Round(1), true);
        let leaves = vec![Leaf { key, value }; count];
        message(Message::Leaves {
            round,
            leaves,
            last,
        })
    };
    assert_eq!(leaves(LEAVES), Ok(()));
    assert_eq!(leaves(LEAVES + 1), Err(DecodeError::Malformed));
}

/// The limit holds with the first value too many, and before room is made for those announced.
#[test]
fn no_decoder_takes_more_than_one_value_too_many() {
    let Limits {
        operations,
        fact_messages,
        code_bytes,
        ..
    } = Limits::V1;
    for (taken, limit) in [
        (taken::<Update>(0, 0), operations),
        (taken::<Call>(0, 1), operations), // the first sequence of a call are its arguments
        (taken::<Bundle>(0, 0), fact_messages),
        (taken::<Bundle>(0, 1), fact_messages),
        (taken::<Message>(8, 0), LEAVES),
        (taken::<Message>(10, 0), code_bytes), // the module, then its description
        (taken::<Message>(10, 1), code_bytes),
        (taken::<Message>(11, 0), NOTE_BYTES),
    ] {
        assert_eq!(taken, Some(limit + 1));
    }
}

/// So it can be told from a limit that holds, and the test above can fail.
#[test]
fn bytes_have_no_limit_but_that_of_the_message() {
    assert_eq!(
        taken::<Call>(0, 0),
        None,
        "the arguments; the rules limit them"
    );
}
