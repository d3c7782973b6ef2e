//! Every rule of the ledger that a transaction can break, one by one.

use twinroot_abi::{Amount, ChannelId, Gas, Height, PublicKey, Root, Round, Side};
use twinroot_arbiter::{Genesis, LOCK_LIMIT, Ledger, Rejected};
use twinroot_exec::Fallback;
use twinroot_state::{Touched, WitnessError};
use twinroot_types::{DecodeError, KeyError, Limits};
use twinroot_wire::{
    Action, CoSigned, MutualClose, Operation, Parameters, SignatureError, Transaction,
};

use crate::toy::{Toy, code};
use crate::world::{
    A, B, C, COINS, World, co_signed, create, key, signed_by, signed_close, signed_terms, transfer,
};

fn gift() -> Action {
    let (to, amount) = (key(B), Amount(1));
    Action::Transfer { to, amount }
}

/// What becomes of a gift of the initiator's whose envelope is spoiled before it is signed.
fn envelope(spoil: impl FnOnce(&mut Transaction)) -> Rejected {
    let mut world = World::before_open();
    world.advance(3);
    let mut transaction = world.transaction(A, gift());
    let fine = world
        .clone()
        .submit(A, &signed_by(A, transaction.clone()).encode());
    assert!(fine.is_ok(), "good before");
    spoil(&mut transaction);
    world
        .submit(A, &signed_by(A, transaction).encode())
        .unwrap_err()
}

/// A channel with two payments that the ledger does not know of.
fn channel() -> World {
    let mut world = World::open();
    assert!(world.agree(A, transfer(A, 10)));
    assert!(world.agree(B, transfer(B, 20)));
    world
}

fn rejected(world: &mut World, who: usize, action: Action) -> Rejected {
    world.post(who, action).unwrap_err()
}

/// What becomes of an opening whose terms are spoiled before both sign them.
fn opening(spoil: impl FnOnce(&mut Parameters)) -> Rejected {
    let mut world = World::before_open();
    world.advance(3);
    let mut terms = world.terms.clone();
    spoil(&mut terms);
    rejected(&mut world, A, Action::Open(signed_terms(&terms)))
}

#[test]
fn bytes_that_are_no_transaction() {
    let mut world = World::before_open();
    let malformed = Rejected::Bytes(DecodeError::Malformed);
    assert_eq!(world.submit(A, &[]), Err(malformed));
    let mut longer = signed_by(A, world.transaction(A, gift())).encode();
    longer.push(0);
    let trailing = Rejected::Bytes(DecodeError::Trailing { surplus: 1 });
    assert_eq!(world.submit(A, &longer), Err(trailing));
    let (have, limit) = (
        Limits::V1.transaction_bytes + 1,
        Limits::V1.transaction_bytes,
    );
    let too_long = Rejected::Bytes(DecodeError::TooLong { have, limit });
    assert_eq!(world.submit(A, &vec![0; have]), Err(too_long));
}

#[test]
fn another_chain() {
    assert_eq!(envelope(|it| it.chain.0[0] ^= 1), Rejected::Chain);
    assert_eq!(opening(|it| it.chain.0[0] ^= 1), Rejected::Chain);
}

#[test]
fn another_version() {
    let version = 2;
    assert_eq!(envelope(|it| it.version = 2), Rejected::Version { version });
    assert_eq!(opening(|it| it.version = 2), Rejected::Version { version });
}

#[test]
fn expired() {
    let expiry = Height(2);
    assert_eq!(
        envelope(|it| it.expiry = expiry),
        Rejected::Expired { expiry }
    );
    assert_eq!(
        opening(|it| it.expiry = expiry),
        Rejected::Expired { expiry }
    );
    let mut world = channel();
    world.advance(3);
    let close = signed_close(world.mutual(2));
    assert_eq!(rejected(&mut world, A, close), Rejected::Expired { expiry });
    let close = signed_close(world.mutual(3));
    assert!(world.post(A, close).is_ok());
}

