//! Backups that only their owner reads.
//!
//! ```text
//! sealed  = "twinroot.backup\n" 16 bytes | version u16 = 1 | nonce 24 | XChaCha20-Poly1305( padded )
//! padded  = length u64 | content | zeros
//! ```
//!
//! Numbers are little-endian. The magic, the version and the nonce are authenticated too. The nonce is random: 24 bytes are
//! enough to never meet one twice. The length is padded to one of few (`pad.rs`).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use twinroot_types::{Tag, hash};
use zeroize::Zeroizing;

use crate::pad::padded;
use crate::{BackupError, OpenSealedError, SignError, Signer};

/// The key that backups are encrypted with. It is wiped when dropped and never printed.
pub struct BackupKey(Zeroizing<[u8; 32]>);

impl BackupKey {
    /// The backup key of a signer's key, which comes back from that alone (docs/spec/encoding.md, 2.3).
    ///
    /// # Errors
    /// The signer's.
    pub fn of(signer: &dyn Signer) -> Result<Self, SignError> {
        let signature = Zeroizing::new(signer.sign(Tag::BACKUP, PURPOSE)?.to_bytes());
        Ok(Self(Zeroizing::new(hash(
            Tag::BACKUP,
            &[signature.as_slice()],
        ))))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl std::fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupKey(..)")
    }
}

/// Encrypts `content`.
///
/// # Errors
/// [`BackupError::TooLong`], [`BackupError::Random`].
pub fn seal(content: &[u8], key: &BackupKey) -> Result<Vec<u8>, BackupError> {
    let too_long = BackupError::TooLong {
        bytes: content.len(),
        limit: CONTENT_LIMIT,
    };
    if content.len() > CONTENT_LIMIT {
        return Err(too_long);
    }
    let Some(size) = padded(LENGTH_BYTES + content.len()) else {
        return Err(too_long);
    };
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    plain.extend_from_slice(&(content.len() as u64).to_le_bytes());
    plain.extend_from_slice(content);
    plain.resize(size, 0);
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce)?;
    let mut sealed = [MAGIC.as_slice(), &VERSION.to_le_bytes(), &nonce].concat();
    let payload = Payload {
        msg: &plain,
        aad: &sealed,
    };
    // It fails only for lengths beyond 256 GiB.
    let encrypted = key
        .cipher()
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| too_long)?;
    sealed.extend_from_slice(&encrypted);
    Ok(sealed)
}

/// What [`seal`] encrypted with the same key.
///
/// # Errors
/// [`OpenSealedError`]: bytes that were changed anywhere, or cut off, are never opened.
pub fn open_sealed(sealed: &[u8], key: &BackupKey) -> Result<Vec<u8>, OpenSealedError> {
    let rest = sealed.strip_prefix(MAGIC).ok_or(OpenSealedError::Foreign)?;
    let (version, rest) = rest.split_first_chunk().ok_or(OpenSealedError::Foreign)?;
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(OpenSealedError::Version { version });
    }
    let (nonce, encrypted) = rest
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(OpenSealedError::Sealed)?;
    let aad = &sealed[..sealed.len() - encrypted.len()];
    let payload = Payload {
        msg: encrypted,
        aad,
    };
    let plain = key
        .cipher()
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| OpenSealedError::Sealed)?;
    let plain = Zeroizing::new(plain);
    let (length, content) = plain.split_first_chunk().ok_or(OpenSealedError::Sealed)?;
    let length =
        usize::try_from(u64::from_le_bytes(*length)).map_err(|_| OpenSealedError::Sealed)?;
    Ok(content
        .get(..length)
        .ok_or(OpenSealedError::Sealed)?
        .to_vec())
}

const MAGIC: &[u8; 16] = b"twinroot.backup\n";
const VERSION: u16 = 1;
/// What is signed for the key; another one for the next kind of key.
const PURPOSE: &[u8] = b"backup key 1";
const NONCE_BYTES: usize = 24;
const LENGTH_BYTES: usize = size_of::<u64>();
/// The longest content: far more than a node's log of a year.
const CONTENT_LIMIT: usize = 1 << 30;
/// More than the longest backup has.
pub(crate) const SEALED_LIMIT: u64 = (CONTENT_LIMIT + CONTENT_LIMIT / 8) as u64;
