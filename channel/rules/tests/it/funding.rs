//! Coins that come into an open channel, or leave it (docs/spec/channel.md, 3).

use twinroot_abi::{Amount, Side};
use twinroot_exec::{CoinsError, Fallback};
use twinroot_rules::{Consent, Position, Refused, genesis};
use twinroot_state::{State, Tree};
use twinroot_wire::{Operation, Parameters};

use crate::world::{
    A, B, DEPOSITS, TOTAL, after, calls, create, deposit, env, first_contract, free, lower_hold,
    opened, parameters, run, shown, transfer, update, with_contract, withdraw,
};

fn refused(base: &Position<Tree>, consent: Consent, operations: Vec<Operation>) -> Refused {
    let update = update(&base.commitment, consent, operations);
    run(base, &update, consent).unwrap_err().reason
}

fn both_refuse(base: &Position<Tree>, operations: Vec<Operation>) -> Refused {
    refused(base, Consent::Both, operations)
}

/// What is locked, what a close pays, and what is free.
fn coins(of: &Position<Tree>) -> (u64, [u64; 2], [u64; 2]) {
    let commitment = &of.commitment;
    let free = Side::BOTH.map(|side| free(&of.state, side));
    (commitment.total.0, commitment.payout.map(|it| it.0), free)
}

#[test]
fn a_deposit_comes_in_as_free_coins_of_its_side() {
    let next = after(&opened(), vec![deposit(B, 70)]);
    assert_eq!(coins(&next), (TOTAL + 70, [1_000, 570], [1_000, 570]));
}

#[test]
fn a_withdrawal_takes_free_coins_of_its_side() {
    let next = after(&opened(), vec![withdraw(A, 70)]);
    assert_eq!(coins(&next), (TOTAL - 70, [930, 500], [930, 500]));
}

#[test]
fn all_free_coins_can_leave_and_come_again() {
    let gone = after(&opened(), vec![withdraw(A, 1_000)]);
    let gone = after(&gone, vec![withdraw(B, 500)]);
    assert_eq!(coins(&gone), (0, [0, 0], [0, 0]));
    assert_eq!(gone.state.leaves(), 2, "a balance of 0 stays in the tree");
    let back = after(&gone, vec![deposit(A, 1_000)]);
    let back = after(&back, vec![deposit(B, 500)]);
    assert_eq!(coins(&back), (TOTAL, DEPOSITS, DEPOSITS));
    assert_eq!(back.state.root(), opened().state.root());
}

#[test]
fn coins_of_contracts_stay_where_they_are() {
    let base = with_contract(100);
    let next = after(&base, vec![withdraw(A, 900)]);
    assert_eq!(coins(&next), (600, [50, 550], [0, 500]));
    let next = after(&next, vec![deposit(A, 5)]);
    assert_eq!(coins(&next), (605, [55, 550], [5, 500]));
}

#[test]
fn coins_of_a_contract_cannot_be_withdrawn() {
    let (have, need) = (Amount(900), Amount(901));
    let (operation, error) = (0, CoinsError::Short { have, need });
    assert_eq!(
        both_refuse(&with_contract(100), vec![withdraw(A, 901)]),
        Refused::Coins { operation, error },
        "although a close would pay out 950"
    );
}

#[test]
fn the_others_coins_cannot_be_withdrawn_as_ones_own() {
    let (have, need) = (Amount(500), Amount(501));
    let (operation, error) = (0, CoinsError::Short { have, need });
    assert_eq!(
        both_refuse(&opened(), vec![withdraw(B, 501)]),
        Refused::Coins { operation, error }
    );
}

#[test]
fn a_poster_cannot_withdraw_by_force() {
    for operation in [withdraw(A, 1), withdraw(B, 1), withdraw(A, 0)] {
        let refused = refused(&opened(), Consent::PosterOnly, vec![operation]);
        assert_eq!(refused, Refused::Funding { operation: 0 });
    }
}

