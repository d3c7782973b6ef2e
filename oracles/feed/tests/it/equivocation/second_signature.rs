//! What only the owner of a key can do: sign the same bytes once more, with another nonce.

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use sha2::{Digest, Sha512};
use twinroot_types::{Tag, encode};

use crate::world::{feed, secret};
use twinroot_feed::{Signed, open};

/// The message of feed 1 again, with a signature of its own that verifies.
pub(crate) fn signed_again(message: &Signed) -> Signed {
    let seed = Sha512::digest([1; 32]);
    let key = Scalar::from_bytes_mod_order(clamp_integer(seed[..32].try_into().unwrap()));
    let nonce = Scalar::from(7_u64);
    let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let body = encode(message.observation());
    let public = secret(1).public().0;
    let challenge = Sha512::digest([&r, &public, Tag::READING.bytes(), &body].concat());
    let s = nonce + Scalar::from_bytes_mod_order_wide(&challenge.into()) * key;
    let bytes = [&[0], body.as_slice(), &r, s.as_bytes()].concat();
    open(&feed(1), &bytes).unwrap()
}