#[test]
fn nonces_that_are_not_the_next() {
    let nonce = |posted| Rejected::Nonce {
        expected: 0,
        posted,
    };
    assert_eq!(envelope(|it| it.nonce = 1), nonce(1));
    let mut world = World::before_open();
    let bytes = signed_by(A, world.transaction(A, gift())).encode();
    assert!(world.submit(A, &bytes).is_ok());
    let replayed = Rejected::Nonce {
        expected: 1,
        posted: 0,
    };
    assert_eq!(world.submit(A, &bytes), Err(replayed));
}

#[test]
fn weak_keys() {
    let mut identity = PublicKey([0; 32]);
    identity.0[0] = 1;
    assert_eq!(
        envelope(|it| it.sender = identity),
        Rejected::Key(KeyError::Weak)
    );
    let error = KeyError::Weak;
    let side = Side::Responder;
    let weak = Rejected::PartySignature(SignatureError::Key { side, error });
    assert_eq!(opening(|it| it.parties[1] = identity), weak);
}

#[test]
fn signatures_of_others() {
    let mut world = World::before_open();
    let bytes = signed_by(B, world.transaction(A, gift())).encode();
    assert_eq!(world.submit(A, &bytes), Err(Rejected::Signature));
}

#[test]
fn more_coins_than_there_are() {
    let mut world = World::before_open();
    let fee = world.clone().must(A, gift()).fee.0;
    let give = |coins| Action::Transfer {
        to: key(B),
        amount: Amount(coins),
    };
    // A large amount has a longer encoding than 1.
    let fee = fee + 3;
    let most = COINS - fee;
    let (have, need) = (Amount(COINS), Amount(COINS + 1));
    assert_eq!(
        rejected(&mut world, A, give(most + 1)),
        Rejected::Funds { have, need }
    );
    world.must(A, give(most));
    assert_eq!(world.ledger.account(key(A)).coins, Amount(0));
}

#[test]
fn nothing_is_done_for_an_account_that_cannot_pay_the_fee() {
    let mut world = World::before_open();
    let (to, amount) = (key(A), Amount(COINS - 1_200));
    world.must(C, Action::Transfer { to, amount });
    let have = world.ledger.account(key(C)).coins;
    assert!(have < Amount(600), "the fee of what follows");
    let code = b"broken".to_vec();
    let refused = rejected(&mut world, C, Action::Publish { code });
    assert!(
        matches!(refused, Rejected::Funds { have: there, .. } if there == have),
        "the machine was not asked: {refused:?}"
    );
}

#[test]
fn deposits_that_are_not_there() {
    let mut short = World::before_open().terms;
    for (who, need) in [(A, COINS + 1), (B, COINS + 1)] {
        short.deposits = [Amount(1); 2];
        short.deposits[who] = Amount(need);
        let (have, need) = (Amount(COINS), Amount(need));
        let deposits = short.deposits;
        assert_eq!(
            opening(|it| it.deposits = deposits),
            Rejected::Funds { have, need }
        );
    }
    let refused = opening(|it| it.deposits[A] = Amount(COINS));
    assert!(
        matches!(refused, Rejected::Funds { .. }),
        "the fee comes on top"
    );
}

#[test]
fn gas_that_the_poster_cannot_pay() {
    let mut world = channel();
    let mut costly = create(0);
    if let Operation::Create { fallback, gas, .. } = &mut costly[0] {
        *fallback = Fallback::all_to(Side::Responder);
        *gas = Limits::V1.update_gas;
    }
    // Enough for the transaction and for the gas that it will use, but not for its limit.
    let (to, amount) = (key(C), Amount(COINS - 1_000 - 10_000));
    world.must(B, Action::Transfer { to, amount });
    let step = world.force(B, None, costly.clone());
    let have = world.ledger.account(key(B)).coins;
    let refused = rejected(&mut world, B, Action::Force(step));
    assert!(
        matches!(refused, Rejected::Funds { have: there, need } if there == have && need.0 > 50_000)
    );
    if let Operation::Create { gas, .. } = &mut costly[0] {
        *gas = Gas(1_000);
    }
    let step = world.force(B, None, costly);
    world.must(B, Action::Force(step));
}

