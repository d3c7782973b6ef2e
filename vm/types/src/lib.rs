//! What every room above shares: the canonical codec, domain-tagged hashes, the one Ed25519 rule
//! and the limits of a call.

mod codec;
mod ed25519;
mod hash;
mod limits;

pub use codec::{DecodeError, at_most, decode, encode};
pub use ed25519::{BadSignature, CheckedKey, KeyError, SecretKey, Signature};
pub use hash::{Tag, hash, hash_of};
pub use limits::Limits;
