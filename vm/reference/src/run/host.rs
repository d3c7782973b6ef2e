//! Who answers when a module calls a host function (docs/spec/vm.md, 5).

use crate::run::End;

/// Answers calls of host functions.
pub trait Host {
    /// Carries out the host function of that name. Arguments of 32 bits come extended by their sign;
    /// the memory is empty if the module has none.
    ///
    /// The price is paid and gas was checked (docs/spec/vm.md, 2.3), so `gas` is not below 0. What the
    /// operands cost is for the host to charge and to check (docs/spec/vm.md, 5.2).
    ///
    /// # Errors
    /// [`Stop`] where the call ends here.
    fn call(
        &mut self,
        name: &'static str,
        arguments: &[i64],
        memory: &mut [u8],
        gas: i64,
    ) -> Result<Answer, Stop>;
}

/// What a host function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its result, if it has one; of an i32 the low 32 bits count.
    pub result: Option<i64>,
    /// Gas after it.
    pub gas: i64,
}

/// How a host function ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// With a code of the contract.
    Revert(u32),
    /// A pointer leads outside of the memory.
    Trap,
    /// A check after a charge by operands found gas below 0.
    OutOfGas,
    /// With a number of the table of `HostError`.
    HostError(u32),
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Revert(code) => Self::Revert(code),
            Stop::Trap => Self::Trap,
            Stop::OutOfGas => Self::OutOfGas,
            Stop::HostError(number) => Self::HostError(number),
        }
    }
}
