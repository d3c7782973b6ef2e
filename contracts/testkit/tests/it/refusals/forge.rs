//! Signatures that other verifiers of Ed25519 would take.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};
use twinroot_abi::PublicKey;
use twinroot_feed::Observation;
use twinroot_types::{Signature, Tag, encode};

/// The message of `observation` with a signature that `forge` makes of what is to be signed.
pub(super) fn message(
    observation: &Observation,
    forge: impl FnOnce(&[u8]) -> Signature,
) -> Vec<u8> {
    let body = encode(observation);
    let signed = [Tag::READING.bytes(), &body].concat();
    [&[0], body.as_slice(), &forge(&signed).to_bytes()].concat()
}

/// The weakest key of all, the neutral point.
pub(super) fn weak_key() -> PublicKey {
    PublicKey(EIGHT_TORSION[0].compress().to_bytes())
}

/// A signature of [`weak_key`] that anyone can make, over anything: `R = [1]B`, `S = 1`.
pub(super) fn signature_of_weak_key(signed: &[u8]) -> Signature {
    let forged = signature(EdwardsPoint::mul_base(&Scalar::ONE), Scalar::ONE);
    assert!(remainder(&weak_key(), signed, &forged).is_identity());
    forged
}

/// The public key of this seed, plus a point of order 8.
pub(super) fn mixed_key(seed: &[u8; 32]) -> PublicKey {
    let point = EdwardsPoint::mul_base(&scalar(seed)) + EIGHT_TORSION[1];
    PublicKey(point.compress().to_bytes())
}

/// A signature of [`mixed_key`] that even a strict verifier takes if it does not look at the key:
/// one where the torsion falls out of `[k]A`.
pub(super) fn signature_of_mixed_key(seed: &[u8; 32], signed: &[u8]) -> Signature {
    let key = mixed_key(seed);
    let tries = (1u64..).map(|try_| {
        let nonce = Scalar::from(try_);
        let r = EdwardsPoint::mul_base(&nonce);
        signature(r, nonce + challenge(&r, &key, signed) * scalar(seed))
    });
    let mut good = tries.filter(|forged| remainder(&key, signed, forged).is_identity());
    good.next().unwrap()
}

/// A signature of the honest key of this seed with a point of small order in `R`: a verifier that
/// clears the cofactor, as batch verification does, takes it.
pub(super) fn signature_with_torsion(
    seed: &[u8; 32],
    torsion: &EdwardsPoint,
    signed: &[u8],
) -> Signature {
    let key = PublicKey(EdwardsPoint::mul_base(&scalar(seed)).compress().to_bytes());
    let nonce = Scalar::from(4_711u64);
    let r = EdwardsPoint::mul_base(&nonce) + torsion;
    let forged = signature(r, nonce + challenge(&r, &key, signed) * scalar(seed));
    let remainder = remainder(&key, signed, &forged);
    assert!(remainder.mul_by_cofactor().is_identity() && !remainder.is_identity());
    forged
}

/// `[S]B - R - [k]A`: neutral where the signature is good.
fn remainder(key: &PublicKey, signed: &[u8], signature: &Signature) -> EdwardsPoint {
    let (r, s) = signature.to_bytes().split_first_chunk().map_or_else(
        || panic!("a signature has 64 bytes"),
        |(r, s)| (point(*r), s.try_into().unwrap()),
    );
    let s = Scalar::from_canonical_bytes(s).unwrap();
    EdwardsPoint::mul_base(&s) - r - point(key.0) * challenge(&r, key, signed)
}

fn challenge(r: &EdwardsPoint, key: &PublicKey, signed: &[u8]) -> Scalar {
    let hash = Sha512::new()
        .chain_update(r.compress().as_bytes())
        .chain_update(key.0)
        .chain_update(signed)
        .finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

/// The secret scalar of a seed (RFC 8032, 5.1.5).
fn scalar(seed: &[u8; 32]) -> Scalar {
    let hash: [u8; 64] = Sha512::digest(seed).into();
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&hash[..32]);
    Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(bytes))
}

fn signature(r: EdwardsPoint, s: Scalar) -> Signature {
    let mut bytes = [0; Signature::SIZE];
    bytes[..32].copy_from_slice(r.compress().as_bytes());
    bytes[32..].copy_from_slice(s.as_bytes());
    Signature::from_bytes(&bytes)
}

fn point(bytes: [u8; 32]) -> EdwardsPoint {
    CompressedEdwardsY(bytes).decompress().unwrap()
}
