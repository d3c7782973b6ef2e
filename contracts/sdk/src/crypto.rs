//! What the host computes faster than a contract could.

use twinroot_abi::{Hash, PublicKey};

use crate::host;

/// blake2b with 32 bytes of output, without a tag.
#[must_use]
pub fn blake2b(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    // SAFETY: the host reads `bytes` and writes 32 bytes.
    unsafe { host::blake2b(bytes.as_ptr(), bytes.len(), hash.as_mut_ptr()) };
    Hash(hash)
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    // SAFETY: the host reads `bytes` and writes 32 bytes.
    unsafe { host::sha256(bytes.as_ptr(), bytes.len(), hash.as_mut_ptr()) };
    Hash(hash)
}

/// Whether the key may sign at all, and the Ed25519 signature is its own of these bytes, by the strict
/// rule of docs/spec/encoding.md, 3. A contract says in the bytes what they are for, or a signature of
/// something else may pass.
#[must_use]
pub fn verify(key: &PublicKey, bytes: &[u8], signature: &[u8; 64]) -> bool {
    // SAFETY: the host reads 32, `bytes` and 64 bytes.
    let verified = unsafe {
        host::verify(
            key.0.as_ptr(),
            bytes.as_ptr(),
            bytes.len(),
            signature.as_ptr(),
        )
    };
    verified == 1
}
