//! The forced-step guarantee (docs/spec/channel.md, 7.6): no state is signed in which the next
//! forced step could cost more than it protects.

use twinroot_abi::Amount;
use twinroot_rules::{Fees, Position};
use twinroot_state::Tree;

use crate::effect::Report;
use crate::party::{Party, balances};

/// Bytes of a close, a slash or a snapshot, at most.
const CLOSE_BYTES: usize = 640;

/// What is wrong with a state that is to follow the newest, if it protects less than defending it
/// may cost and the newest does not.
pub(crate) fn unaffordable(party: &Party, next: &Position<Tree>) -> Option<Report> {
    let short = shortfall(party, next)?;
    match shortfall(party, party.tip()) {
        None => Some(short),
        Some(_) => None,
    }
}

fn shortfall(party: &Party, at: &Position<Tree>) -> Option<Report> {
    let protects = at.commitment.payout[party.side.index()];
    let fee = defence(party, at)?;
    let enough = fee <= protects && party.funds.is_none_or(|funds| fee <= funds);
    (!enough).then_some(Report::Unaffordable { fee, protects })
}

/// What defending a state may cost: a close where no contract holds coins, else a forced step.
fn defence(party: &Party, at: &Position<Tree>) -> Option<Amount> {
    let [one, other] = balances(&at.state);
    if one.checked_add(other) == Some(at.commitment.total) {
        return Fees::V1.transaction(CLOSE_BYTES);
    }
    let unpublished = party
        .codes
        .iter()
        .filter(|(hash, _)| !party.published.contains(hash))
        .map(|(_, code)| code.len());
    party.policy.guarantee.worst_fee(unpublished)
}
