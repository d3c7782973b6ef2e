//! A signing key on disk, under a passphrase.
//!
//! ```text
//! twinroot key file 1
//! public <64 hex digits>
//! argon2id <memory in KiB> <passes> <lanes> <salt: 32 hex digits>
//! xchacha20poly1305 <nonce: 48 hex digits> <sealed seed: 96 hex digits>
//! checksum <16 hex digits>
//! ```
//!
//! The first three lines are authenticated with the seed, so a public key or a cost that somebody changed is noticed.
//! The checksum (XXH3-64 of the lines above it) tells a damaged file from a wrong passphrase.
//!
//! A passphrase counts as UTF-8 in Unicode's composed form (NFC, as RFC 8265 has it): keyboards differ in how they write an umlaut.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use twinroot_abi::PublicKey;
use twinroot_types::SecretKey;
use twox_hash::XxHash3_64;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::KeyFileError;
use crate::place::place;

/// A file with a signing key under a passphrase.
#[derive(Debug)]
pub struct KeyFile;

impl KeyFile {
    /// Writes a key under a passphrase. Only the file's owner can read it.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`], [`KeyFileError::NoPassphrase`], [`KeyFileError::Memory`], [`KeyFileError::Random`],
    /// [`KeyFileError::Disk`]; nothing was written then.
    pub fn create(path: &Path, key: &SecretKey, passphrase: &str) -> Result<(), KeyFileError> {
        Self::create_at_cost(path, key, passphrase, Cost::default())
    }

    /// The same at another cost.
    ///
    /// # Errors
    /// As [`KeyFile::create`], and [`KeyFileError::Cost`].
    pub fn create_at_cost(
        path: &Path,
        key: &SecretKey,
        passphrase: &str,
        cost: Cost,
    ) -> Result<(), KeyFileError> {
        if passphrase.is_empty() {
            return Err(KeyFileError::NoPassphrase);
        }
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
        getrandom::fill(&mut salt)?;
        getrandom::fill(&mut nonce)?;
        let head = Head {
            public: key.public(),
            cost,
            salt,
        };
        let text = head.text();
        let cipher = head.cipher(passphrase)?;
        let sealed = cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: key.seed(),
                    aad: text.as_bytes(),
                },
            )
            .map_err(|_| KeyFileError::Memory)?;
        let text = format!(
            "{text}{CIPHER} {} {}\n",
            hex::encode(nonce),
            hex::encode(sealed)
        );
        let text = format!("{text}{}", checksum_line(&text));
        place(path, text.as_bytes()).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
            _ => disk(path, "written")(source),
        })
    }

    /// The key in a file.
    ///
    /// # Errors
    /// [`KeyFileError::WrongPassphrase`] where the file is as it was written; [`KeyFileError::Damaged`],
    /// [`KeyFileError::Foreign`], [`KeyFileError::Version`], [`KeyFileError::Cost`], [`KeyFileError::Memory`], [`KeyFileError::Disk`].
    pub fn open(path: &Path, passphrase: &str) -> Result<SecretKey, KeyFileError> {
        let text = read(path)?;
        let parsed = parse(&text, path)?;
        let cipher = parsed.head.cipher(passphrase)?;
        let payload = Payload {
            msg: &parsed.sealed,
            aad: parsed.head_text.as_bytes(),
        };
        let opened = cipher.decrypt(&XNonce::from(parsed.nonce), payload);
        let opened =
            Zeroizing::new(opened.map_err(|_| KeyFileError::WrongPassphrase(path.to_owned()))?);
        let seed: &[u8; 32] = opened
            .as_slice()
            .try_into()
            .map_err(|_| KeyFileError::Damaged(path.to_owned()))?;
        let key = SecretKey::from_seed(seed);
        if key.public() != parsed.head.public {
            return Err(KeyFileError::Damaged(path.to_owned()));
        }
        Ok(key)
    }

    /// The public key of a file, for which no passphrase is needed. Only [`KeyFile::open`] shows that it is the right one.
    ///
    /// # Errors
    /// [`KeyFileError::Damaged`], [`KeyFileError::Foreign`], [`KeyFileError::Version`], [`KeyFileError::Disk`].
    pub fn public(path: &Path) -> Result<PublicKey, KeyFileError> {
        Ok(parse(&read(path)?, path)?.head.public)
    }
}

/// A new key, from the randomness of the system.
///
/// # Errors
/// [`KeyFileError::Random`].
pub fn new_key() -> Result<SecretKey, KeyFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice())?;
    Ok(SecretKey::from_seed(&seed))
}

