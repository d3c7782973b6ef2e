//! The question that a policy asks of oracle facts.

use twinroot_abi::Policy;

use crate::{Bundle, Env};

/// All that a verdict may depend on: no clock, no key list, no configuration.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The policy, as the contract's code declares it.
    pub policy: Policy,
    /// Its parameters, as the contract stored them; `None` where the slot is empty.
    pub params: Option<&'a [u8]>,
    /// The facts that the call carries for this policy, if it carries any.
    pub facts: Option<&'a Bundle>,
    /// The pinned block.
    pub pinned: Env,
}

/// Judges facts. The same question has the same answer on every machine.
pub trait Judge: Send + Sync {
    /// The verdict, in the guest codec, as the policy defines it.
    ///
    /// # Errors
    /// [`Refusal`] carries the number of the first rule that the facts break.
    fn judge(&self, question: &Question<'_>) -> Result<Vec<u8>, Refusal>;
}

/// Number of the rule that facts break; 1 to 65,535, stable (docs/spec/oracles.md, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub u16);
