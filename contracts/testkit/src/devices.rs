//! Devices that sign.

use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, SignError, Signer};
use twinroot_types::SecretKey;

/// An attestor who says whether parcels arrive.
///
/// # Errors
/// [`SignError`] where the name is not one that a descriptor may have.
pub fn attestor(seed: &[u8; 32], name: &str) -> Result<Signer, SignError> {
    let secret = SecretKey::from_seed(seed);
    let descriptor = Descriptor {
        key: secret.public(),
        urn: format!("urn:attestor:{name}"),
        quantity: "delivery".to_owned(),
        unit: String::new(),
        scale: 0,
        period_ms: 0,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    };
    Signer::new(secret, descriptor)
}

/// A thermometer that counts thousandths of a degree Celsius.
///
/// # Errors
/// [`SignError`] where the name is not one that a descriptor may have.
pub fn thermometer(seed: &[u8; 32], name: &str, period_ms: u32) -> Result<Signer, SignError> {
    let secret = SecretKey::from_seed(seed);
    let descriptor = Descriptor {
        key: secret.public(),
        urn: format!("urn:thermometer:{name}"),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    };
    Signer::new(secret, descriptor)
}
