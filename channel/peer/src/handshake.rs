//! The handshake: three messages, then a session (docs/spec/peer.md, 3).
//!
//! ```text
//! dialer                                   answerer
//!   -> psk, e                                           nobody who does not know the answerer's key gets further
//!   <- e, ee, s, es     hello of the answerer
//!   -> s, se            hello of the dialer
//! ```

use snow::{Builder, HandshakeState};
use twinroot_abi::PublicKey;

use crate::hello::Hello;
use crate::{Identity, Session};

/// Longest message of a handshake in bytes.
pub const HANDSHAKE_MESSAGE_LIMIT: usize = 32 + 32 + TAG + Hello::SIZE + TAG;

/// Who began the connection, waiting for the second message.
pub struct Dialer {
    noise: HandshakeState,
    peer: PublicKey,
    own: Hello,
}

impl Dialer {
    /// Begins a handshake with whoever has the channel key `peer`; the bytes are the first message. Frames of more than
    /// `frame_limit` bytes will not be taken.
    ///
    /// # Errors
    /// [`HandshakeError::Oneself`] where `peer` is the key of `identity`; [`HandshakeError::Noise`] where the system has no
    /// randomness.
    pub fn start(
        identity: &Identity,
        peer: PublicKey,
        frame_limit: u32,
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        if peer == identity.key() {
            return Err(HandshakeError::Oneself);
        }
        let mut noise = builder(identity, &peer)?.build_initiator()?;
        let first = write(&mut noise, &[])?;
        let own = hello(identity, frame_limit);
        Ok((Self { noise, peer, own }, first))
    }

    /// Takes the second message; the bytes are the third.
    ///
    /// # Errors
    /// [`HandshakeError`]: who answered is at fault, or someone on the way.
    pub fn finish(mut self, second: &[u8]) -> Result<(Session, Vec<u8>), HandshakeError> {
        let theirs = read_hello(&mut self.noise, second)?;
        if theirs.certificate.key != self.peer {
            return Err(HandshakeError::AnotherKey(theirs.certificate.key));
        }
        let third = write(&mut self.noise, &self.own.encode())?;
        let session = Session::new(self.noise.into_transport_mode()?, &self.own, &theirs);
        Ok((session, third))
    }
}

/// Who was connected to, waiting for the third message.
pub struct Answerer {
    noise: HandshakeState,
    own: Hello,
}

impl Answerer {
    /// Takes the first message; the bytes are the second.
    ///
    /// # Errors
    /// [`HandshakeError::NotForUs`] where it is not from someone who speaks this protocol and wants this key. Such a one is
    /// told nothing.
    pub fn answer(
        identity: &Identity,
        frame_limit: u32,
        first: &[u8],
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        let key = identity.key();
        let mut noise = builder(identity, &key)?.build_responder()?;
        let mut nothing = [0; HANDSHAKE_MESSAGE_LIMIT];
        if first.len() != FIRST || noise.read_message(first, &mut nothing).is_err() {
            return Err(HandshakeError::NotForUs);
        }
        let own = hello(identity, frame_limit);
        let second = write(&mut noise, &own.encode())?;
        Ok((Self { noise, own }, second))
    }

    /// Takes the third message.
    ///
    /// # Errors
    /// [`HandshakeError`]: who dialed is at fault, or someone on the way.
    pub fn finish(mut self, third: &[u8]) -> Result<Session, HandshakeError> {
        let theirs = read_hello(&mut self.noise, third)?;
        if theirs.certificate.key == self.own.certificate.key {
            return Err(HandshakeError::Oneself);
        }
        Ok(Session::new(
            self.noise.into_transport_mode()?,
            &self.own,
            &theirs,
        ))
    }
}

/// Why there is no session.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum HandshakeError {
    /// The first message is of another protocol or version, altered, or meant for another key.
    #[error("the first message is not for this node")]
    NotForUs,
    /// A message was altered on the way, belongs to another handshake, or was made without the key it claims.
    #[error("a message of the handshake does not verify: it was altered on the way, or replayed")]
    NotVerified,
    /// What the peer says of itself has another length than it must.
    #[error("the peer's hello is malformed")]
    Malformed,
    /// The channel key has not signed the static key.
    #[error("the peer has no valid certificate for the key {0}")]
    NotCertified(PublicKey),
    /// Someone else than whom was dialed has answered.
    #[error("the node there has another key: {0}")]
    AnotherKey(PublicKey),
    /// The peer has the very key of this node.
    #[error("the peer is this node, or one with the same key")]
    Oneself,
    /// The cryptography could not be set up; the system is at fault.
    #[error("the cryptography cannot be set up: {0}")]
    Noise(#[from] snow::Error),
}

fn builder<'a>(
    identity: &'a Identity,
    answerer: &'a PublicKey,
) -> Result<Builder<'a>, snow::Error> {
    Builder::new(PATTERN.parse()?)
        .prologue(PROLOGUE)?
        .local_private_key(identity.secret())?
        .psk(0, &answerer.0)
}

const PATTERN: &str = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s";
/// Protocol and version. It names no ledger: the same connection may serve channels of several.
const PROLOGUE: &[u8] = b"twinroot/noise/v1";
const TAG: usize = 16;
const FIRST: usize = 32 + TAG;

fn hello(identity: &Identity, frame_limit: u32) -> Hello {
    Hello {
        certificate: identity.certificate().clone(),
        frame_limit,
    }
}

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Result<Vec<u8>, snow::Error> {
    let mut message = vec![0; HANDSHAKE_MESSAGE_LIMIT];
    let length = noise.write_message(payload, &mut message)?;
    message.truncate(length);
    Ok(message)
}

/// The hello in `message`, whose certificate holds for the static key that the message has proven.
fn read_hello(noise: &mut HandshakeState, message: &[u8]) -> Result<Hello, HandshakeError> {
    let mut payload = [0; HANDSHAKE_MESSAGE_LIMIT];
    if message.len() > HANDSHAKE_MESSAGE_LIMIT {
        return Err(HandshakeError::Malformed);
    }
    let length = noise
        .read_message(message, &mut payload)
        .map_err(|_| HandshakeError::NotVerified)?;
    let theirs = payload
        .get(..length)
        .and_then(Hello::decode)
        .ok_or(HandshakeError::Malformed)?;
    let certificate = &theirs.certificate;
    if !noise
        .get_remote_static()
        .is_some_and(|key| certificate.certifies(key))
    {
        return Err(HandshakeError::NotCertified(certificate.key));
    }
    Ok(theirs)
}
