//! The one Ed25519 rule (docs/spec/encoding.md, 3): a key passes the gate once, then every
//! signature of it passes `verify_strict`.
//!
//! The gate takes a key only if its 32 bytes are the canonical encoding of a point that is neither
//! weak nor of mixed order. With such a key, strict verification is exactly `S < L`, `R` canonical
//! and not of small order, `R = [S]B - [k]A`. Batch verification accepts more than that and is
//! therefore nowhere in this project.

use core::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use twinroot_abi::PublicKey;

use crate::Tag;

/// 64 bytes that claim to be a signature.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    r: [u8; 32],
    s: [u8; 32],
}

impl Signature {
    /// Bytes of a signature.
    pub const SIZE: usize = 64;

    /// The signature in these bytes; whether it is one, only [`CheckedKey::verify`] tells.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        r.copy_from_slice(&bytes[..32]);
        s.copy_from_slice(&bytes[32..]);
        Self { r, s }
    }

    /// The bytes: `R`, then `S`.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}..)", twinroot_abi::Hash(self.r))
    }
}

/// A public key that passed the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedKey(VerifyingKey);

impl CheckedKey {
    /// Lets `key` through the gate.
    ///
    /// # Errors
    /// [`KeyError`] names the first rule that the key breaks: encoding, weakness, order.
    pub fn gate(key: PublicKey) -> Result<Self, KeyError> {
        let point = VerifyingKey::from_bytes(&key.0).map_err(|_| KeyError::NotAPoint)?;
        if point.to_edwards().compress().to_bytes() != key.0 {
            return Err(KeyError::NotCanonical);
        }
        if point.is_weak() {
            return Err(KeyError::Weak);
        }
        if !point.to_edwards().is_torsion_free() {
            return Err(KeyError::MixedOrder);
        }
        Ok(Self(point))
    }

    /// Checks that `signature` is this key's over `tag | body`.
    ///
    /// # Errors
    /// [`BadSignature`] where it is not, by the strict rule.
    pub fn verify(&self, tag: Tag, body: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.verify_untagged(&preimage(tag, body), signature)
    }

    /// Checks that `signature` is this key's over these bytes and nothing before them. Whoever asks sees
    /// to it that they cannot be taken for anything else.
    ///
    /// # Errors
    /// [`BadSignature`] where it is not, by the strict rule.
    pub fn verify_untagged(&self, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.to_bytes());
        self.0
            .verify_strict(bytes, &signature)
            .map_err(|_| BadSignature)
    }

    /// The key as it travels.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_bytes())
    }
}

/// A signing key. It is wiped when dropped and never printed.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed, as RFC 8032 derives it.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, for whoever keeps the key, encrypted.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `tag | body`; the same input always gives the same signature.
    #[must_use]
    pub fn sign(&self, tag: Tag, body: &[u8]) -> Signature {
        Signature::from_bytes(&self.0.sign(&preimage(tag, body)).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

fn preimage(tag: Tag, body: &[u8]) -> Vec<u8> {
    [tag.bytes(), body].concat()
}

/// Why a key may not sign anything here; whoever made the key is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no point of the curve.
    #[error("the key is no point of the curve")]
    NotAPoint,
    /// The point has another, shorter encoding.
    #[error("the key is not in canonical form")]
    NotCanonical,
    /// The point has small order: anyone can sign for it.
    #[error("the key is weak: anyone can sign for it")]
    Weak,
    /// The point has a torsion component: verifiers disagree about its signatures.
    #[error("the key has mixed order: verifiers would disagree about its signatures")]
    MixedOrder,
}

/// The signature is not this key's over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use curve25519_dalek::edwards::CompressedEdwardsY;

    fn key() -> SecretKey {
        SecretKey::from_seed(&[7; 32])
    }

    #[test]
    fn an_honest_signature_verifies() {
        let checked = CheckedKey::gate(key().public()).unwrap();
        let signature = key().sign(Tag::READING, b"4.9 degrees");
        assert_eq!(
            checked.verify(Tag::READING, b"4.9 degrees", &signature),
            Ok(())
        );
        assert_eq!(
            checked.verify(Tag::READING, b"9.4 degrees", &signature),
            Err(BadSignature)
        );
        assert_eq!(
            checked.verify(Tag::CLOSE, b"4.9 degrees", &signature),
            Err(BadSignature),
            "another kind of thing"
        );
    }

    #[test]
    fn every_point_of_small_order_is_weak() {
        for point in EIGHT_TORSION {
            let key = PublicKey(point.compress().to_bytes());
            assert_eq!(CheckedKey::gate(key), Err(KeyError::Weak));
        }
    }

    #[test]
    fn a_key_of_mixed_order_is_refused() {
        let honest = CompressedEdwardsY(key().public().0).decompress().unwrap();
        for torsion in &EIGHT_TORSION[1..] {
            let mixed = PublicKey((honest + torsion).compress().to_bytes());
            assert_eq!(CheckedKey::gate(mixed), Err(KeyError::MixedOrder));
        }
    }

    #[test]
    fn a_padded_key_is_refused() {
        // y = p + 1 stands for y = 1, the identity, in a form that is not canonical.
        let mut bytes = [0xff; 32];
        bytes[0] = 0xee;
        bytes[31] = 0x7f;
        assert_eq!(
            CheckedKey::gate(PublicKey(bytes)),
            Err(KeyError::NotCanonical)
        );
    }

    #[test]
    fn torsion_added_to_r_is_refused() {
        let checked = CheckedKey::gate(key().public()).unwrap();
        let bytes = key().sign(Tag::READING, b"4.9").to_bytes();
        let r = CompressedEdwardsY(bytes[..32].try_into().unwrap())
            .decompress()
            .unwrap();
        for torsion in &EIGHT_TORSION[1..] {
            let mut forged = bytes;
            forged[..32].copy_from_slice((r + torsion).compress().as_bytes());
            assert_eq!(
                checked.verify(Tag::READING, b"4.9", &Signature::from_bytes(&forged)),
                Err(BadSignature)
            );
        }
    }

    #[test]
    fn a_secret_key_does_not_show_itself() {
        assert_eq!(
            format!("{:?}", key()),
            format!("SecretKey(of {})", key().public())
        );
    }
}
