//! A signature covers every field, chain, channel and version among them, and one kind of thing.

use proptest::prelude::*;
use twinroot_abi::{ChainId, ChannelId, Height, PublicKey, Side};
use twinroot_exec::Env;
use twinroot_types::{BadSignature, CheckedKey, KeyError, SecretKey, Signature, Tag, encode};
use twinroot_wire::{
    Action, CoSigned, Commitment, Direction, Funding, Keys, MutualClose, Parameters,
    SignatureError, SignedClose, SignedFunding, SignedParameters, SignedTransaction, Standing,
    Transaction,
};

use crate::anything::{close, commitment, funding, parameters, side, transaction};

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
            standing,
            payout: _,
            expiry: _,
        } = it;
        let Standing {
            round: _,
            forced: _,
        } = standing;
    };
    vec![
        |it| it.chain.0[0] ^= 1,
        |it| it.channel.0[31] ^= 1,
        |it| it.version ^= 1,
        |it| flip(&mut it.standing.round.0),
        |it| it.standing.forced ^= 1,
        |it| flip(&mut it.payout[0].0),
        |it| flip(&mut it.payout[1].0),
        |it| flip(&mut it.expiry.0),
    ]
}

fn funding_fields() -> Vec<fn(&mut Funding)> {
    let _ = |it: Funding| {
        let Funding {
            commitment: _,
            standing,
            side: _,
            direction: _,
            amount: _,
            expiry: _,
        } = it;
        let Standing {
            round: _,
            forced: _,
        } = standing;
    };
    vec![
        |it| it.commitment.chain.0[0] ^= 1,
        |it| it.commitment.channel.0[31] ^= 1,
        |it| it.commitment.version ^= 1,
        |it| flip(&mut it.commitment.round.0),
        |it| it.commitment.prev.0[0] ^= 1,
        |it| it.commitment.state_root.0[0] ^= 1,
        |it| flip(&mut it.commitment.total.0),
        |it| flip(&mut it.commitment.payout[0].0),
        |it| flip(&mut it.commitment.payout[1].0),
        |it| flip(&mut it.commitment.hold_until.0),
        |it| flip(&mut it.commitment.env.height.0),
        |it| flip(&mut it.standing.round.0),
        |it| it.standing.forced ^= 1,
        |it| it.side = it.side.other(),
        |it| {
            it.direction = match it.direction {
                Direction::Deposit => Direction::Withdraw,
                Direction::Withdraw => Direction::Deposit,
            }
        },
        |it| flip(&mut it.amount.0),
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
    fn a_fundings_signature_covers_every_field(it in funding(), side in side()) {
        let by = both(Tag::FUNDING, &it.signed_bytes());
        covers_every_field(&it, &funding_fields(), |it| {
            keys().verify_funding_by(side, it, &by[side.index()]).is_ok()
        })?;
    }

    #[test]
    fn one_sides_signature_of_the_terms_covers_every_field(it in parameters(), side in side()) {
        let by = both(Tag::OPEN, &it.signed_bytes());
        covers_every_field(&it, &parameter_fields(), |it| {
            keys().verify_parameters_by(side, it, &by[side.index()]).is_ok()
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
    fn a_signature_is_of_one_kind_of_thing(
        (commitment, close) in (commitment(), close()),
        (funding, terms) in (funding(), parameters()),
        side in side(),
    ) {
        let keys = keys();
        for tag in Tag::ALL {
            let by = |body: &[u8]| both(*tag, body)[side.index()];
            let as_commitment = keys.verify_commitment(side, &commitment, &by(&commitment.signed_bytes()));
            prop_assert_eq!(as_commitment.is_ok(), *tag == Tag::COMMITMENT);
            let as_close = keys.verify_close_by(side, &close, &by(&close.signed_bytes()));
            prop_assert_eq!(as_close.is_ok(), *tag == Tag::CLOSE);
            let as_funding = keys.verify_funding_by(side, &funding, &by(&funding.signed_bytes()));
            prop_assert_eq!(as_funding.is_ok(), *tag == Tag::FUNDING);
            let as_terms = keys.verify_parameters_by(side, &terms, &by(&terms.signed_bytes()));
            prop_assert_eq!(as_terms.is_ok(), *tag == Tag::OPEN);
        }
    }

    /// A party that signs a deposit or a withdrawal has not signed the state after it, which would
    /// count without the coins; and who signed the state has not let any coins go.
    #[test]
    fn a_funding_and_its_commitment_are_signed_apart(funding in funding(), side in side()) {
        let keys = keys();
        let of_funding = both(Tag::FUNDING, &funding.signed_bytes());
        let of_state = both(Tag::COMMITMENT, &funding.commitment.signed_bytes());
        let bad = Err(SignatureError::Bad { side });
        let first = Err(SignatureError::Bad { side: Side::Initiator });

        let commitment = funding.commitment.clone();
        prop_assert_eq!(keys.verify_commitment(side, &commitment, &of_state[side.index()]), Ok(()));
        prop_assert_eq!(keys.verify_commitment(side, &commitment, &of_funding[side.index()]), bad);
        prop_assert_eq!(keys.verify_both(&CoSigned { commitment, signatures: of_funding }), first);

        prop_assert_eq!(keys.verify_funding_by(side, &funding, &of_funding[side.index()]), Ok(()));
        prop_assert_eq!(keys.verify_funding_by(side, &funding, &of_state[side.index()]), bad);
        prop_assert_eq!(keys.verify_funding(&SignedFunding { funding, signatures: of_state }), first);
    }

    #[test]
    fn a_signature_is_of_one_side(
        (commitment, close) in (commitment(), close()),
        (funding, terms) in (funding(), parameters()),
        side in side(),
    ) {
        let (keys, other) = (keys(), side.other().index());
        let bad = Err(SignatureError::Bad { side });
        let by = both(Tag::COMMITMENT, &commitment.signed_bytes())[other];
        prop_assert_eq!(keys.verify_commitment(side, &commitment, &by), bad);
        let by = both(Tag::CLOSE, &close.signed_bytes())[other];
        prop_assert_eq!(keys.verify_close_by(side, &close, &by), bad);
        let by = both(Tag::FUNDING, &funding.signed_bytes())[other];
        prop_assert_eq!(keys.verify_funding_by(side, &funding, &by), bad);
        let by = both(Tag::OPEN, &terms.signed_bytes())[other];
        prop_assert_eq!(keys.verify_parameters_by(side, &terms, &by), bad);
    }

    #[test]
    fn the_two_signatures_do_not_change_places(
        (commitment, close) in (commitment(), close()),
        (funding, terms) in (funding(), parameters()),
    ) {
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

        let signatures = both(Tag::FUNDING, &funding.signed_bytes());
        let signed = SignedFunding { funding, signatures };
        prop_assert_eq!(keys().verify_funding(&signed), Ok(()));
        prop_assert_eq!(keys().verify_funding(&SignedFunding { signatures: swap(signatures), ..signed }), bad);

        let signatures = both(Tag::OPEN, &terms.signed_bytes());
        let signed = SignedParameters { parameters: terms, signatures };
        prop_assert_eq!(keys().verify_parameters(&signed), Ok(()));
        prop_assert_eq!(keys().verify_parameters(&SignedParameters { signatures: swap(signatures), ..signed }), bad);
    }

    #[test]
    fn one_bad_signature_is_enough_and_names_its_side(
        (commitment, close) in (commitment(), close()),
        (funding, parameters) in (funding(), parameters()),
        (side, bit) in (side(), 0..512usize),
    ) {
        let keys = keys();
        let spoiled = |tag, body: &[u8]| {
            let mut signatures = both(tag, body);
            let mut bytes = signatures[side.index()].to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            signatures[side.index()] = Signature::from_bytes(&bytes);
            signatures
        };
        let bad = Err(SignatureError::Bad { side });
        let signatures = spoiled(Tag::COMMITMENT, &commitment.signed_bytes());
        prop_assert_eq!(keys.verify_both(&CoSigned { commitment, signatures }), bad);
        let signatures = spoiled(Tag::CLOSE, &close.signed_bytes());
        prop_assert_eq!(keys.verify_close(&SignedClose { close, signatures }), bad);
        let signatures = spoiled(Tag::FUNDING, &funding.signed_bytes());
        prop_assert_eq!(keys.verify_funding(&SignedFunding { funding, signatures }), bad);
        let signatures = spoiled(Tag::OPEN, &parameters.signed_bytes());
        prop_assert_eq!(keys.verify_parameters(&SignedParameters { parameters, signatures }), bad);
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