/// How much work it is to try one passphrase.
///
/// The default is four times the memory of the second choice of RFC 9106 (64 MiB, 3 passes). A node opens its key once when it
/// starts, so a second is nothing to it; whoever has stolen the file needs as much memory for each passphrase that it tries
/// at a time. One lane, because one thread derives the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes of the memory.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory_kib: 256 * 1024,
            passes: 3,
            lanes: 1,
        }
    }
}

/// What is authenticated but not secret.
struct Head {
    public: PublicKey,
    cost: Cost,
    salt: [u8; SALT_BYTES],
}

impl Head {
    fn text(&self) -> String {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let (public, salt) = (hex::encode(self.public.0), hex::encode(self.salt));
        format!(
            "{FIRST_LINE} {VERSION}\npublic {public}\n{KDF} {memory_kib} {passes} {lanes} {salt}\n"
        )
    }

    /// The cipher of the passphrase. A hostile file cannot ask for more than a few seconds and 4 GiB.
    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, KeyFileError> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        if memory_kib > 4 << 20 || passes > 64 || lanes > 16 {
            return Err(KeyFileError::Cost);
        }
        let params =
            Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| KeyFileError::Cost)?;
        // Composed, it is at most three times as long; so no part of it is left behind where the string would have grown.
        let composed = String::with_capacity(passphrase.len().saturating_mul(3));
        let mut composed = Zeroizing::new(composed);
        composed.extend(passphrase.nfc());
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(composed.as_bytes(), &self.salt, key.as_mut_slice())
            .map_err(|_| KeyFileError::Memory)?;
        Ok(XChaCha20Poly1305::new((&*key).into()))
    }
}

struct Parsed<'a> {
    head: Head,
    head_text: &'a str,
    nonce: [u8; NONCE_BYTES],
    sealed: Vec<u8>,
}

fn parse<'a>(text: &'a str, path: &Path) -> Result<Parsed<'a>, KeyFileError> {
    let rest = text
        .strip_prefix(FIRST_LINE)
        .ok_or_else(|| KeyFileError::Foreign(path.to_owned()))?;
    let version = rest.lines().next().unwrap_or_default().trim();
    let whole = text
        .rsplit_once("checksum ")
        .filter(|(above, _)| text.strip_prefix(above) == Some(checksum_line(above).as_str()));
    match whole {
        // A newer version may end in another way.
        _ if version != VERSION
            && !version.is_empty()
            && version.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Err(KeyFileError::Version {
                path: path.to_owned(),
                version: version.to_owned(),
            })
        }
        Some((above, _)) => fields(above).ok_or_else(|| KeyFileError::Damaged(path.to_owned())),
        None => Err(KeyFileError::Damaged(path.to_owned())),
    }
}

/// What the lines above the checksum say, if they are exactly what we write.
fn fields(above: &str) -> Option<Parsed<'_>> {
    let mut lines = above.lines().skip(1);
    let public = lines.next()?.strip_prefix("public ")?;
    let mut kdf = lines.next()?.strip_prefix(KDF)?.split_ascii_whitespace();
    let cost = Cost {
        memory_kib: kdf.next()?.parse().ok()?,
        passes: kdf.next()?.parse().ok()?,
        lanes: kdf.next()?.parse().ok()?,
    };
    let salt = kdf.next()?;
    let cipher_line = lines.next()?;
    let (nonce, sealed) = cipher_line.strip_prefix(CIPHER)?.trim().split_once(' ')?;
    let head = Head {
        public: PublicKey(bytes(public)?),
        cost,
        salt: bytes(salt)?,
    };
    let head_text = above.strip_suffix('\n')?.strip_suffix(cipher_line)?;
    let sealed = bytes::<SEALED_BYTES>(sealed)?.to_vec();
    (head.text() == head_text).then_some(Parsed {
        head,
        head_text,
        nonce: bytes(nonce)?,
        sealed,
    })
}

fn checksum_line(above: &str) -> String {
    format!("checksum {:016x}\n", XxHash3_64::oneshot(above.as_bytes()))
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// The text of a file. Nothing longer than a key file is looked at.
fn read(path: &Path) -> Result<String, KeyFileError> {
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(disk(path, "opened"))?;
    file.take(FILE_LIMIT)
        .read_to_end(&mut text)
        .map_err(disk(path, "read"))?;
    String::from_utf8(text).map_err(|broken| {
        if broken.as_bytes().starts_with(FIRST_LINE.as_bytes()) {
            KeyFileError::Damaged(path.to_owned())
        } else {
            KeyFileError::Foreign(path.to_owned())
        }
    })
}

fn disk(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Disk { path, what, source }
}

const FIRST_LINE: &str = "twinroot key file";
const VERSION: &str = "1";
const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20poly1305";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// The seed and the tag of the cipher.
const SEALED_BYTES: usize = 48;
const FILE_LIMIT: u64 = 4096;
