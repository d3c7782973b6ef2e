//! Who a node is to its peers: a static key for connections, signed by the key of its channels.

use core::fmt;

use snow::params::DHChoice;
use snow::resolvers::{CryptoResolver, DefaultResolver};
use twinroot_abi::PublicKey;
use twinroot_types::{CheckedKey, Signature, Tag};
use zeroize::Zeroizing;

/// A static key with its certificate (docs/spec/peer.md, 2). The secret half is wiped when dropped and never printed.
#[derive(Clone)]
pub struct Identity {
    secret: Zeroizing<[u8; 32]>,
    certificate: Certificate,
}

impl Identity {
    /// The identity of the channel key `key`, which signs the static key of `noise_secret` by `sign`. Best is a fresh
    /// secret at each start of the node: then nobody can steal it from a disk.
    ///
    /// # Errors
    /// Those of `sign`.
    pub fn new<E>(
        noise_secret: [u8; 32],
        key: PublicKey,
        sign: impl FnOnce(Tag, &[u8]) -> Result<Signature, E>,
    ) -> Result<Self, E> {
        let secret = Zeroizing::new(noise_secret);
        let signature = sign(Tag::PEER, &static_public(&secret))?;
        Ok(Self {
            secret,
            certificate: Certificate { key, signature },
        })
    }

    /// The channel key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.certificate.key
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(of {})", self.key())
    }
}

/// What binds a static key to a channel key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) key: PublicKey,
    pub(crate) signature: Signature,
}

impl Certificate {
    /// Whether the channel key has signed `static_key`, and passes the gate.
    pub(crate) fn certifies(&self, static_key: &[u8]) -> bool {
        CheckedKey::gate(self.key)
            .is_ok_and(|key| key.verify(Tag::PEER, static_key, &self.signature).is_ok())
    }
}

fn static_public(secret: &[u8; 32]) -> [u8; 32] {
    let mut public = [0; 32];
    // Curve25519 is always there: it is a feature that this crate switches on.
    if let Some(mut curve) = DefaultResolver.resolve_dh(&DHChoice::Curve25519) {
        curve.set(secret);
        public.copy_from_slice(curve.pubkey());
    }
    public
}
