//! The same update on the other path.

use twinroot_abi::Gas;
use twinroot_exec::{Codes, Execute, Receipt};
use twinroot_rules::{Consent, Position, Refusal, Refused, apply};
use twinroot_state::{Partial, State, Touched, Tree, WitnessError};
use twinroot_types::Limits;
use twinroot_wire::{Commitment, Update};

/// What the witness path made of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The state it came to.
    pub commitment: Commitment,
    /// What is left of the calls.
    pub receipts: Vec<Receipt>,
    /// Gas of the calls.
    pub gas: Gas,
    /// Bytes of the witness.
    pub witness_bytes: usize,
}

/// Carries `update` out from nothing but a witness of `touched`.
///
/// # Errors
/// [`ReplayError`] with what the rules refuse, or what is wrong with the witness itself.
pub fn replay(
    base: &Position<Tree>,
    update: &Update,
    consent: Consent,
    touched: &Touched,
    codes: &Codes,
    execute: &dyn Execute,
) -> Result<Twin, ReplayError> {
    let witness = base.state.prove(touched);
    let state = Partial::decode(&witness, Limits::V1.witness_bytes)?;
    if state.root() != base.commitment.state_root {
        return Err(ReplayError::Root);
    }
    let base = Position {
        commitment: base.commitment.clone(),
        state,
    };
    let applied = apply(&base, update, consent, codes, execute)?;
    base.state.check_no_surplus(&witness, &applied.touched)?;
    Ok(Twin {
        commitment: applied.next.commitment,
        receipts: applied.receipts,
        gas: applied.gas,
        witness_bytes: witness.len(),
    })
}

/// Why the witness path does not come to a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The rules refuse the update.
    #[error("{}", .0.reason)]
    Refused(Refusal),
    /// The witness is not one, or shows too much.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The witness is of another state.
    #[error("the witness has another root than the state")]
    Root,
}

impl From<Refusal> for ReplayError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ReplayError {
    /// The rule that refuses the update, if one does.
    #[must_use]
    pub const fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refusal) => Some(&refusal.reason),
            Self::Witness(_) | Self::Root => None,
        }
    }
}
