//! One thing has one encoding: nothing with bytes to spare is taken, whoever signed it.

use twinroot_abi::Side;
use twinroot_arbiter::Rejected;
use twinroot_feed::{DescriptorError, OpenError};
use twinroot_testkit::World;
use twinroot_types::{DecodeError, Signature, Tag, encode};
use twinroot_wire::{Action, Force, Message, Operation, Proposal, Transaction, VERSION};

use super::paths::{co_signed_step, honest, refused_everywhere, transfer};
use super::sale::{PARCEL, Sale, broken_rule};
use super::world::{ALICE, BOB, Snapshot, open, rejected, would_be_included};

/// The number at `place`, which is below 128, in a byte more than it needs.
fn padded(bytes: &[u8], place: usize) -> Vec<u8> {
    assert!(bytes[place] < 0x80, "no one-byte number lies at {place}");
    let long = [bytes[place] | 0x80, 0];
    [&bytes[..place], &long, &bytes[place + 1..]].concat()
}

fn with_trailing(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

/// Place of the epoch in an observation, of the first length in a descriptor: both follow 32 bytes.
const AFTER_ID: usize = 32;
/// Place of the protocol version in a commitment, after two ids; in a transaction it follows one.
const AFTER_TWO_IDS: usize = 64;

#[test]
fn an_observation_has_no_bytes_to_spare_though_the_attestor_signed_them() {
    type Change = fn(&[u8]) -> Vec<u8>;
    let cases: [(Change, OpenError); 2] = [
        (with_trailing, OpenError::Trailing),
        (|body| padded(body, AFTER_ID), OpenError::NotCanonical),
    ];
    for (change, rule) in cases {
        let mut sale = Sale::ready();
        let one = sale.attestor(11);
        let body = change(&encode(&one.observation(PARCEL)));
        let signature = one.secret().sign(Tag::READING, &body);
        let message = [&[0], body.as_slice(), &signature.to_bytes()].concat();
        let release = sale.release_with(11, one.encoded(), message);
        let refused = refused_everywhere(&mut sale.world, BOB, vec![release]);
        assert_eq!(broken_rule(&refused), rule.into());
    }
}

#[test]
fn nothing_follows_the_signature_of_an_observation() {
    let mut sale = Sale::ready();
    let one = sale.attestor(11);
    let release = sale.release_with(11, one.encoded(), with_trailing(&one.attest(PARCEL)));
    let refused = refused_everywhere(&mut sale.world, BOB, vec![release]);
    assert_eq!(broken_rule(&refused), OpenError::Trailing.into());
}

#[test]
fn a_descriptor_has_no_bytes_to_spare() {
    let mut sale = Sale::ready();
    let one = sale.attestor(11);
    let descriptor = one.encoded();
    let cases = [
        (with_trailing(&descriptor), DescriptorError::Trailing),
        (padded(&descriptor, AFTER_ID), DescriptorError::NotCanonical),
    ];
    for (descriptor, rule) in cases {
        let message = sale.attestor(11).attest(PARCEL);
        let release = sale.release_with(11, descriptor, message);
        let refused = refused_everywhere(&mut sale.world, BOB, vec![release]);
        assert_eq!(broken_rule(&refused), rule.into());
    }
}

/// The body of a transaction of `by`, as it is signed.
fn body(world: &World, by: Side, action: Action) -> Vec<u8> {
    let sender = world.public_key(by);
    encode(&Transaction {
        chain: world.ledger.chain(),
        version: VERSION,
        sender,
        nonce: world.ledger.account(sender).nonce,
        expiry: world.in_blocks(100),
        action,
    })
}

fn signed(world: &World, by: Side, body: &[u8]) -> Vec<u8> {
    let signature = world.secret_key(by).sign(Tag::TRANSACTION, body);
    [body, &signature.to_bytes()].concat()
}

#[test]
fn a_transaction_has_no_bytes_to_spare_though_its_sender_signed_them() {
    let mut world = open();
    let action = Action::CloseSolo {
        channel: world.channel().unwrap(),
        state: None,
    };
    would_be_included(&world, BOB, action.clone());
    let body = body(&world, BOB, action);
    let good = signed(&world, BOB, &body);

    let trailing = Rejected::Bytes(DecodeError::Trailing { surplus: 1 });
    assert_eq!(rejected(&mut world, &with_trailing(&good)), trailing);
    let inside = signed(&world, BOB, &with_trailing(&body));
    assert_eq!(rejected(&mut world, &inside), trailing);
    let long = signed(&world, BOB, &padded(&body, AFTER_ID));
    let not_canonical = Rejected::Bytes(DecodeError::NotCanonical);
    assert_eq!(rejected(&mut world, &long), not_canonical);
}

/// The body, with the co-signed commitment in it changed and signed anew by both.
fn with_commitment(world: &World, body: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let state = world.party(BOB).unwrap().newest().unwrap().clone();
    let old = encode(&state);
    let commitment = change(&state.commitment.signed_bytes());
    let signatures = Side::BOTH.map(|side| {
        let key = world.secret_key(side);
        key.sign(Tag::COMMITMENT, &commitment).to_bytes()
    });
    let new = [
        commitment.as_slice(),
        signatures[0].as_slice(),
        &signatures[1],
    ]
    .concat();
    assert_eq!(
        old.len() - state.commitment.signed_bytes().len(),
        2 * Signature::SIZE
    );
    replaced(body, &old, &new)
}

fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut places = bytes.windows(old.len());
    let place = places.position(|window| window == old).unwrap();
    [&bytes[..place], new, &bytes[place + old.len()..]].concat()
}

