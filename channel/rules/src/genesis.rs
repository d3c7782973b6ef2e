//! The first state of a channel, which nobody signs because its terms tell it all.

use twinroot_abi::{Hash, Height, Round, Side};
use twinroot_exec::{Env, set_balance};
use twinroot_state::{Missing, Overlay, State, Tree};
use twinroot_wire::{Commitment, Parameters};

use crate::{Position, Refused};

/// The state of round 0, given the block that opened the channel (docs/spec/channel.md, 2.4).
///
/// # Errors
/// [`Refused::Overflow`] where the deposits have no sum.
pub fn genesis(parameters: &Parameters, opened: Env) -> Result<Position<Tree>, Refused> {
    let total = parameters.deposits[0]
        .checked_add(parameters.deposits[1])
        .ok_or(Refused::Overflow)?;
    let state = deposits(parameters).map_err(Refused::Missing)?;
    let commitment = Commitment {
        chain: parameters.chain,
        channel: parameters.channel(),
        version: parameters.version,
        round: Round(0),
        prev: Hash([0; 32]),
        state_root: state.root(),
        total,
        payout: parameters.deposits,
        hold_until: Height(0),
        env: opened,
    };
    Ok(Position { commitment, state })
}

fn deposits(parameters: &Parameters) -> Result<Tree, Missing> {
    let empty = Tree::new();
    let mut overlay = Overlay::new(empty.clone());
    for side in Side::BOTH {
        set_balance(&mut overlay, side, parameters.deposits[side.index()]);
    }
    let (changes, _) = overlay.finish();
    empty.updated(&changes)
}
