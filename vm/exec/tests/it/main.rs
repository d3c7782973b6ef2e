//! What the specification works out by hand.

use twinroot_abi::{Amount, Side};
use twinroot_exec::{Fallback, StateKey, set_balance};
use twinroot_state::{Overlay, State, Tree};

/// docs/spec/state.md, 2.5; the hashes were computed with another implementation of blake2b.
#[test]
fn the_worked_root_of_the_spec() {
    let key = |side| StateKey::Balance(side).hash().to_string();
    assert_eq!(
        key(Side::Initiator),
        "840fa4358dfb235d6692f866587c4445d2394bddf391e31afe68d8ec0cd29a3b"
    );
    assert_eq!(
        key(Side::Responder),
        "9524824f5d56b98ea8427c8827245592f49c7e0f0a215a1a68bf6be65e18d5c0"
    );
    let mut state = Overlay::new(Tree::new());
    set_balance(&mut state, Side::Initiator, Amount(100));
    set_balance(&mut state, Side::Responder, Amount(300));
    let (changes, _) = state.finish();
    assert_eq!(
        Tree::new().updated(&changes).unwrap().root().to_string(),
        "a197cbefecab2ef0c9fb7221811f1126dd5111e416db0e57c5854f9894f23185"
    );
}

#[test]
fn shares_are_all_of_the_coins() {
    for points in [0, 1, 3_333, 5_000, 9_999, 10_000] {
        let fallback = Fallback::new(points).unwrap();
        for coins in [0, 1, 2, 3, 99, 10_001, u64::MAX - 1, u64::MAX] {
            let [one, other] = fallback.shares(Amount(coins));
            assert_eq!(
                one.checked_add(other),
                Some(Amount(coins)),
                "{points} of {coins}"
            );
            assert_eq!(
                u128::from(one.0),
                u128::from(coins) * u128::from(points) / 10_000
            );
        }
    }
    assert_eq!(Fallback::new(10_001), None);
    assert_eq!(
        Fallback::all_to(Side::Responder).shares(Amount(7)),
        [Amount(0), Amount(7)]
    );
}