#[test]
fn sums_that_do_not_fit() {
    let mut world = World::before_open();
    let (to, amount) = (key(B), Amount(u64::MAX));
    assert_eq!(
        rejected(&mut world, A, Action::Transfer { to, amount }),
        Rejected::Overflow
    );
    let mut world = channel();
    let mut step = world.force(B, None, transfer(B, 1));
    let gas = Gas(u64::MAX);
    step.update.operations = [create(0), create(0)].concat();
    for operation in &mut step.update.operations {
        if let Operation::Create { gas: limit, .. } = operation {
            *limit = gas;
        }
    }
    assert_eq!(
        rejected(&mut world, B, Action::Force(step)),
        Rejected::Overflow
    );
}

#[test]
fn code_that_does_not_pass() {
    let mut world = World::before_open();
    let code = b"no toy".to_vec();
    assert!(matches!(
        rejected(&mut world, A, Action::Publish { code }),
        Rejected::Code(_)
    ));
}

#[test]
fn code_that_is_there_already() {
    let mut world = World::open();
    let bytes = b"toy".to_vec();
    let published = Rejected::Published(code(&bytes).hash);
    assert_eq!(
        rejected(&mut world, B, Action::Publish { code: bytes }),
        published
    );
}

#[test]
fn a_broken_machine() {
    let mut world = World::before_open();
    let code = b"broken".to_vec();
    assert!(matches!(
        rejected(&mut world, A, Action::Publish { code }),
        Rejected::Machine(_)
    ));
    let mut world = World::open();
    assert!(world.agree(A, create(0)));
    let mut step = world.force(B, Some(world.state(1)), world.call(0, &[]));
    step.update.operations = world.call(0, &[crate::toy::Line::Break]);
    assert!(matches!(
        rejected(&mut world, B, Action::Force(step)),
        Rejected::Machine(_)
    ));
}

#[test]
fn terms_that_cannot_be() {
    let mut world = World::before_open();
    let opening_by_other = world.opening();
    for who in [B, C] {
        let by_other = rejected(&mut world, who, opening_by_other.clone());
        assert_eq!(by_other, Rejected::Terms("the initiator posts them"));
    }
    let same = Rejected::Terms("the parties are the same");
    assert_eq!(opening(|it| it.parties[1] = it.parties[0]), same);
    let lock = Rejected::Terms("the lock is not between 1 and 100,000 blocks");
    assert_eq!(opening(|it| it.lock = 0), lock);
    assert_eq!(opening(|it| it.lock = LOCK_LIMIT + 1), lock);
    let mut world = World::before_open();
    world.terms.lock = LOCK_LIMIT;
    world.must(A, world.opening());
}

#[test]
fn signatures_that_are_not_the_parties() {
    let bad = |side| Rejected::PartySignature(SignatureError::Bad { side });
    let mut world = World::before_open();
    let mut terms = signed_terms(&world.terms);
    terms.signatures[1] = terms.signatures[0];
    assert_eq!(
        rejected(&mut world, A, Action::Open(terms)),
        bad(Side::Responder)
    );

    let mut world = channel();
    let mut state = world.state(2);
    state.signatures.swap(0, 1);
    let by_state = Action::CloseSolo {
        channel: world.id(),
        state: Some(state),
    };
    assert_eq!(rejected(&mut world, A, by_state), bad(Side::Initiator));

    let mut close = signed_close(world.mutual(9));
    if let Action::CloseMutual(signed) = &mut close {
        signed.signatures[0] = signed.signatures[1];
    }
    assert_eq!(rejected(&mut world, A, close), bad(Side::Initiator));
}

#[test]
fn channels_that_do_not_exist() {
    let mut world = channel();
    let nowhere = ChannelId([9; 32]);
    let none = Rejected::NoChannel(nowhere);
    let state = world.state(1);
    let mut step = world.force(A, None, transfer(A, 1));
    step.update.channel = nowhere;
    let close = MutualClose {
        channel: nowhere,
        ..world.mutual(9)
    };
    for action in [
        Action::CloseSolo {
            channel: nowhere,
            state: None,
        },
        Action::Slash {
            channel: nowhere,
            state,
        },
        Action::Settle { channel: nowhere },
        Action::Force(step),
        signed_close(close),
    ] {
        assert_eq!(rejected(&mut world, A, action), none);
    }
}