#[test]
fn a_poster_cannot_deposit_by_force() {
    for operation in [deposit(A, 1), deposit(B, 1), deposit(A, 0)] {
        let refused = refused(&opened(), Consent::PosterOnly, vec![operation]);
        assert_eq!(refused, Refused::Funding { operation: 0 });
    }
}

#[test]
fn a_poster_cannot_hide_a_withdrawal_behind_a_payment() {
    let operations = vec![transfer(A, 1), withdraw(A, 1)];
    let refused = refused(&opened(), Consent::PosterOnly, operations);
    assert_eq!(refused, Refused::Funding { operation: 1 });
}

/// What is locked follows the first move alone, so a second one would make coins of nothing.
#[test]
fn coins_cannot_be_minted_by_a_deposit_beside_a_transfer() {
    let base = with_contract(100);
    for (operations, operation) in [
        (vec![deposit(A, 9), transfer(A, 9)], 0),
        (vec![transfer(A, 9), deposit(A, 9)], 1),
        (vec![deposit(A, 9), deposit(A, 9)], 0),
        (vec![deposit(A, 9), deposit(B, 9)], 0),
        (vec![deposit(A, 9), withdraw(A, 9)], 0),
        (vec![withdraw(A, 9), deposit(B, 9)], 0),
        (vec![withdraw(A, 9), withdraw(A, 9)], 0),
        (vec![deposit(A, 9), lower_hold(0)], 0),
        (vec![create(Fallback::all_to(A), 0, &[]), deposit(A, 9)], 1),
        (vec![calls(first_contract(), 0, &[]), withdraw(A, 9)], 1),
    ] {
        assert_eq!(
            both_refuse(&base, operations),
            Refused::Funding { operation }
        );
    }
}

#[test]
fn a_deposit_beyond_any_sum_is_refused() {
    let (operation, error) = (0, CoinsError::Overflow);
    assert_eq!(
        both_refuse(&opened(), vec![deposit(A, u64::MAX)]),
        Refused::Coins { operation, error },
        "the side could not hold it"
    );
    assert_eq!(
        both_refuse(&opened(), vec![deposit(A, u64::MAX - 1_000)]),
        Refused::Overflow,
        "the channel could not"
    );
    let most = after(&opened(), vec![deposit(A, u64::MAX - TOTAL)]);
    assert_eq!(most.commitment.total, Amount(u64::MAX));
}

/// The coins of both sides have a sum, so nothing on the way to it overflows.
#[test]
fn a_channel_of_very_many_coins_takes_steps() {
    let rich = Parameters {
        deposits: [Amount(u64::MAX - 1), Amount(1)],
        ..parameters()
    };
    let base = genesis(&rich, env(1)).unwrap();
    for (operation, payout) in [
        (transfer(A, 5), [u64::MAX - 6, 6]),
        (transfer(B, 1), [u64::MAX, 0]),
        (withdraw(A, 5), [u64::MAX - 6, 1]),
        (withdraw(A, u64::MAX - 1), [0, 1]),
    ] {
        let next = after(&base, vec![operation]).commitment;
        assert_eq!(next.payout, payout.map(Amount));
    }
}

#[test]
fn a_witness_of_both_balances_is_enough_for_a_move() {
    let base = with_contract(100);
    for operation in [deposit(A, 7), withdraw(A, 7), deposit(B, 7), withdraw(B, 7)] {
        let update = update(&base.commitment, Consent::Both, vec![operation]);
        let full = run(&base, &update, Consent::Both).unwrap();
        assert_eq!(full.touched.read.len(), 2, "both balances are read");
        assert_eq!(full.touched.written.len(), 1, "one is set");
        let part = run(&shown(&base, &full.touched), &update, Consent::Both).unwrap();
        assert_eq!(part.next.commitment, full.next.commitment);
        assert_eq!(part.next.state.root(), full.next.state.root());
        assert_eq!(part.touched, full.touched);
    }
}
