//! Keys and hashes as contracts know them.

use ed25519_dalek::{Signer as _, SigningKey};
use twinroot_abi::{Hash, PublicKey};
use twinroot_types::{Tag, hash};

use super::Stage;

/// A key of somebody who signs for a contract, outside the channel.
#[derive(Debug)]
pub struct Key(SigningKey);

impl Stage {
    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Key {
        Key(SigningKey::from_bytes(&hash(
            Tag::VALUE,
            &[name.as_bytes()],
        )))
    }
}

impl Key {
    /// What a contract knows of it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Its signature of these bytes, without a tag: as `twinroot_sdk::crypto::verify` takes it.
    #[must_use]
    pub fn signs(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

/// blake2b with 32 bytes of output, as `twinroot_sdk::crypto::blake2b` gives it.
#[must_use]
pub fn blake2b(bytes: &[u8]) -> Hash {
    let digest = blake2b_simd::Params::new().hash_length(32).hash(bytes);
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_bytes());
    Hash(hash)
}
