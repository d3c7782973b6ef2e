//! What each side says of itself inside the handshake (docs/spec/peer.md, 3.3).

use twinroot_abi::PublicKey;
use twinroot_types::Signature;

use crate::identity::Certificate;

/// ```text
/// | channel key 32 | signature 64 | frame limit 4, big-endian |
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) certificate: Certificate,
    /// Bytes of the longest frame that the sender of this takes.
    pub(crate) frame_limit: u32,
}

impl Hello {
    pub(crate) const SIZE: usize = 32 + Signature::SIZE + 4;

    pub(crate) fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..32].copy_from_slice(&self.certificate.key.0);
        bytes[32..96].copy_from_slice(&self.certificate.signature.to_bytes());
        bytes[96..].copy_from_slice(&self.frame_limit.to_be_bytes());
        bytes
    }

    /// Nothing where the length is another one.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        let (signature, rest) = rest.split_first_chunk::<{ Signature::SIZE }>()?;
        let frame_limit = u32::from_be_bytes(rest.try_into().ok()?);
        let certificate = Certificate {
            key: PublicKey(*key),
            signature: Signature::from_bytes(signature),
        };
        Some(Self {
            certificate,
            frame_limit,
        })
    }
}
