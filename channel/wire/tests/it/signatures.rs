//! A signature covers every field, chain, channel and version among them, and one kind of thing.

use proptest::prelude::*;
use twinroot_abi::{ChainId, ChannelId, Height, PublicKey, Side};
use twinroot_exec::Env;
use twinroot_types::{BadSignature, CheckedKey, KeyError, SecretKey, Signature, Tag, encode};
use twinroot_wire::{
    Action, CoSigned, Commitment, Keys, MutualClose, Parameters, SignatureError, SignedClose,
    SignedParameters, SignedTransaction, Transaction,
};

use crate::anything::{close, commitment, parameters, side, transaction};

fn secrets() -> [SecretKey; 2] {
    [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]))
}

fn keys() -> Keys {
    Keys::gate(&secrets().map(|secret| secret.public())).unwrap()
}

fn both(tag: Tag, body: &[u8]) -> [Signature; 2] {
    secrets().map(|secret| secret.sign(tag, body))
}

/// `verify` takes what was signed and nothing that differs from it in one field.
fn covers_every_field<T: Clone + PartialEq + core::fmt::Debug>(
    signed: &T,
    fields: &[fn(&mut T)],
    verify: impl Fn(&T) -> bool,
) -> Result<(), TestCaseError> {
    prop_assert!(verify(signed));
    for change in fields {
        let mut other = signed.clone();
        change(&mut other);
        prop_assert_ne!(&other, signed);
        prop_assert!(!verify(&other), "{:?}", other);
    }
    Ok(())
}

fn flip(number: &mut u64) {
    *number ^= 1;
}

fn commitment_fields() -> Vec<fn(&mut Commitment)> {
    // A field more shall not go unnoticed here.
    let _ = |it: Commitment| {
        let Commitment {
            chain: _,
            channel: _,
            version: _,
            round: _,
            prev: _,
            state_root: _,
            total: _,
            payout: _,
            hold_until: _,
            env,
        } = it;
        let Env {
            height: _,
            time: _,
            block: _,
        } = env;
    };
    vec![
        |it| it.chain.0[0] ^= 1,
        |it| it.channel.0[31] ^= 1,
        |it| it.version ^= 1,
        |it| flip(&mut it.round.0),
        |it| it.prev.0[0] ^= 1,
        |it| it.state_root.0[0] ^= 1,
        |it| flip(&mut it.total.0),
        |it| flip(&mut it.payout[0].0),
        |it| flip(&mut it.payout[1].0),
        |it| flip(&mut it.hold_until.0),
        |it| flip(&mut it.env.height.0),
        |it| flip(&mut it.env.time.0),
        |it| it.env.block.0[0] ^= 1,
    ]
}

fn close_fields() -> Vec<fn(&mut MutualClose)> {
    let _ = |it: MutualClose| {
        let MutualClose {
            chain: _,
            channel: _,
            version: _,
            round: _,
            forced: _,
            payout: _,
            expiry: _,
        } = it;
    };
    vec![
        |it| it.chain.0[0] ^= 1,
        |it| it.channel.0[31] ^= 1,
        |it| it.version ^= 1,
        |it| flip(&mut it.round.0),
        |it| it.forced ^= 1,
        |it| flip(&mut it.payout[0].0),
        |it| flip(&mut it.payout[1].0),
        |it| flip(&mut it.expiry.0),
    ]
}

fn parameter_fields() -> Vec<fn(&mut Parameters)> {
    let _ = |it: Parameters| {
        let Parameters {
            chain: _,
            version: _,
            parties: _,
            deposits: _,
            lock: _,
            nonce: _,
            expiry: _,
        } = it;
    };
    vec![
        |it| it.chain.0[0] ^= 1,
        |it| it.version ^= 1,
        |it| it.parties[0].0[0] ^= 1,
        |it| it.parties[1].0[0] ^= 1,
        |it| flip(&mut it.deposits[0].0),
        |it| flip(&mut it.deposits[1].0),
        |it| flip(&mut it.lock),
        |it| flip(&mut it.nonce),
        |it| flip(&mut it.expiry.0),
    ]
}

fn transaction_fields() -> Vec<fn(&mut Transaction)> {
    let _ = |it: Transaction| {
        let Transaction {
            chain: _,
            version: _,
            sender: _,
            nonce: _,
            expiry: _,
            action: _,
        } = it;
    };
    vec![
        |it| it.chain.0[0] ^= 1,
        |it| it.version ^= 1,
        |it| it.sender.0[0] ^= 1,
        |it| flip(&mut it.nonce),
        |it| flip(&mut it.expiry.0),
        |it| it.action = Action::Publish { code: vec![7; 40] },
    ]
}

