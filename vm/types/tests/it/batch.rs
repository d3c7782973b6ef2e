//! Why signatures are never checked many at once (docs/spec/encoding.md, 3.3): whoever owns a good key can make one
//! that the two paths would disagree about.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use sha2::{Digest, Sha512};
use twinroot_types::{BadSignature, CheckedKey, SecretKey, Tag};

const SEED: [u8; 32] = [7; 32];
/// Batches in which the crafted signature is one of eight.
const BATCHES: u64 = 256;

/// A signature of `body` whose R has a part of small order, by the owner of a key that passes the gate.
fn crafted(body: &[u8]) -> [u8; 64] {
    let seed = Sha512::digest(SEED);
    let key = Scalar::from_bytes_mod_order(clamp_integer(seed[..32].try_into().unwrap()));
    let nonce = Scalar::from(5_u64);
    let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[1]).compress();
    let public = SecretKey::from_seed(&SEED).public().0;
    let signed = [r.as_bytes().as_slice(), &public, Tag::READING.bytes(), body].concat();
    let challenge = Scalar::from_bytes_mod_order_wide(&Sha512::digest(signed).into());
    let s = nonce + challenge * key;
    [r.to_bytes(), s.to_bytes()].concat().try_into().unwrap()
}

/// Whether the batch is taken that has the crafted signature of `body` and seven honest ones, which differ from
/// one `batch` to another.
fn is_taken(body: &[u8], batch: u64) -> bool {
    let honest = SecretKey::from_seed(&[8; 32]);
    let bodies = (0..7_u64).map(|place| [batch, place].map(u64::to_le_bytes).concat());
    let mut signed: Vec<_> = bodies
        .map(|body| {
            let signature = honest.sign(Tag::READING, &body).to_bytes();
            (honest.public().0, body, signature)
        })
        .collect();
    let owner = SecretKey::from_seed(&SEED).public().0;
    signed.push((owner, body.to_vec(), crafted(body)));
    let key = |key: &[u8; 32]| VerifyingKey::from_bytes(key).unwrap();
    let keys: Vec<_> = signed.iter().map(|(public, ..)| key(public)).collect();
    let tagged = |body: &Vec<u8>| [Tag::READING.bytes(), body].concat();
    let messages: Vec<_> = signed.iter().map(|(_, body, _)| tagged(body)).collect();
    let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
    let signatures: Vec<_> = signed
        .iter()
        .map(|(.., it)| Signature::from_bytes(it))
        .collect();
    verify_batch(&messages, &signatures, &keys).is_ok()
}

#[test]
fn a_batch_would_split_the_paths() {
    let body = b"9.001 degrees";
    let owner = CheckedKey::gate(SecretKey::from_seed(&SEED).public()).unwrap();
    let signature = twinroot_types::Signature::from_bytes(&crafted(body));
    assert_eq!(
        owner.verify(Tag::READING, body, &signature),
        Err(BadSignature)
    );

    // One side has the message in one batch, the other in another: the same message, and two outcomes.
    let taken = (0..BATCHES).filter(|batch| is_taken(body, *batch)).count();
    assert!(taken > 0, "no batch is split: this test shows nothing");
    assert!(taken < BATCHES as usize / 2, "{taken} of {BATCHES}");
}
