//! The peer says something. Nothing it says is an error of this party: it is answered or ignored.

use twinroot_abi::{CodeHash, Round};
use twinroot_exec::Execute;
use twinroot_wire::{Message, Package, Reason};

use super::behind::{give, take, want_code};
use super::close::{close_accepted, close_proposed, close_refused};
use super::hello::greeted;
use super::note::{noted, waits_for};
use super::proposed::{REASON_CHARACTERS, accepted, proposed, taken};
use crate::Illegal;
use crate::effect::{Effect, Report};
use crate::held::HalfSigned;
use crate::party::Party;

pub(crate) fn message(
    party: &mut Party,
    message: Message,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    match message {
        Message::Propose(proposal) => proposed(party, proposal, execute),
        Message::Accept { round, signature } => Ok(accepted(party, round, signature)),
        Message::Refuse { round, reason } => refused(party, round, reason, execute),
        Message::ProposeClose { close, signature } => Ok(close_proposed(party, close, signature)),
        Message::AcceptClose { signature } => Ok(close_accepted(party, signature)),
        Message::RefuseClose { close, reason } => Ok(close_refused(party, close, reason)),
        Message::Hello(hello) => Ok(greeted(party, *hello)),
        Message::Fetch { round, after } => Ok(give(party, round, after)),
        Message::Leaves {
            round,
            leaves,
            last,
        } => Ok(take(party, round, leaves, last)),
        Message::WantCode(code) => Ok(wants_code(party, code)),
        Message::Code(package) => Ok(learn(party, package, execute)),
        Message::Note(note) => Ok(noted(party, note)),
        Message::Heard(below) => Ok(waits_for(party, below)),
        Message::Leave => Ok(vec![Effect::Report(Report::PeerLeft)]),
        // Those belong to a channel that is not open yet.
        Message::Offer { .. } | Message::AcceptOffer { .. } | Message::RefuseOffer { .. } => {
            Ok(Vec::new())
        }
    }
}

/// What was refused stays half-signed (docs/spec/channel.md, 5.5).
fn refused(
    party: &mut Party,
    round: Round,
    reason: Reason,
    execute: &dyn Execute,
) -> Result<Vec<Effect>, Illegal> {
    if let Reason::Taken(last) = reason {
        return taken(party, round, last, execute);
    }
    let not_now = matches!(
        reason,
        Reason::Busy | Reason::OutOfOrder | Reason::Environment
    );
    let own = |half: &&HalfSigned| half.candidate.round() == round;
    let refused = party.live.iter().find(own);
    let refused = refused.map(|half| half.candidate.operations().to_vec());
    let moves = party.bound.as_ref().and_then(|bound| bound.funds(round));
    let moves = moves.map(|candidate| candidate.operations().to_vec());
    let Some(operations) = refused.or(moves) else {
        return Ok(Vec::new());
    };
    // In whatever round it was proposed: the step is not wanted.
    for half in &mut party.live {
        half.dropped |= half.candidate.operations() == operations && !not_now;
    }
    Ok(vec![Effect::Report(Report::PeerRefused {
        round,
        operations,
        reason: cut(reason),
    })])
}

/// A user is shown no more of the peer's words than this.
pub(crate) fn cut(reason: Reason) -> Reason {
    let short = |text: String| text.chars().take(REASON_CHARACTERS).collect();
    match reason {
        Reason::Rules(text) => Reason::Rules(short(text)),
        Reason::Terms(text) => Reason::Terms(short(text)),
        other => other,
    }
}

/// The peer needs a contract's code, and then the step that calls it once more. A peer that cannot
/// use it would ask again at once, so each is given once in a while.
fn wants_code(party: &mut Party, code: CodeHash) -> Vec<Effect> {
    let package = party.package(code).filter(|_| party.gave != Some(code));
    let Some(package) = package else {
        return Vec::new();
    };
    let mut effects = vec![Effect::Send(Message::Code(package))];
    effects.extend(super::tick(party));
    party.gave = Some(code);
    effects
}

/// Codes that a party takes from its peer, so that its memory has a bound
/// (docs/spec/channel.md, 8.7).
const CODES: usize = 256;

/// The gate looks at it as at any other code; what its author says of it is for the user only.
fn learn(party: &mut Party, package: Package, execute: &dyn Execute) -> Vec<Effect> {
    if party.codes.len() < CODES
        && let Ok(code) = execute.admit(&package.wasm)
    {
        party.learn_with(code, package.spec);
        return want_code(party).into_iter().collect();
    }
    Vec::new()
}
