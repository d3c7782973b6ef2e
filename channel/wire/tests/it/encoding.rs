//! A value has one encoding and an encoding one value.

use core::fmt::Debug;
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twinroot_types::{DecodeError, decode, encode};
use twinroot_wire::{
    Action, Commitment, Direction, Funding, Ground, Message, MutualClose, Operation, Parameters,
    SignedFunding, SignedTransaction, Update,
};

use crate::anything::{
    close, commitment, funding, ground, message, operation, parameters, signed_funding,
    transaction, update,
};
use crate::endless::is_known;

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
    fn what_is_signed_makes_a_round_trip(
        (terms, commitment, update, close) in (parameters(), commitment(), update(), close()),
        (funding, signed, ground) in (funding(), signed_funding(), ground()),
    ) {
        is_round_trip(&terms)?;
        is_round_trip(&commitment)?;
        is_round_trip(&update)?;
        is_round_trip(&close)?;
        is_round_trip(&funding)?;
        is_round_trip(&signed)?;
        is_round_trip(&ground)?;
    }

    #[test]
    fn what_is_sent_makes_a_round_trip(message in message(), transaction in transaction()) {
        is_round_trip(&message)?;
        is_round_trip(&transaction)?;
        prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
        prop_assert_eq!(SignedTransaction::decode(&transaction.encode()), Ok(transaction));
    }

    #[test]
    fn canonical(bytes in vec(any::<u8>(), 0..400)) {
        is_canonical::<Parameters>(&bytes)?;
        is_canonical::<Commitment>(&bytes)?;
        is_canonical::<Update>(&bytes)?;
        is_canonical::<MutualClose>(&bytes)?;
        is_canonical::<Funding>(&bytes)?;
        is_canonical::<SignedFunding>(&bytes)?;
        is_canonical::<Ground>(&bytes)?;
        is_canonical::<Message>(&bytes)?;
        is_canonical::<SignedTransaction>(&bytes)?;
    }

    #[test]
    fn spoiled_bytes_are_malformed_or_say_something_else(
        (message, transaction, update) in (message(), transaction(), update()),
        (commitment, funding) in (commitment(), funding()),
        (place, with, insert) in any::<(Index, u8, bool)>(),
    ) {
        is_another(&message, place, with, insert)?;
        is_another(&transaction, place, with, insert)?;
        is_another(&update, place, with, insert)?;
        is_another(&commitment, place, with, insert)?;
        is_another(&funding, place, with, insert)?;
    }

    #[test]
    fn different_things_have_different_names(
        (one, other) in (commitment(), commitment()),
        (terms, others) in (parameters(), parameters()),
        (update, another) in (update(), update()),
        (end, ending) in (close(), close()),
        (coins, others_coins) in (funding(), funding()),
    ) {
        prop_assert_eq!(one == other, one.hash() == other.hash());
        prop_assert_eq!(terms == others, terms.channel() == others.channel());
        prop_assert_eq!(update == another, update.hash() == another.hash());
        prop_assert_eq!(end == ending, end.hash() == ending.hash());
        prop_assert_eq!(coins == others_coins, coins.hash() == others_coins.hash());
    }

    #[test]
    fn a_funding_and_its_commitment_have_different_names(funding in funding()) {
        prop_assert_ne!(funding.hash(), funding.commitment.hash());
    }

    #[test]
    fn what_was_locked_before_is_what_is_locked_after_less_what_came_in(funding in funding()) {
        let (total, amount) = (i128::from(funding.commitment.total.0), i128::from(funding.amount.0));
        let before = match funding.direction {
            Direction::Deposit => total - amount,
            Direction::Withdraw => total + amount,
        };
        let said = funding.locked_before().map(|coins| i128::from(coins.0));
        prop_assert_eq!(said, u64::try_from(before).ok().map(i128::from));
    }

    #[test]
    fn an_update_moves_what_its_first_move_says(update in update()) {
        let moves = update.moves();
        let first = update.operations.iter().find(|operation| {
            matches!(operation, Operation::Deposit(_) | Operation::Withdraw(_))
        });
        match first {
            None => prop_assert_eq!(moves, None),
            Some(Operation::Deposit(coins)) => {
                prop_assert_eq!(moves, Some((Direction::Deposit, *coins)));
            }
            Some(Operation::Withdraw(coins)) => {
                prop_assert_eq!(moves, Some((Direction::Withdraw, *coins)));
            }
            Some(_) => unreachable!("the search takes no other"),
        }
    }

    #[test]
    fn a_ground_has_the_round_of_its_commitment(ground in ground()) {
        let commitment = match &ground {
            Ground::Terms => None,
            Ground::CoSigned(state) => Some(&state.commitment),
            Ground::Funding(signed) => Some(&signed.funding.commitment),
        };
        prop_assert_eq!(ground.commitment(), commitment);
        prop_assert_eq!(ground.round().0, commitment.map_or(0, |it| it.round.0));
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
            Operation::Transfer { .. }
            | Operation::Deposit(_)
            | Operation::Withdraw(_)
            | Operation::LowerHold { .. } => 0,
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

/// The numbers with which the encodings of many generated values begin.
fn kinds<T: Serialize>(strategy: &impl Strategy<Value = T>) -> BTreeSet<u8> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut any = || strategy.new_tree(&mut runner).unwrap().current();
    (0..2_000).map(|_| encode(&any())[0]).collect()
}

/// Otherwise the laws here would hold of the kinds that someone thought of.
#[test]
fn every_kind_is_generated() {
    const MESSAGES: u8 = 17;
    const ACTIONS: u8 = 19;
    const OPERATIONS: u8 = 6;
    assert!(kinds(&message()).into_iter().eq(0..MESSAGES));
    assert!(kinds(&operation()).into_iter().eq(0..OPERATIONS));
    let actions = transaction().prop_map(|signed| signed.transaction.action);
    assert!(kinds(&actions).into_iter().eq(0..ACTIONS));
    // A kind more would be known to the decoder.
    assert!(!is_known::<Message>(MESSAGES) && is_known::<Message>(MESSAGES - 1));
    assert!(!is_known::<Operation>(OPERATIONS) && is_known::<Operation>(OPERATIONS - 1));
    assert!(!is_known::<Action>(ACTIONS) && is_known::<Action>(ACTIONS - 1));
}