#[test]
fn a_commitment_has_no_bytes_to_spare_though_both_signed_them() {
    let mut world = open();
    world.agree(ALICE, vec![transfer(ALICE, 5)]).unwrap();
    let channel = world.channel().unwrap();
    let state = world.party(BOB).unwrap().newest().unwrap().clone();
    let (force, _, _): (Force, _, _) = honest(&world, BOB, vec![transfer(BOB, 5)]);
    assert_eq!(force.base.as_ref(), Some(&state));
    let close = Action::CloseSolo {
        channel,
        state: Some(state.clone()),
    };
    let slash = Action::Slash { channel, state };
    would_be_included(&world, BOB, close.clone());
    would_be_included(&world, BOB, Action::Force(force.clone()));
    for action in [close.clone(), slash.clone(), Action::Force(force)] {
        let body = body(&world, BOB, action);
        let long = with_commitment(&world, &body, |bytes| padded(bytes, AFTER_TWO_IDS));
        let bytes = signed(&world, BOB, &long);
        assert_eq!(
            rejected(&mut world, &bytes),
            Rejected::Bytes(DecodeError::NotCanonical)
        );
    }
    // Nothing says where a commitment ends, so a byte too many is one of what follows.
    for action in [close, slash] {
        let body = body(&world, BOB, action);
        let trailing = with_commitment(&world, &body, with_trailing);
        let bytes = signed(&world, BOB, &trailing);
        assert_eq!(
            rejected(&mut world, &bytes),
            Rejected::Bytes(DecodeError::Trailing { surplus: 1 })
        );
    }
}

/// The very next proposal of Alice, signed.
fn proposal(world: &World, operations: Vec<Operation>) -> Proposal {
    let (update, commitment) = co_signed_step(world, ALICE, operations);
    let signature = world
        .secret_key(ALICE)
        .sign(Tag::COMMITMENT, &commitment.signed_bytes());
    Proposal {
        update,
        commitment,
        signature,
    }
}

#[test]
fn a_message_of_a_party_has_no_bytes_to_spare() {
    let world = open();
    let before = Snapshot::of(&world);
    let proposal = proposal(&world, vec![transfer(ALICE, 5)]);
    let commitment = proposal.commitment.signed_bytes();
    let message = Message::Propose(Box::new(proposal));
    let good = message.encode();
    assert_eq!(Message::decode(&good), Ok(message));

    let trailing = Err(DecodeError::Trailing { surplus: 1 });
    assert_eq!(Message::decode(&with_trailing(&good)), trailing);
    let kind = Err(DecodeError::NotCanonical);
    assert_eq!(Message::decode(&padded(&good, 0)), kind);
    let long = padded(&commitment, AFTER_TWO_IDS);
    let inside = Message::decode(&replaced(&good, &commitment, &long));
    assert_eq!(inside, Err(DecodeError::NotCanonical));
    assert_eq!(Snapshot::of(&world), before);
}
