//! A value has one encoding and an encoding one value.

use core::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_types::{DecodeError, decode, encode};
use twinroot_wire::{
    Commitment, Message, MutualClose, Operation, Parameters, SignedTransaction, Update,
};

use crate::anything::{close, commitment, message, parameters, transaction, update};

const ROOM: usize = 1 << 20;

fn is_round_trip<T>(value: &T) -> Result<(), TestCaseError>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let bytes = encode(value);
    prop_assert_eq!(&decode::<T>(&bytes, ROOM).unwrap(), value);
    let longer = [bytes.as_slice(), &[0]].concat();
    let trailing = DecodeError::Trailing { surplus: 1 };
    prop_assert_eq!(decode::<T>(&longer, ROOM), Err(trailing));
    let shorter = &bytes[..bytes.len() - 1];
    prop_assert_eq!(decode::<T>(shorter, ROOM), Err(DecodeError::Malformed));
    Ok(())
}

/// Whatever decodes is the one encoding of what it decodes to.
fn is_canonical<T>(bytes: &[u8]) -> Result<(), TestCaseError>
where
    T: Serialize + DeserializeOwned,
{
    if let Ok(value) = decode::<T>(bytes, ROOM) {
        prop_assert_eq!(encode(&value), bytes);
    }
    Ok(())
}

/// Bytes with one of them changed, or with one put in.
fn spoiled(bytes: &[u8], place: Index, with: u8, insert: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = place.index(bytes.len());
    if insert {
        bytes.insert(place, with);
    } else {
        bytes[place] ^= with.max(1);
    }
    bytes
}

fn is_another<T>(value: &T, place: Index, with: u8, insert: bool) -> Result<(), TestCaseError>
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let bytes = spoiled(&encode(value), place, with, insert);
    if let Ok(other) = decode::<T>(&bytes, ROOM) {
        prop_assert_ne!(&other, value);
        prop_assert_eq!(encode(&other), bytes);
    }
    Ok(())
}

proptest! {
    #[test]
    fn round_trip(
        (one, two, three) in (parameters(), commitment(), update()),
        (four, five, six) in (close(), message(), transaction()),
    ) {
        is_round_trip(&one)?;
        is_round_trip(&two)?;
        is_round_trip(&three)?;
        is_round_trip(&four)?;
        is_round_trip(&five)?;
        is_round_trip(&six)?;
        prop_assert_eq!(Message::decode(&five.encode()), Ok(five));
        prop_assert_eq!(SignedTransaction::decode(&six.encode()), Ok(six));
    }

    #[test]
    fn canonical(bytes in vec(any::<u8>(), 0..400)) {
        is_canonical::<Parameters>(&bytes)?;
        is_canonical::<Commitment>(&bytes)?;
        is_canonical::<Update>(&bytes)?;
        is_canonical::<MutualClose>(&bytes)?;
        is_canonical::<Message>(&bytes)?;
        is_canonical::<SignedTransaction>(&bytes)?;
    }

    #[test]
    fn spoiled_bytes_are_malformed_or_say_something_else(
        (message, transaction, update, commitment) in (message(), transaction(), update(), commitment()),
        (place, with, insert) in any::<(Index, u8, bool)>(),
    ) {
        is_another(&message, place, with, insert)?;
        is_another(&transaction, place, with, insert)?;
        is_another(&update, place, with, insert)?;
        is_another(&commitment, place, with, insert)?;
    }

    #[test]
    fn decoders_take_any_bytes(bytes in vec(any::<u8>(), 0..2_000)) {
        let _ = Message::decode(&bytes);
        let _ = SignedTransaction::decode(&bytes);
    }

    #[test]
    fn different_things_have_different_names(
        (one, other) in (commitment(), commitment()),
        (terms, others) in (parameters(), parameters()),
        (update, another) in (update(), update()),
        (end, ending) in (close(), close()),
    ) {
        prop_assert_eq!(one == other, one.hash() == other.hash());
        prop_assert_eq!(terms == others, terms.channel() == others.channel());
        prop_assert_eq!(update == another, update.hash() == another.hash());
        prop_assert_eq!(end == ending, end.hash() == ending.hash());
    }

    #[test]
    fn a_commitment_pays_its_total_or_does_not(commitment in commitment(), payout: [u32; 2], more in 0..2u64) {
        let [one, two] = payout.map(u64::from);
        let paying = Commitment {
            payout: [one, two].map(twinroot_abi::Amount),
            total: twinroot_abi::Amount(one + two + more),
            ..commitment
        };
        prop_assert_eq!(paying.pays_its_total(), more == 0);
    }

    #[test]
    fn the_gas_of_an_update_is_that_of_all_its_calls(update in update()) {
        let sum: u128 = update.operations.iter().map(|operation| match operation {
            Operation::Transfer { .. } => 0,
            Operation::Create { gas, .. } => u128::from(gas.0),
            Operation::Call(call) => u128::from(call.gas.0),
        }).sum();
        prop_assert_eq!(update.gas().map(|gas| u128::from(gas.0)), u64::try_from(sum).ok().map(u128::from));
    }
}

#[test]
fn a_payout_beyond_any_sum_is_no_total() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut commitment = commitment().new_tree(&mut runner).unwrap().current();
    commitment.payout = [u64::MAX, 1].map(twinroot_abi::Amount);
    commitment.total = twinroot_abi::Amount(0);
    assert!(!commitment.pays_its_total());
}
