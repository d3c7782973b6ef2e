//! An executor of a few lines: the arguments of a call are a small script, and code is any bytes
//! that begin with `toy`.

use serde::{Deserialize, Serialize};
use twinroot_abi::{Amount, Gas, Side};
use twinroot_exec::{
    Call, Code, CodeSource, Codes, CoinsError, Execute, Halt, HeaderPlace, HostError, Outcome,
    Receipt, Scene, StateKey,
};
use twinroot_state::Overlay;
use twinroot_types::{Limits, Tag, decode, encode, hash};

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Line {
    /// Stores a value, without a look at the old one.
    Store(u8, u8),
    /// Removes a value.
    Remove(u8),
    /// Returns a value.
    Read(u8),
    /// Stores the height of the pinned block.
    Stamp(u8),
    /// Looks at so many slots.
    Scan(u16),
    /// Pays coins of the contract to a side.
    Pay(Side, u64),
    /// Counts the facts of a policy as judged.
    Judge(u8),
    /// Uses gas.
    Burn(u64),
    /// Calls it off.
    Revert(u32),
    /// Finds this machine broken.
    Break,
}

/// Gas of a line that does not burn any.
pub(crate) const LINE_GAS: u64 = 10;

/// The executor.
pub(crate) struct Toy;

impl Execute for Toy {
    fn admit(&self, wasm: &[u8]) -> Result<Code, Halt> {
        match wasm {
            [b't', b'o', b'y', ..] => Ok(code(wasm)),
            b"broken" => Err(Halt::Machine("out of order".to_owned())),
            _ => Err(Halt::Code("it is no toy".to_owned())),
        }
    }

    fn execute(
        &self,
        _: CodeSource<'_>,
        _: &Codes,
        state: &mut Overlay,
        scene: Scene,
        call: &Call,
    ) -> Result<Receipt, Halt> {
        let Ok(script) = decode::<Vec<Line>>(&call.args, Limits::V1.argument_bytes) else {
            let outcome = Outcome::HostError(HostError::NoSuchEntry);
            return Ok(Receipt::failed(outcome, call.gas));
        };
        let mut receipt = Receipt::failed(Outcome::Success, Gas::ZERO);
        for line in script {
            receipt.gas = Gas(receipt.gas.0.saturating_add(line.gas()));
            if receipt.gas > call.gas {
                return Ok(Receipt::failed(Outcome::OutOfGas, call.gas));
            }
            if let Err(outcome) = run(&line, state, scene, call, &mut receipt)? {
                return Ok(Receipt::failed(outcome, receipt.gas));
            }
        }
        Ok(receipt)
    }
}

impl Line {
    /// What it costs.
    pub(crate) const fn gas(&self) -> u64 {
        match self {
            Self::Burn(gas) => *gas,
            _ => LINE_GAS,
        }
    }
}

/// Code of these bytes.
pub(crate) fn code(bytes: &[u8]) -> Code {
    Code {
        hash: twinroot_abi::CodeHash(hash(Tag::CODE, &[bytes])),
        bytes: bytes.to_vec(),
    }
}

fn run(
    line: &Line,
    state: &mut Overlay,
    scene: Scene,
    call: &Call,
    receipt: &mut Receipt,
) -> Result<Result<(), Outcome>, Halt> {
    let slot = |key: u16| StateKey::Slot(call.contract, &key.to_le_bytes()).hash();
    match line {
        Line::Store(key, value) => state.put(slot(u16::from(*key)), vec![*value]),
        Line::Remove(key) => state.remove(slot(u16::from(*key))),
        Line::Read(key) => {
            let value = state.get(&slot(u16::from(*key)))?;
            receipt
                .returned
                .extend(value.iter().flat_map(|value| value.iter()));
        }
        Line::Stamp(key) => state.put(slot(u16::from(*key)), encode(&scene.env.height)),
        Line::Scan(slots) => {
            for key in 0..*slots {
                state.get(&slot(key))?;
            }
        }
        Line::Pay(to, coins) => {
            match HeaderPlace::of(call.contract).debit(state, *to, Amount(*coins)) {
                Ok(()) => {}
                Err(CoinsError::Missing(missing)) => return Err(missing.into()),
                Err(_) => return Ok(Err(Outcome::HostError(HostError::Payment))),
            }
        }
        Line::Judge(policy) => receipt.judged.push(*policy),
        Line::Burn(_) => {}
        Line::Revert(code) => return Ok(Err(Outcome::Revert(*code))),
        Line::Break => return Err(Halt::Machine("out of order".to_owned())),
    }
    Ok(Ok(()))
}
