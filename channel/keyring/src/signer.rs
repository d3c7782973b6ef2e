//! What signs.

use twinroot_abi::PublicKey;
use twinroot_types::{SecretKey, Signature, Tag};

use crate::SignError;

/// Signs with one key, wherever that is. The same bytes always get the same signature.
pub trait Signer: Send + Sync {
    /// The public half of the key.
    fn public(&self) -> PublicKey;

    /// The signature over `tag | bytes`. It is a good one: whoever gets it from elsewhere has verified it.
    ///
    /// # Errors
    /// [`SignError`] says who did not want to, or could not.
    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError>;

    /// Whether who signs is another process, which remembers what it has signed. Then what is signed has to be on the
    /// caller's disk before; a signature made here that nobody has seen yet is as if it were not made.
    fn is_remote(&self) -> bool {
        false
    }
}

impl<S: Signer + ?Sized> Signer for std::sync::Arc<S> {
    fn public(&self) -> PublicKey {
        (**self).public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        (**self).sign(tag, bytes)
    }

    fn is_remote(&self) -> bool {
        (**self).is_remote()
    }
}

/// A key in this process.
#[derive(Debug)]
pub struct LocalSigner(SecretKey);

impl LocalSigner {
    /// Signs with this key.
    #[must_use]
    pub fn new(key: SecretKey) -> Self {
        Self(key)
    }
}

impl Signer for LocalSigner {
    fn public(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, tag: Tag, bytes: &[u8]) -> Result<Signature, SignError> {
        Ok(self.0.sign(tag, bytes))
    }
}
