//! TLS: who may vouch for a broker or a server. It hides what is said and by whom; that a message is true, its
//! signature alone shows.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

/// Who may vouch for the other end of a connection.
#[derive(Clone, Debug)]
pub struct Authorities(Arc<ClientConfig>);

impl Authorities {
    /// Those that the system trusts.
    ///
    /// # Errors
    /// [`TlsError::None`] where it trusts nobody.
    pub fn of_system() -> Result<Self, TlsError> {
        // A certificate that cannot be read vouches for nobody; the others still do.
        Self::of(rustls_native_certs::load_native_certs().certs)
    }

    /// Those whose certificates are in a file, as PEM.
    ///
    /// # Errors
    /// [`TlsError::Pem`] where the file cannot be read, [`TlsError::None`] where there is none in it.
    pub fn of_file(path: &Path) -> Result<Self, TlsError> {
        let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let certificates: Vec<_> = certificates.map_err(|source| TlsError::Pem {
            path: path.display().to_string(),
            source,
        })?;
        Self::of(certificates)
    }

    fn of(certificates: Vec<CertificateDer<'static>>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(TlsError::None);
        }
        Self::with(roots)
    }

    /// Nobody: for connections without TLS.
    pub(crate) fn nobody() -> Result<Self, TlsError> {
        Self::with(RootCertStore::empty())
    }

    fn with(roots: RootCertStore) -> Result<Self, TlsError> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    pub(crate) const fn config(&self) -> &Arc<ClientConfig> {
        &self.0
    }
}

/// Why there are no authorities.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// There is no certificate of any.
    #[error("no certificate of an authority was found; name a file that has one")]
    None,
    /// The file is no PEM.
    #[error("{path} has no certificates that can be read: {source}")]
    Pem {
        /// Which.
        path: String,
        /// Why not.
        source: pem::Error,
    },
    /// The library does not take the settings.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
}
