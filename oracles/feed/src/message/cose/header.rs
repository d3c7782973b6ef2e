//! The protected header of a stock device's message (docs/spec/oracles.md, 2.5).

use super::cbor::Reader;
use super::labels::Labels;
use crate::OpenError;

pub(super) fn check(bytes: &[u8]) -> Result<(), OpenError> {
    let mut header = Reader::new(bytes, OpenError::Header);
    let mut labels = Labels::default();
    for _ in 0..header.map()? {
        let label = header.integer()?;
        labels.add(label)?;
        let fits = match label {
            ALGORITHM => [EDDSA, ED25519].contains(&header.integer()?),
            CONTENT_TYPE => header.integer()? == SENML_CBOR,
            KEY_NAME => header.bytes()?.len() <= KEY_NAME_LIMIT,
            _ => false,
        };
        if !fits {
            return Err(OpenError::Header);
        }
    }
    if !labels.contain(ALGORITHM) {
        return Err(OpenError::Header);
    }
    header.finish()
}

// Labels and values of the protected header (RFC 9052, RFC 9053, RFC 9864).
pub(super) const ALGORITHM: i64 = 1;
const EDDSA: i64 = -8;
pub(super) const ED25519: i64 = -19;
pub(super) const CONTENT_TYPE: i64 = 3;
pub(super) const SENML_CBOR: i64 = 112;
const KEY_NAME: i64 = 4;
const KEY_NAME_LIMIT: usize = 64;