#[test]
fn strangers_do_not_close_or_force() {
    let mut world = channel();
    let solo = world.solo(Some(2));
    assert_eq!(rejected(&mut world, C, solo), Rejected::NotAParty);
    let step = world.force(A, None, transfer(A, 1));
    assert_eq!(
        rejected(&mut world, C, Action::Force(step)),
        Rejected::NotAParty
    );
}

#[test]
fn a_step_in_the_other_partys_name() {
    let mut world = channel();
    let step = world.force(A, None, transfer(A, 1));
    assert_eq!(
        rejected(&mut world, B, Action::Force(step)),
        Rejected::NotTheProposer
    );
}

#[test]
fn states_of_other_places() {
    type Spoil = fn(&mut CoSigned);
    let table: [(Spoil, Rejected); 3] = [
        (|it| it.commitment.chain.0[0] ^= 1, Rejected::StateChain),
        (|it| it.commitment.channel.0[0] ^= 1, Rejected::StateChannel),
        (|it| it.commitment.version += 1, Rejected::StateVersion),
    ];
    for (spoil, expected) in table {
        let mut world = channel();
        let mut state = world.state(2);
        spoil(&mut state);
        let state = co_signed(&state.commitment);
        let channel = world.id();
        let solo = Action::CloseSolo {
            channel,
            state: Some(state.clone()),
        };
        assert_eq!(rejected(&mut world, A, solo), expected);
        let mut step = world.force(A, Some(world.state(2)), transfer(A, 1));
        step.base = Some(state.clone());
        assert_eq!(rejected(&mut world, A, Action::Force(step)), expected);
        world.must(B, world.solo(None));
        assert_eq!(
            rejected(&mut world, A, Action::Slash { channel, state }),
            expected
        );
    }
}

#[test]
fn closes_of_other_places() {
    type Spoil = fn(&mut MutualClose);
    let table: [(Spoil, Rejected); 2] = [
        (|it| it.chain.0[0] ^= 1, Rejected::StateChain),
        (|it| it.version += 1, Rejected::StateVersion),
    ];
    for (spoil, expected) in table {
        let mut world = channel();
        let mut close = world.mutual(9);
        spoil(&mut close);
        assert_eq!(rejected(&mut world, A, signed_close(close)), expected);
    }
}

#[test]
fn payouts_that_are_not_all_of_the_coins() {
    let mut world = channel();
    let locked = Amount(2_000);
    for payout in [[1_000, 1_001], [1_000, 999], [u64::MAX, 2_001]].map(|it| it.map(Amount)) {
        let wrong = Rejected::Payout { locked, payout };
        let mut commitment = world.state(2).commitment;
        commitment.payout = payout;
        let state = Some(co_signed(&commitment));
        let channel = world.id();
        assert_eq!(
            rejected(&mut world, A, Action::CloseSolo { channel, state }),
            wrong
        );
        let close = MutualClose {
            payout,
            ..world.mutual(9)
        };
        assert_eq!(rejected(&mut world, A, signed_close(close)), wrong);
    }
    let mut commitment = world.state(2).commitment;
    commitment.total = Amount(2_001);
    commitment.payout = [Amount(1_000), Amount(1_001)];
    let (state, payout) = (Some(co_signed(&commitment)), commitment.payout);
    let solo = Action::CloseSolo {
        channel: world.id(),
        state,
    };
    assert_eq!(
        rejected(&mut world, A, solo),
        Rejected::Payout { locked, payout }
    );
}

#[test]
fn stale_states() {
    let mut world = channel();
    world.must(
        B,
        Action::Force(world.force(B, Some(world.state(2)), transfer(B, 1))),
    );
    let stale = |posted| Rejected::Stale {
        known: Round(2),
        posted: Round(posted),
    };
    for posted in [1, 2] {
        let solo = world.solo(Some(posted));
        assert_eq!(rejected(&mut world, A, solo), stale(posted));
        let step = world.force(A, Some(world.state(posted)), transfer(A, 1));
        assert_eq!(rejected(&mut world, A, Action::Force(step)), stale(posted));
    }
    let close = MutualClose {
        round: Round(1),
        ..world.mutual(9)
    };
    assert_eq!(rejected(&mut world, A, signed_close(close)), stale(1));
    world.must(B, world.solo(None));
    for posted in [1, 2] {
        let slash = world.slash(posted);
        assert_eq!(rejected(&mut world, A, slash), stale(posted));
    }
}

