//! Deposits and withdrawals.

use twinroot_abi::{Amount, Height};
use twinroot_arbiter::{Effect, Rejected};
use twinroot_wire::{Action, Direction, SignatureError, SignedFunding, Standing};

use super::{Broken, NOWHERE, Rule, check_action, drain, rules};
use crate::world::{A, B, C, LOCK, World, key, signed_funding, transfer};

const DEPOSIT: u64 = 100_000;

fn rules() -> Vec<Rule> {
    rules![
        "channel" => Rejected::NoChannel(_),
        "open" => Rejected::AlreadyClosing,
        "chain" => Rejected::StateChain,
        "version" => Rejected::StateVersion,
        "expiry" => Rejected::Expired { expiry: Height(2) },
        "locked before" => Rejected::Payout { locked: Amount(2_000), .. },
        "payouts" => Rejected::Payout { .. },
        "signatures" => Rejected::PartySignature(SignatureError::Bad { .. }),
        "round" => Rejected::Stale { .. },
        "standing" => Rejected::Stale { .. },
    ]
}

/// A channel in which a step was forced on round 2, and a funding that rests on that.
fn case(broken: &Broken<'_>, direction: Direction, amount: u64) -> (World, SignedFunding) {
    let mut world = World::open();
    assert!(world.agree(A, transfer(A, 10)));
    assert!(world.agree(B, transfer(B, 20)));
    let step = world.force(B, Some(world.state(2)), transfer(B, 1));
    world.must(B, Action::Force(step));
    world.advance(3);
    let signed = world.agree_to_fund(direction, A, amount, 3).unwrap();
    let mut funding = signed.funding;
    if broken.has("open") {
        world.must(B, world.solo(None));
    }
    if broken.has("channel") {
        funding.commitment.channel = NOWHERE;
    }
    if broken.has("chain") {
        funding.commitment.chain.0[0] ^= 1;
    }
    if broken.has("version") {
        funding.commitment.version += 1;
    }
    if broken.has("expiry") {
        funding.expiry = Height(2);
    }
    if broken.has("locked before") {
        funding.commitment.total.0 += 1;
        funding.commitment.payout[0].0 += 1;
    }
    if broken.has("payouts") {
        funding.commitment.payout[1].0 += 1;
    }
    if broken.has("round") {
        funding.commitment.round.0 = 2;
    }
    if broken.has("standing") {
        funding.standing.forced = 0;
    }
    let mut signed = signed_funding(funding);
    if broken.has("signatures") {
        signed.signatures.swap(0, 1);
    }
    (world, signed)
}

/// docs/spec/arbiter.md, 4.5.
#[test]
fn a_deposit() {
    let mut rules = rules();
    rules.extend(rules![
        "coins" => Rejected::Funds { have: Amount(99_999), need: Amount(100_000) },
        "fee on top" => Rejected::Funds { have: Amount(100_000), .. },
    ]);
    check_action(&rules, |broken| {
        let (mut world, signed) = case(broken, Direction::Deposit, DEPOSIT);
        if broken.has("coins") {
            drain(&mut world, A, DEPOSIT - 1);
        } else if broken.has("fee on top") {
            drain(&mut world, A, DEPOSIT);
        }
        (world, A, Action::Fund(signed))
    });
}

/// docs/spec/arbiter.md, 4.5.
#[test]
fn a_withdrawal() {
    check_action(&rules(), |broken| {
        let (world, signed) = case(broken, Direction::Withdraw, 300);
        (world, A, Action::Fund(signed))
    });
}

/// docs/spec/arbiter.md, 4.6.
#[test]
fn a_deposit_moves_coins_from_the_account_into_the_channel() {
    let mut world = World::open();
    assert!(world.agree(A, transfer(A, 10)));
    let funding = world.agree_to_fund(Direction::Deposit, B, 500, 0).unwrap();
    let coins = world.ledger.account(key(B)).coins;
    let receipt = world.must(C, Action::Fund(funding.clone()));
    let commitment = funding.funding.commitment.clone();
    assert_eq!(
        receipt.effect,
        Effect::Funded {
            channel: world.id(),
            direction: Direction::Deposit,
            side: twinroot_abi::Side::Responder,
            amount: Amount(500),
            commitment: Box::new(commitment.clone()),
        }
    );
    let channel = world.channel();
    assert_eq!(channel.tip, commitment);
    assert_eq!(channel.locked(), Amount(2_500));
    assert_eq!(channel.tip.payout, [990, 1_510].map(Amount));
    assert_eq!(channel.standing, Standing::co_signed(commitment.round));
    assert_eq!(channel.ground, twinroot_wire::Ground::Funding(funding));
    assert_eq!(world.ledger.account(key(B)).coins, Amount(coins.0 - 500));
}

