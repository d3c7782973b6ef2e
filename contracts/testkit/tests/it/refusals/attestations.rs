//! What two attestors of three must say, and with which keys.

use curve25519_dalek::constants::EIGHT_TORSION;
use twinroot_feed::select::{Shortfall, k_of_n_equal};
use twinroot_feed::{BundleError, DescriptorError, Feed, FeedError, OpenError};
use twinroot_testkit::tv;
use twinroot_wire::Operation;

use super::forge::{
    message, mixed_key, signature_of_mixed_key, signature_of_weak_key, signature_with_torsion,
    weak_key,
};
use super::paths::{goes_through, refused_everywhere};
use super::sale::{Attestor, OTHER_PARCEL, PARCEL, PRICE, Sale, broken_rule};
use super::world::{BOB, DEPOSITS};

/// Refuses the release on every path and gives the rule that its facts break.
fn rule(sale: &mut Sale, release: Operation) -> FeedError {
    broken_rule(&refused_everywhere(&mut sale.world, BOB, vec![release]))
}

#[test]
fn two_attestations_of_three_are_enough() {
    let mut sale = Sale::ready();
    let release = sale.honest_release();
    let step = goes_through(&mut sale.world, BOB, vec![release]);
    let paid = [DEPOSITS[0].0 - PRICE.0, DEPOSITS[1].0 + PRICE.0];
    assert_eq!(step.channel.map(|coins| coins.0), paid);
}

#[test]
fn one_attestation_of_two_is_not_enough() {
    let mut sale = Sale::ready();
    let one = &sale.attestors[0];
    let (descriptor, message) = (one.encoded(), one.attest(PARCEL));
    let other = sale.attestors[1].encoded();
    let ids = [0, 1, 2].map(|place: usize| sale.attestors[place].id());
    let feeds: Vec<_> = sale
        .attestors
        .iter()
        .map(|one| Feed::new(one.descriptor.clone()).unwrap())
        .collect();
    assert_eq!(
        k_of_n_equal(
            0,
            tv::QUORUM,
            &tv::params(PARCEL, ids),
            &feeds,
            std::slice::from_ref(&message)
        ),
        Err(Shortfall::TooFew {
            have: 1,
            need: 2,
            rejected: Vec::new()
        }),
        "the client finds out before anyone is asked"
    );

    let alone = sale.release(vec![descriptor.clone()], vec![message.clone()]);
    assert_eq!(
        rule(&mut sale, alone),
        BundleError::TooFewDescriptors.into()
    );
    let silent = sale.release(vec![descriptor, other], vec![message]);
    assert_eq!(rule(&mut sale, silent), BundleError::TooFewMessages.into());
}

#[test]
fn the_same_attestor_twice_is_one_attestor() {
    let mut sale = Sale::ready();
    let one = &sale.attestors[0];
    let mut later = one.observation(PARCEL);
    later.epoch = 1;
    let words = vec![
        one.attest(PARCEL),
        twinroot_feed::sign(&one.secret(), &later),
    ];
    let twice = sale.release(vec![one.encoded(); 2], words);
    assert_eq!(rule(&mut sale, twice), BundleError::DuplicateSigner.into());
}

#[test]
fn an_attestation_for_another_parcel_says_nothing_of_this_one() {
    let mut sale = Sale::ready();
    let one = sale.attestor(11);
    let other = sale.release_with(11, one.encoded(), one.attest(OTHER_PARCEL));
    assert_eq!(rule(&mut sale, other), BundleError::OtherSubject.into());
}

#[test]
fn a_weak_key_attests_nothing_though_it_is_on_the_list() {
    let mut sale = Sale::with(Attestor::new(11).under(weak_key()));
    let weak = sale.attestor(11);
    let forged = message(&weak.observation(PARCEL), signature_of_weak_key);
    let release = sale.release_with(11, weak.encoded(), forged);
    assert_eq!(rule(&mut sale, release), DescriptorError::KeyWeak.into());
}

#[test]
fn a_key_of_mixed_order_attests_nothing_though_it_is_on_the_list() {
    let mixed = mixed_key(&[11; 32]);
    let mut sale = Sale::with(Attestor::new(11).under(mixed));
    let attestor = sale.attestor(11);
    let signed = message(&attestor.observation(PARCEL), |signed| {
        signature_of_mixed_key(&attestor.seed, signed)
    });
    let release = sale.release_with(11, attestor.encoded(), signed);
    assert_eq!(
        rule(&mut sale, release),
        DescriptorError::KeyMixedOrder.into()
    );
}

#[test]
fn a_signature_with_torsion_in_r_is_none() {
    for torsion in &EIGHT_TORSION[1..] {
        let mut sale = Sale::ready();
        let attestor = sale.attestor(11);
        let forged = message(&attestor.observation(PARCEL), |signed| {
            signature_with_torsion(&attestor.seed, torsion, signed)
        });
        let release = sale.release_with(11, attestor.encoded(), forged);
        assert_eq!(rule(&mut sale, release), OpenError::BadSignature.into());
    }
}