#[test]
fn a_second_close() {
    let mut world = channel();
    world.must(A, world.solo(Some(1)));
    for who in [A, B] {
        let solo = world.solo(Some(2));
        assert_eq!(rejected(&mut world, who, solo), Rejected::AlreadyClosing);
    }
}

#[test]
fn answers_to_no_close() {
    let mut world = channel();
    let (slash, settle) = (world.slash(2), world.settle());
    assert_eq!(rejected(&mut world, B, slash), Rejected::NotClosing);
    assert_eq!(rejected(&mut world, B, settle), Rejected::NotClosing);
}

#[test]
fn pinned_blocks_that_are_not_the_ledgers() {
    let mut world = channel();
    let step = world.force(A, None, transfer(A, 1));
    for spoil in 0..3 {
        let mut step = step.clone();
        match spoil {
            0 => step.update.env.height.0 += 1,
            1 => step.update.env.time.0 += 1,
            _ => step.update.env.block.0[0] ^= 1,
        }
        assert_eq!(
            rejected(&mut world, A, Action::Force(step)),
            Rejected::PinnedBlock
        );
    }
}

#[test]
fn witnesses_that_are_none() {
    let mut world = channel();
    let mut step = world.force(A, None, transfer(A, 1));
    step.witness.push(0);
    let trailing = WitnessError::Bytes(DecodeError::Trailing { surplus: 1 });
    assert_eq!(
        rejected(&mut world, A, Action::Force(step.clone())),
        Rejected::Witness(trailing)
    );
    step.witness = vec![0; Limits::V1.witness_bytes + 1];
    let (have, limit) = (Limits::V1.witness_bytes + 1, Limits::V1.witness_bytes);
    let too_long = WitnessError::Bytes(DecodeError::TooLong { have, limit });
    assert_eq!(
        rejected(&mut world, A, Action::Force(step)),
        Rejected::Witness(too_long)
    );
}

#[test]
fn witnesses_of_other_states() {
    let mut world = channel();
    let mut step = world.force(A, Some(world.state(2)), transfer(A, 1));
    let other = &world.states[&world.channel().tip.hash()];
    step.witness = other.state.prove(&Touched::default());
    let (shown, expected): (Root, Root) = (
        other.commitment.state_root,
        world.state(2).commitment.state_root,
    );
    assert_eq!(
        rejected(&mut world, A, Action::Force(step)),
        Rejected::WitnessRoot { expected, shown }
    );
}

#[test]
fn code_that_is_not_published() {
    let mut world = World::before_open();
    world.must(A, world.opening());
    let none = Rejected::NotPublished(code(b"toy").hash);
    let mut creation = create(0);
    if let Operation::Create { fallback, .. } = &mut creation[0] {
        *fallback = Fallback::all_to(Side::Responder);
    }
    let step = world.force(B, None, creation);
    assert_eq!(rejected(&mut world, B, Action::Force(step)), none);
    assert!(world.agree(A, create(0)));
    let step = world.force(B, Some(world.state(1)), world.call(0, &[]));
    assert_eq!(rejected(&mut world, B, Action::Force(step)), none);
}

#[test]
fn a_ledger_is_named_by_how_it_begins() {
    let start = Genesis {
        name: "one".to_owned(),
        time: twinroot_abi::TimeMs(0),
        accounts: vec![(key(A), Amount(1))],
    };
    let other = Genesis {
        name: "two".to_owned(),
        ..start.clone()
    };
    assert_ne!(Ledger::new(&start).chain(), Ledger::new(&other).chain());
    assert_eq!(Ledger::new(&start).chain(), start.chain());
    let garbage = Ledger::new(&start).submit(&[1, 2, 3], &Toy);
    assert_eq!(garbage, Err(Rejected::Bytes(DecodeError::Malformed)));
}
