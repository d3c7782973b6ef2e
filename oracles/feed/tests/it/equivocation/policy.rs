//! Equivocation as a fact for a contract (docs/spec/oracles.md, 5.10 and 7.11).

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::Policy;
use twinroot_exec::Bundle;
use twinroot_feed::select::{Shortfall, equivocation};
use twinroot_feed::{BundleError, Conflict, EquivocationError, FeedError, Signed};

use super::device::life;
use super::laws::lies;
use super::{UNSEEN, after, at, contradictions};
use crate::world::{SLOT, descriptor, feed, fixed, judge};

const EQUIVOCATION: Policy = Policy::Equivocation { params: SLOT };

fn bytes(messages: &[Signed]) -> Vec<Vec<u8>> {
    messages.iter().map(|it| it.bytes().to_vec()).collect()
}

fn facts(messages: &[Signed]) -> Bundle {
    Bundle {
        policy: 0,
        descriptors: vec![feed(1).encode()],
        messages: bytes(messages),
    }
}

fn judged(facts: &Bundle) -> Result<Vec<u8>, FeedError> {
    judge(EQUIVOCATION, &fixed(&feed(1).id()), facts)
}

#[test]
fn each_contradiction_has_its_verdict() {
    for (what, conflict, pair) in contradictions() {
        let [lower, higher] = &pair;
        let verdict = [&[conflict as u8], lower.id().0.as_slice(), &higher.id().0].concat();
        assert_eq!(judged(&facts(&pair)), Ok(verdict), "{what}");
    }
}

#[test]
fn a_proof_is_two_messages_of_the_feed_in_order() {
    let (_, _, [lower, higher]) = contradictions().swap_remove(0);
    let refused = |messages: &[Signed]| judged(&facts(messages)).unwrap_err();
    let one = std::slice::from_ref(&lower);
    assert_eq!(refused(one), BundleError::TooFewMessages.into());
    let three = [lower.clone(), higher.clone(), higher.clone()];
    assert_eq!(refused(&three), BundleError::TooManyMessages.into());
    let twice = [lower.clone(), lower.clone()];
    assert_eq!(refused(&twice), EquivocationError::SameMessage.into());
    let reversed = [higher.clone(), lower.clone()];
    assert_eq!(refused(&reversed), EquivocationError::Order.into());
    let honest = [lower.clone(), after(&lower, 9_000, 1)];
    assert_eq!(refused(&honest), EquivocationError::NoConflict.into());

    let proof = facts(&[lower, higher]);
    let of_another = judge(EQUIVOCATION, &fixed(&feed(2).id()), &proof);
    assert_eq!(of_another, Err(BundleError::FeedMismatch.into()));
    let half = judge(EQUIVOCATION, &feed(1).id().0[..31], &proof);
    assert_eq!(half, Err(BundleError::BadParams.into()));
}

#[test]
fn what_is_missing_is_told() {
    let select = |messages: &[Vec<u8>]| equivocation(0, &fixed(&feed(1).id()), &feed(1), messages);
    let short = |have| Shortfall::TooFew {
        have,
        need: 2,
        rejected: Vec::new(),
    };
    assert_eq!(select(&[]), Err(short(0)));
    let one = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    assert_eq!(select(&bytes(&[one.clone(), one])), Err(short(1)));
    let other = equivocation(0, &fixed(&feed(2).id()), &feed(1), &[]);
    assert_eq!(other, Err(Shortfall::Question(BundleError::FeedMismatch)));
    assert_ne!(descriptor(1), descriptor(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_pool_shows_a_contradiction_exactly_where_two_of_it_do(lies in lies(), order in vec(any::<Index>(), 0..24)) {
        let pool: Vec<Signed> = order.iter().map(|place| place.get(&lies).clone()).collect();
        let params = fixed(&feed(1).id());
        let found = equivocation(0, &params, &feed(1), &bytes(&pool));
        let conflicts = pool.iter().enumerate().any(|(place, one)| {
            pool[place..].iter().any(|other| Conflict::between(one, other).is_some())
        });
        prop_assert_eq!(found.is_ok(), conflicts);
        if let Ok(bundle) = found {
            prop_assert!(judged(&bundle).is_ok());
            let mut reversed = bytes(&pool);
            reversed.reverse();
            prop_assert_eq!(equivocation(0, &params, &feed(1), &reversed), Ok(bundle));
        }
    }

    #[test]
    fn no_pool_of_an_honest_device_shows_one(signed in life()) {
        let found = equivocation(0, &fixed(&feed(1).id()), &feed(1), &bytes(&signed));
        prop_assert!(found.is_err());
    }
}
