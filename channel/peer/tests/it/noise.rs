//! The other side of a handshake, made from docs/spec/peer.md alone and free to break its rules.

use snow::{Builder, HandshakeState, TransportState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use twinroot_abi::PublicKey;
use twinroot_types::{Signature, Tag};

use crate::world::{channel_key, noise_secret};

/// What someone says of himself, true or not.
#[derive(Clone)]
pub(crate) struct Claim {
    pub(crate) secret: [u8; 32],
    pub(crate) hello: Vec<u8>,
}

impl Claim {
    /// What the node of that seed says.
    pub(crate) fn honest(seed: u8) -> Self {
        let secret = noise_secret(seed);
        let key = channel_key(seed);
        let signature = key.sign(Tag::PEER, &static_public(&secret));
        Self {
            secret,
            hello: hello(key.public(), signature, 1 << 20),
        }
    }
}

pub(crate) fn hello(key: PublicKey, signature: Signature, frame_limit: u32) -> Vec<u8> {
    [
        &key.0[..],
        &signature.to_bytes(),
        &frame_limit.to_be_bytes(),
    ]
    .concat()
}

pub(crate) fn static_public(secret: &[u8; 32]) -> [u8; 32] {
    use snow::resolvers::{CryptoResolver, DefaultResolver};
    let mut curve = DefaultResolver
        .resolve_dh(&snow::params::DHChoice::Curve25519)
        .unwrap();
    curve.set(secret);
    curve.pubkey().try_into().unwrap()
}

pub(crate) fn builder<'a>(prologue: &'a [u8], claim: &'a Claim, psk: &'a PublicKey) -> Builder<'a> {
    Builder::new("Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s".parse().unwrap())
        .prologue(prologue)
        .unwrap()
        .local_private_key(&claim.secret)
        .unwrap()
        .psk(0, &psk.0)
        .unwrap()
}

pub(crate) const PROLOGUE: &[u8] = b"twinroot/noise/v1";

/// A connection whose messages are made by hand.
pub(crate) struct Hand {
    pub(crate) stream: TcpStream,
    pub(crate) noise: TransportState,
}

impl Hand {
    /// Dials the node with the channel key `peer` and claims what it likes.
    pub(crate) async fn dial(
        at: std::net::SocketAddr,
        peer: PublicKey,
        claim: &Claim,
    ) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let mut noise = builder(PROLOGUE, claim, &peer).build_initiator().unwrap();
        write(&mut stream, &mut noise, &[]).await?;
        read(&mut stream, &mut noise).await?;
        write(&mut stream, &mut noise, &claim.hello).await?;
        let noise = noise.into_transport_mode().unwrap();
        Ok(Self { stream, noise })
    }

    /// Answers to whoever dials the node with the channel key `key`.
    pub(crate) async fn answer(
        mut stream: TcpStream,
        key: PublicKey,
        claim: &Claim,
    ) -> std::io::Result<Self> {
        let mut noise = builder(PROLOGUE, claim, &key).build_responder().unwrap();
        read(&mut stream, &mut noise).await?;
        write(&mut stream, &mut noise, &claim.hello).await?;
        read(&mut stream, &mut noise).await?;
        let noise = noise.into_transport_mode().unwrap();
        Ok(Self { stream, noise })
    }

    /// The bytes of a message as they travel.
    pub(crate) fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![0; plain.len() + 16];
        self.noise.write_message(plain, &mut sealed).unwrap();
        [&(sealed.len() as u16).to_be_bytes()[..], &sealed].concat()
    }

    pub(crate) async fn say(&mut self, plain: &[u8]) -> std::io::Result<()> {
        let sealed = self.seal(plain);
        self.stream.write_all(&sealed).await
    }

    pub(crate) async fn hear(&mut self) -> std::io::Result<Vec<u8>> {
        let sealed = take(&mut self.stream).await?;
        let mut plain = vec![0; sealed.len()];
        let length = self
            .noise
            .read_message(&sealed, &mut plain)
            .map_err(std::io::Error::other)?;
        plain.truncate(length);
        Ok(plain)
    }
}

async fn write(
    stream: &mut TcpStream,
    noise: &mut HandshakeState,
    payload: &[u8],
) -> std::io::Result<()> {
    let mut message = [0; 512];
    let length = noise.write_message(payload, &mut message).unwrap();
    let bytes = [&(length as u16).to_be_bytes()[..], &message[..length]].concat();
    stream.write_all(&bytes).await
}

async fn read(stream: &mut TcpStream, noise: &mut HandshakeState) -> std::io::Result<Vec<u8>> {
    let message = take(stream).await?;
    let mut payload = vec![0; message.len()];
    let length = noise
        .read_message(&message, &mut payload)
        .map_err(std::io::Error::other)?;
    payload.truncate(length);
    Ok(payload)
}

async fn take(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).await?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).await?;
    Ok(message)
}
