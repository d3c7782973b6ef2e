//! A key may have several feeds; it still is one signer (docs/spec/oracles.md, 5.3).

use twinroot_abi::Subject;
use twinroot_exec::Bundle;
use twinroot_feed::select::{Shortfall, k_of_n_equal};
use twinroot_feed::{BundleError, Descriptor, Envelope, Feed, FeedError, Mode, Signer};

use crate::world::{descriptor, judge, k_of_n, list_params, secret};

const PARCEL: Subject = Subject([7; 32]);

/// Two feeds of one key, and one of another, in the order of their ids.
fn signers() -> Vec<Signer> {
    let second = Descriptor {
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: "urn:another-name".to_owned(),
        ..descriptor(1)
    };
    let mut signers = vec![
        Signer::new(secret(1), descriptor(1)).unwrap(),
        Signer::new(secret(1), second).unwrap(),
        Signer::new(secret(2), descriptor(2)).unwrap(),
    ];
    signers.sort_by_key(|signer| signer.feed().id());
    signers
}

#[test]
fn two_feeds_of_one_key_are_one_signer() {
    let mut signers = signers();
    let feeds: Vec<Feed> = signers.iter().map(|signer| signer.feed().clone()).collect();
    let params = list_params(PARCEL, &[feeds[0].id(), feeds[1].id(), feeds[2].id()]);
    let messages: Vec<Vec<u8>> = signers
        .iter_mut()
        .map(|signer| {
            let now = signer.feed().descriptor().valid_from;
            signer.claim(now, PARCEL, 1).unwrap()
        })
        .collect();
    let pair = |one: usize, other: usize| Bundle {
        policy: 0,
        descriptors: vec![feeds[one].encode(), feeds[other].encode()],
        messages: vec![messages[one].clone(), messages[other].clone()],
    };
    let key = |place: usize| feeds[place].descriptor().key;
    let mut same_key = 0;
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let verdict = judge(k_of_n(2), &params, &pair(one, other));
        if key(one) == key(other) {
            same_key += 1;
            assert_eq!(
                verdict,
                Err(FeedError::Bundle(BundleError::DuplicateSigner))
            );
            let only: Vec<Vec<u8>> = [one, other].map(|place| messages[place].clone()).to_vec();
            let short = k_of_n_equal(0, 2, &params, &feeds, &only);
            assert!(
                matches!(
                    short,
                    Err(Shortfall::TooFew {
                        have: 1,
                        need: 2,
                        ..
                    })
                ),
                "{short:?}"
            );
        } else {
            assert_eq!(verdict, Ok(vec![1, 0]));
        }
    }
    assert_eq!(same_key, 1);
    let chosen = k_of_n_equal(0, 2, &params, &feeds, &messages).unwrap();
    assert_eq!(judge(k_of_n(2), &params, &chosen), Ok(vec![1, 0]));
}