/// docs/spec/arbiter.md, 4.6.
#[test]
fn a_withdrawal_moves_coins_from_the_channel_to_the_account() {
    let mut world = World::open();
    let funding = world.agree_to_fund(Direction::Withdraw, A, 1_000, 0);
    let coins = world.ledger.account(key(A)).coins;
    let receipt = world.must(B, Action::Fund(funding.unwrap()));
    assert!(matches!(
        receipt.effect,
        Effect::Funded {
            direction: Direction::Withdraw,
            amount: Amount(1_000),
            ..
        }
    ));
    assert_eq!(world.channel().locked(), Amount(1_000));
    assert_eq!(world.ledger.account(key(A)).coins, Amount(coins.0 + 1_000));
    // The channel goes on from there, and pays out what is left.
    assert!(world.agree(B, transfer(B, 400)));
    let round = world.last_round();
    world.must(A, world.solo(Some(round)));
    world.advance(LOCK);
    let coins = [A, B].map(|who| world.ledger.account(key(who)).coins.0);
    world.must(C, world.settle());
    let paid = [A, B].map(|who| world.ledger.account(key(who)).coins.0 - coins[who]);
    assert_eq!(paid, [400, 600]);
}

/// docs/spec/arbiter.md, 4.5: the account must have the fee and the deposit together, whoever pays
/// which.
#[test]
fn a_deposit_and_its_fee_do_not_share_coins() {
    let mut world = World::open();
    let funding = world.agree_to_fund(Direction::Deposit, A, DEPOSIT, 9);
    let fund = Action::Fund(funding.unwrap());
    let fee = world.clone().must(A, fund.clone()).fee.0;
    drain(&mut world, A, DEPOSIT + fee - 1);
    let (have, need) = (Amount(DEPOSIT + fee - 1), Amount(DEPOSIT + fee));
    let mut poor = world.clone();
    assert_eq!(
        poor.post(A, fund.clone()),
        Err(Rejected::Funds { have, need })
    );
    // Somebody else's fee comes out of somebody else's account.
    poor.must(C, fund.clone());
    assert_eq!(poor.ledger.account(key(A)).coins, Amount(fee - 1));
    let (to, amount) = (key(A), Amount(1));
    world.must(C, Action::Transfer { to, amount });
    world.must(A, fund);
    assert_eq!(world.ledger.account(key(A)).coins, Amount(0));
}

/// docs/spec/arbiter.md, 2.3: what comes in does not count before it is there.
#[test]
fn a_withdrawal_does_not_pay_its_own_fee() {
    let mut world = World::open();
    let funding = world.agree_to_fund(Direction::Withdraw, A, 1_000, 9);
    drain(&mut world, A, 600);
    let fund = Action::Fund(funding.unwrap());
    let rejected = world.post(A, fund.clone()).unwrap_err();
    assert!(matches!(rejected, Rejected::Funds { .. }), "{rejected:?}");
    world.must(B, fund);
}

#[test]
fn a_funding_counts_up_to_its_expiry() {
    let mut world = World::open();
    let funding = world.agree_to_fund(Direction::Deposit, A, 5, 3);
    let fund = Action::Fund(funding.unwrap());
    world.advance(3);
    world.clone().must(C, fund.clone());
    world.advance(1);
    let expiry = Height(3);
    assert_eq!(world.post(C, fund), Err(Rejected::Expired { expiry }));
}

/// docs/spec/arbiter.md, 4.5: numbers that no sum fits are as wrong as any others.
#[test]
fn a_withdrawal_of_more_than_any_number_is_rejected() {
    let mut world = World::open();
    let signed = world.agree_to_fund(Direction::Withdraw, A, 5, 3).unwrap();
    let mut funding = signed.funding;
    funding.amount = Amount(u64::MAX);
    let rejected = world
        .post(C, Action::Fund(signed_funding(funding.clone())))
        .unwrap_err();
    assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
    funding.direction = Direction::Deposit;
    let rejected = world
        .post(C, Action::Fund(signed_funding(funding)))
        .unwrap_err();
    assert!(matches!(rejected, Rejected::Payout { .. }), "{rejected:?}");
}
