//! Devices that sign.

use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Envelope, Mode, SignError, Signer};
use twinroot_types::SecretKey;

/// An attestor who says whether parcels arrive.
///
/// # Errors
/// [`SignError`] where the name is not one that a descriptor may have.
pub fn attestor(seed: &[u8; 32], name: &str) -> Result<Signer, SignError> {
    let secret = SecretKey::from_seed(seed);
    let descriptor = Descriptor {
        key: secret.public(),
        envelope: Envelope::Native,
        mode: Mode::Counter,
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
    sensor(seed, name, Measure::TEMPERATURE, period_ms)
}

/// What a sensor measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What measures it, as the name of the device says.
    pub device: &'static str,
    /// Which quantity.
    pub quantity: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// A reading counts 10 to this power of the unit.
    pub scale: i8,
}

impl Measure {
    /// Thousandths of a degree Celsius.
    pub const TEMPERATURE: Self = Self {
        device: "thermometer",
        quantity: "temperature",
        unit: "Cel",
        scale: -3,
    };
    /// Kilowatt-hours, as a meter counts them.
    pub const ENERGY: Self = Self {
        device: "meter",
        quantity: "energy",
        unit: "kWh",
        scale: 0,
    };
    /// What a kilowatt-hour costs, in coins.
    pub const PRICE: Self = Self {
        device: "exchange",
        quantity: "price",
        unit: "coins/kWh",
        scale: 0,
    };
}

/// A device that measures something.
///
/// # Errors
/// As above.
pub fn sensor(
    seed: &[u8; 32],
    name: &str,
    measure: Measure,
    period_ms: u32,
) -> Result<Signer, SignError> {
    let secret = SecretKey::from_seed(seed);
    let descriptor = Descriptor {
        key: secret.public(),
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: format!("urn:{}:{name}", measure.device),
        quantity: measure.quantity.to_owned(),
        unit: measure.unit.to_owned(),
        scale: measure.scale,
        period_ms,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    };
    Signer::new(secret, descriptor)
}
