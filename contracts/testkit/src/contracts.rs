//! The committed contracts: their wasm, and their calls in the guest codec.

use twinroot_abi::{Amount, ContractId, Fixed, Gas};
use twinroot_exec::{Bundle, Call};

/// Gas that a call of these contracts may use: enough for any of them.
const GAS: Gas = Gas(3_000_000);

fn bytes<T: Fixed>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; T::SIZE];
    value.write(&mut bytes);
    bytes
}

fn call(
    contract: ContractId,
    entry: &str,
    args: Vec<u8>,
    value: Amount,
    facts: Vec<Bundle>,
) -> Call {
    Call {
        contract,
        entry: entry.to_owned(),
        args,
        value,
        gas: GAS,
        facts,
    }
}

/// A television against 2 of 3 attestors.
pub mod tv {
    use twinroot_abi::{Amount, ContractId, FeedId, Gas, Height, Side, Subject};
    use twinroot_exec::{Bundle, Call};

    use super::{bytes, call};

    /// The module.
    pub const WASM: &[u8] = include_bytes!("../../wasm/tv-escrow.wasm");
    /// The code that attestors claim when the parcel has arrived.
    pub const DELIVERED: u16 = 1;
    /// How many attestors must agree.
    pub const QUORUM: u16 = 2;
    /// Gas of `init`.
    pub const INIT_GAS: Gas = super::GAS;

    /// What the contract begins with.
    #[must_use]
    pub fn init(
        buyer: Side,
        price: Amount,
        refund_height: Height,
        subject: Subject,
        attestors: [FeedId; 3],
    ) -> Vec<u8> {
        bytes(&(buyer, price, refund_height, subject, attestors))
    }

    /// Parameters of the policy, as the contract stores them.
    #[must_use]
    pub fn params(subject: Subject, attestors: [FeedId; 3]) -> Vec<u8> {
        bytes(&(subject, attestors))
    }

    /// The buyer pays in.
    #[must_use]
    pub fn pay(contract: ContractId, price: Amount) -> Call {
        call(contract, "pay", Vec::new(), price, Vec::new())
    }

    /// The seller is paid.
    #[must_use]
    pub fn release(contract: ContractId, facts: Vec<Bundle>) -> Call {
        call(contract, "release", Vec::new(), Amount::ZERO, facts)
    }

    /// The buyer takes the coins back.
    #[must_use]
    pub fn refund(contract: ContractId) -> Call {
        call(contract, "refund", Vec::new(), Amount::ZERO, Vec::new())
    }
}

/// Cooled goods against 12 readings in a row out of range.
pub mod truck {
    use twinroot_abi::{Amount, ContractId, FeedId, Gas, Height, Side, TimeMs};
    use twinroot_exec::{Bundle, Call};

    use super::{bytes, call};

    /// The module.
    pub const WASM: &[u8] = include_bytes!("../../wasm/truck-insurance.wasm");
    /// Readings in a row that make a breach.
    pub const RUN: u16 = 12;
    /// Gas of `init`.
    pub const INIT_GAS: Gas = super::GAS;

    /// What the contract begins with.
    #[must_use]
    pub fn init(
        insurer: Side,
        cover: Amount,
        end: Height,
        feed: FeedId,
        band: [i64; 2],
        window: [TimeMs; 2],
    ) -> Vec<u8> {
        bytes(&(insurer, cover, end, feed, band, window))
    }

    /// Parameters of the policy, as the contract stores them.
    #[must_use]
    pub fn params(feed: FeedId, band: [i64; 2], window: [TimeMs; 2]) -> Vec<u8> {
        bytes(&(feed, band, window))
    }

    /// The insurer pays the cover in.
    #[must_use]
    pub fn fund(contract: ContractId, cover: Amount) -> Call {
        call(contract, "fund", Vec::new(), cover, Vec::new())
    }

    /// The insured is paid.
    #[must_use]
    pub fn claim(contract: ContractId, facts: Vec<Bundle>) -> Call {
        call(contract, "claim", Vec::new(), Amount::ZERO, facts)
    }

    /// The insurer takes the cover back.
    #[must_use]
    pub fn expire(contract: ContractId) -> Call {
        call(contract, "expire", Vec::new(), Amount::ZERO, Vec::new())
    }
}

/// Slots without meaning, to see what a witness costs.
pub mod ballast {
    use twinroot_abi::{Amount, ContractId, Gas};
    use twinroot_exec::Call;

    use super::{bytes, call};

    /// The module.
    pub const WASM: &[u8] = include_bytes!("../../wasm/ballast.wasm");
    /// Slots that one call may fill.
    pub const PER_CALL: u32 = 500;
    /// Gas of `init`.
    pub const INIT_GAS: Gas = super::GAS;
    /// Gas of a call that fills so many.
    const FILL_GAS: Gas = Gas(10_000_000);

    /// The storage key of slot `index`: that of a map in the contract's first field.
    #[must_use]
    pub fn key(index: u64) -> Vec<u8> {
        bytes(&(0u32, index))
    }

    /// Fills `count` slots from number `start`.
    #[must_use]
    pub fn fill(contract: ContractId, start: u64, count: u32) -> Call {
        let args = bytes(&(start, count));
        Call {
            gas: FILL_GAS,
            ..call(contract, "fill", args, Amount::ZERO, Vec::new())
        }
    }
}
