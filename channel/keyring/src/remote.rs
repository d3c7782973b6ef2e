//! A signer in another process, over a local socket.
//!
//! ```text
//! frame    = length u32 | postcard
//! Request    00 of the public key | 01 tag length varint, bytes | body length varint, bytes
//! Response   00 public key 32 | 01 signature 64 | 02 refusal length varint, UTF-8
//! ```
//!
//! The length is little-endian. Each request has one response, in order.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twinroot_abi::PublicKey;
use twinroot_types::{CheckedKey, Signature, Tag, decode, encode};

use crate::{SignError, Signer};

/// What a signer is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Public,
    Sign { tag: Vec<u8>, body: Vec<u8> },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Response {
    Public(PublicKey),
    Signed(Signature),
    Refused(String),
}

/// Asks a signer in another process ([`crate::serve_signer`]). Whatever that gives is verified before it is given on.
#[derive(Debug)]
pub struct RemoteSigner {
    path: PathBuf,
    key: CheckedKey,
    /// Gone where something went wrong on it.
    stream: Mutex<Option<UnixStream>>,
}

impl RemoteSigner {
    /// Connects to the signer at `path`. Where the key is known, a signer with another one is not accepted.
    ///
    /// # Errors
    /// [`SignError::Unreachable`], [`SignError::Nonsense`], [`SignError::NotItsKey`].
    pub fn connect(path: &Path, expected: Option<PublicKey>) -> Result<Self, SignError> {
        let mut stream = connect(path)?;
        let Response::Public(public) = ask(&mut stream, &Request::Public)? else {
            return Err(SignError::Nonsense);
        };
        if let Some(expected) = expected.filter(|expected| *expected != public) {
            return Err(SignError::NotItsKey(expected));
        }
        let key = CheckedKey::gate(public).map_err(|_| SignError::NotItsKey(public))?;
        Ok(Self {
            path: path.to_owned(),
            key,
            stream: Mutex::new(Some(stream)),
        })
    }

    /// Asks on the connection there is, and once more on a new one if that has gone: asking twice changes nothing.
    fn ask(&self, request: &Request) -> Result<Response, SignError> {
        let mut kept = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut stream) = kept.take()
            && let Ok(response) = ask(&mut stream, request)
        {
            *kept = Some(stream);
            return Ok(response);
        }
        let mut stream = connect(&self.path)?;
        let response = ask(&mut stream, request)?;
        *kept = Some(stream);
        Ok(response)
    }
}

impl Signer for RemoteSigner {
    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        if bytes.len() > BODY_LIMIT {
            return Err(SignError::TooLong {
                bytes: bytes.len(),
                limit: BODY_LIMIT,
            });
        }
        match self.ask(&Request::Sign {
            tag: tag.bytes().to_vec(),
            body: bytes.to_vec(),
        })? {
            Response::Signed(signature) => {
                self.key
                    .verify(tag, bytes, &signature)
                    .map_err(|_| SignError::NotItsKey(self.public()))?;
                Ok(signature)
            }
            Response::Refused(why) => Err(SignError::Refused(why)),
            Response::Public(_) => Err(SignError::Nonsense),
        }
    }

    fn is_remote(&self) -> bool {
        true
    }
}

fn connect(path: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn ask(stream: &mut UnixStream, request: &Request) -> Result<Response, SignError> {
    write_frame(stream, &encode(request))?;
    let bytes = read_frame(stream)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    decode(&bytes, FRAME_LIMIT).map_err(|_| SignError::Nonsense)
}

/// Writes a frame, in one piece.
pub(crate) fn write_frame(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length =
        u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    stream.write_all(&[&length.to_le_bytes(), bytes].concat())?;
    stream.flush()
}

/// The next frame; `None` where the other side is done. Memory is taken for bytes that came only.
pub(crate) fn read_frame(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if stream.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut length[1..])?;
    let length = u64::from(u32::from_le_bytes(length));
    if length > FRAME_LIMIT as u64 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a frame that is too long",
        ));
    }
    let mut bytes = Vec::new();
    let got = stream.by_ref().take(length).read_to_end(&mut bytes)?;
    if (got as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// The longest thing that is signed: a transaction with code and witness takes far less.
const BODY_LIMIT: usize = 16 << 20;
/// A request, with its tag.
pub(crate) const FRAME_LIMIT: usize = BODY_LIMIT + 1024;
/// How long a signer may take. It waits for its disk, or for somebody who presses a button.
const PATIENCE: Duration = Duration::from_secs(30);