proptest! {
    #[test]
    fn a_commitments_signature_covers_every_field(it in commitment(), side in side()) {
        let by = both(Tag::COMMITMENT, &it.signed_bytes());
        covers_every_field(&it, &commitment_fields(), |it| {
            keys().verify_commitment(side, it, &by[side.index()]).is_ok()
        })?;
    }

    #[test]
    fn a_closes_signature_covers_every_field(it in close(), side in side()) {
        let by = both(Tag::CLOSE, &it.signed_bytes());
        covers_every_field(&it, &close_fields(), |it| {
            keys().verify_close_by(side, it, &by[side.index()]).is_ok()
        })?;
    }

    #[test]
    fn the_terms_signatures_cover_every_field(it in parameters()) {
        let signatures = both(Tag::OPEN, &it.signed_bytes());
        covers_every_field(&it, &parameter_fields(), |it| {
            keys().verify_parameters(&SignedParameters { parameters: it.clone(), signatures }).is_ok()
        })?;
        let mut names = vec![it.channel()];
        for change in parameter_fields() {
            let mut other = it.clone();
            change(&mut other);
            names.push(other.channel());
        }
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), 1 + parameter_fields().len(), "terms that differ name another channel");
    }

    #[test]
    fn a_transactions_signature_covers_every_field(it in transaction()) {
        let [secret, _] = secrets();
        let key = CheckedKey::gate(secret.public()).unwrap();
        let SignedTransaction { transaction, signature } = it.transaction.sign(&secret);
        covers_every_field(&transaction, &transaction_fields(), |it| {
            key.verify(Tag::TRANSACTION, &encode(it), &signature).is_ok()
        })?;
    }

    #[test]
    fn a_signature_is_of_one_kind_of_thing(commitment in commitment(), close in close(), side in side()) {
        let index = side.index();
        for tag in Tag::ALL {
            let as_commitment = keys().verify_commitment(side, &commitment, &both(*tag, &commitment.signed_bytes())[index]);
            prop_assert_eq!(as_commitment.is_ok(), *tag == Tag::COMMITMENT);
            let as_close = keys().verify_close_by(side, &close, &both(*tag, &close.signed_bytes())[index]);
            prop_assert_eq!(as_close.is_ok(), *tag == Tag::CLOSE);
        }
    }

    #[test]
    fn the_two_signatures_do_not_change_places(commitment in commitment(), close in close(), terms in parameters()) {
        let bad = Err(SignatureError::Bad { side: Side::Initiator });
        let swap = |[one, other]: [Signature; 2]| [other, one];
        let signatures = both(Tag::COMMITMENT, &commitment.signed_bytes());
        let state = CoSigned { commitment, signatures };
        prop_assert_eq!(keys().verify_both(&state), Ok(()));
        prop_assert_eq!(keys().verify_both(&CoSigned { signatures: swap(signatures), ..state }), bad);

        let signatures = both(Tag::CLOSE, &close.signed_bytes());
        let signed = SignedClose { close, signatures };
        prop_assert_eq!(keys().verify_close(&signed), Ok(()));
        prop_assert_eq!(keys().verify_close(&SignedClose { signatures: swap(signatures), ..signed }), bad);

        let signatures = both(Tag::OPEN, &terms.signed_bytes());
        let signed = SignedParameters { parameters: terms, signatures };
        prop_assert_eq!(keys().verify_parameters(&signed), Ok(()));
        prop_assert_eq!(keys().verify_parameters(&SignedParameters { signatures: swap(signatures), ..signed }), bad);
    }

    #[test]
    fn one_bad_signature_is_enough_and_names_its_side(commitment in commitment(), side in side(), bit in 0..512usize) {
        let mut signatures = both(Tag::COMMITMENT, &commitment.signed_bytes());
        let mut bytes = signatures[side.index()].to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        signatures[side.index()] = Signature::from_bytes(&bytes);
        let state = CoSigned { commitment, signatures };
        prop_assert_eq!(keys().verify_both(&state), Err(SignatureError::Bad { side }));
    }
}

#[test]
fn a_key_that_does_not_pass_the_gate_is_named() {
    let [one, _] = secrets().map(|secret| secret.public());
    let mut identity = PublicKey([0; 32]);
    identity.0[0] = 1;
    let error = KeyError::Weak;
    for (parties, side) in [
        ([identity, one], Side::Initiator),
        ([one, identity], Side::Responder),
    ] {
        assert_eq!(
            Keys::gate(&parties).unwrap_err(),
            SignatureError::Key { side, error }
        );
    }
}

#[test]
fn a_key_belongs_to_a_side_or_to_none() {
    let parties = secrets().map(|secret| secret.public());
    assert_eq!(keys().side_of(parties[0]), Some(Side::Initiator));
    assert_eq!(keys().side_of(parties[1]), Some(Side::Responder));
    assert_eq!(keys().side_of(PublicKey([0; 32])), None);
}

#[test]
fn a_transaction_is_signed_under_its_own_tag_over_its_encoding() {
    let [secret, _] = secrets();
    let transaction = Transaction {
        chain: ChainId([1; 32]),
        version: 1,
        sender: secret.public(),
        nonce: 0,
        expiry: Height(9),
        action: Action::Settle {
            channel: ChannelId([2; 32]),
        },
    };
    let body = encode(&transaction);
    let signed = transaction.sign(&secret);
    let key = CheckedKey::gate(secret.public()).unwrap();
    for tag in Tag::ALL {
        let expected = if *tag == Tag::TRANSACTION {
            Ok(())
        } else {
            Err(BadSignature)
        };
        assert_eq!(key.verify(*tag, &body, &signed.signature), expected);
    }
}
