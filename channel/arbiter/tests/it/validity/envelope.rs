//! The envelope, and what is looked at before any work is done.

use twinroot_abi::{Amount, Height, PublicKey};
use twinroot_arbiter::Rejected;
use twinroot_types::{DecodeError, KeyError, Limits};
use twinroot_wire::Action;

use super::{check, drain, rules};
use crate::world::{A, B, C, COINS, World, key, signed_by};

fn gift() -> Action {
    let (to, amount) = (key(B), Amount(1));
    Action::Transfer { to, amount }
}

/// docs/spec/arbiter.md, 1.3.
#[test]
fn every_transaction() {
    let rules = rules![
        "bytes" => Rejected::Bytes(DecodeError::Trailing { surplus: 1 }),
        "chain" => Rejected::Chain,
        "version" => Rejected::Version { version: 2 },
        "expiry" => Rejected::Expired { expiry: Height(2) },
        "nonce" => Rejected::Nonce { .. },
        "key" => Rejected::Key(KeyError::Weak),
        "signature" => Rejected::Signature,
        "fee" => Rejected::Funds { .. },
        "action" => Rejected::NoChannel(_),
    ];
    check(&rules, |broken| {
        let mut world = World::before_open();
        world.advance(3);
        if broken.has("fee") {
            drain(&mut world, A, 500);
        }
        let mut transaction = world.transaction(A, gift());
        if broken.has("action") {
            let channel = world.id();
            transaction.action = Action::Settle { channel };
        }
        if broken.has("chain") {
            transaction.chain.0[0] ^= 1;
        }
        if broken.has("version") {
            transaction.version = 2;
        }
        if broken.has("expiry") {
            transaction.expiry = Height(2);
        }
        if broken.has("key") {
            transaction.sender = PublicKey([0; 32]);
            transaction.sender.0[0] = 1;
            transaction.nonce = 0;
        }
        if broken.has("nonce") {
            transaction.nonce += 1;
        }
        let signer = if broken.has("signature") { B } else { A };
        let mut bytes = signed_by(signer, transaction).encode();
        if broken.has("bytes") {
            bytes.push(0);
        }
        (world, A, bytes)
    });
}

#[test]
fn bytes_that_are_no_transaction() {
    let mut world = World::before_open();
    let malformed = Rejected::Bytes(DecodeError::Malformed);
    assert_eq!(world.submit(A, &[]), Err(malformed));
    let limit = Limits::V1.transaction_bytes;
    let have = limit + 1;
    let too_long = Rejected::Bytes(DecodeError::TooLong { have, limit });
    assert_eq!(world.submit(A, &vec![0; have]), Err(too_long));
}

#[test]
fn a_transaction_counts_up_to_its_expiry() {
    let mut world = World::before_open();
    let mut transaction = world.transaction(A, gift());
    transaction.expiry = Height(3);
    let bytes = signed_by(A, transaction).encode();
    world.advance(3);
    assert!(world.clone().submit(A, &bytes).is_ok());
    world.advance(1);
    let expiry = Height(3);
    assert_eq!(world.submit(A, &bytes), Err(Rejected::Expired { expiry }));
}

#[test]
fn a_transaction_counts_once() {
    let mut world = World::before_open();
    let bytes = signed_by(A, world.transaction(A, gift())).encode();
    assert!(world.submit(A, &bytes).is_ok());
    let (expected, posted) = (1, 0);
    let replayed = Rejected::Nonce { expected, posted };
    assert_eq!(world.submit(A, &bytes), Err(replayed));
}

/// docs/spec/arbiter.md, 1.3: nothing dear is done for who cannot pay even the fee.
#[test]
fn the_machine_is_not_asked_for_an_account_without_the_fee() {
    let mut world = World::before_open();
    drain(&mut world, C, 500);
    let code = b"broken".to_vec();
    let rejected = world.post(C, Action::Publish { code }).unwrap_err();
    assert!(matches!(rejected, Rejected::Funds { .. }), "{rejected:?}");
}

/// docs/spec/arbiter.md, 1.5 and 2.3.
#[test]
fn a_transfer() {
    let rules = rules![
        "sum" => Rejected::Overflow,
        "coins" => Rejected::Funds { .. },
    ];
    super::check_action(&rules, |broken| {
        let (to, mut amount) = (key(B), Amount(1));
        if broken.has("coins") {
            amount = Amount(COINS);
        }
        if broken.has("sum") {
            amount = Amount(u64::MAX);
        }
        (World::before_open(), A, Action::Transfer { to, amount })
    });
}

#[test]
fn a_transfer_and_its_fee_take_all_that_is_there_and_no_more() {
    let mut world = World::before_open();
    let give = |coins| Action::Transfer {
        to: key(B),
        amount: Amount(coins),
    };
    let fee = world.clone().must(A, give(COINS / 2)).fee.0;
    let most = COINS - fee;
    let (have, need) = (Amount(COINS), Amount(COINS + 1));
    assert_eq!(
        world.post(A, give(most + 1)),
        Err(Rejected::Funds { have, need })
    );
    world.must(A, give(most));
    assert_eq!(world.ledger.account(key(A)).coins, Amount(0));
}
