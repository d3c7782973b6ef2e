//! Why signatures are never checked many at once (docs/spec/encoding.md, 3.3): whoever owns a good key can make one
//! that the two paths would disagree about.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use sha2::{Digest, Sha512};
use twinroot_types::{BadSignature, CheckedKey, SecretKey, Tag};

const SEED: [u8; 32] = [7; 32];
/// Batches in which the crafted signature is one of eight.
const BATCHES: u64 = 256;

/// A public key, what it signed, and the signature.
type Signed = ([u8; 32], Vec<u8>, [u8; 64]);

/// What the scalar of a signature has to fit (RFC 8032, 5.1.7).
fn challenge(r: &[u8], public: &[u8; 32], body: &[u8]) -> Scalar {
    let signed = [r, public, Tag::READING.bytes(), body].concat();
    Scalar::from_bytes_mod_order_wide(&Sha512::digest(signed).into())
}

/// A signature of `body` whose R has a part of small order, by the owner of a key that passes the gate.
fn crafted(body: &[u8]) -> [u8; 64] {
    let seed = Sha512::digest(SEED);
    let key = Scalar::from_bytes_mod_order(clamp_integer(seed[..32].try_into().unwrap()));
    let nonce = Scalar::from(5_u64);
    let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[1]).compress();
    let public = SecretKey::from_seed(&SEED).public().0;
    let s = nonce + challenge(r.as_bytes(), &public, body) * key;
    [r.to_bytes(), s.to_bytes()].concat().try_into().unwrap()
}

/// The usual check of many signatures at once: one sum of all their equations, each times a random number of 128 bits. Here it
/// comes of the signatures, as in libraries that have no other source of it.
fn is_good(batch: &[Signed]) -> bool {
    let mut transcript = Sha512::new();
    for (public, body, signature) in batch {
        transcript.update([&public[..], body, signature].concat());
    }
    let transcript = transcript.finalize();
    let equation = |(place, (public, body, signature)): (u64, &Signed)| {
        let number = Sha512::digest([&transcript[..], &place.to_le_bytes()].concat());
        let number = u128::from_le_bytes(number[..16].try_into().unwrap());
        let (r, s) = signature.split_at(32);
        let point = |bytes: &[u8]| {
            let compressed = CompressedEdwardsY::from_slice(bytes).unwrap();
            compressed.decompress().unwrap()
        };
        let s = Scalar::from_canonical_bytes(s.try_into().unwrap()).unwrap();
        let right = point(r) + challenge(r, public, body) * point(public);
        Scalar::from(number) * (right - EdwardsPoint::mul_base(&s))
    };
    let sum: EdwardsPoint = (0..).zip(batch).map(equation).sum();
    sum == EdwardsPoint::default()
}

/// Whether the batch is taken that has the crafted signature of `body` and seven honest ones, which differ from
/// one `batch` to another.
fn is_taken(body: &[u8], batch: u64) -> bool {
    let honest = SecretKey::from_seed(&[8; 32]);
    let bodies = (0..7_u64).map(|place| [batch, place].map(u64::to_le_bytes).concat());
    let mut signed: Vec<Signed> = bodies
        .map(|body| {
            let signature = honest.sign(Tag::READING, &body).to_bytes();
            (honest.public().0, body, signature)
        })
        .collect();
    assert!(is_good(&signed), "honest ones are taken");
    let owner = SecretKey::from_seed(&SEED).public().0;
    signed.push((owner, body.to_vec(), crafted(body)));
    is_good(&signed)
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
