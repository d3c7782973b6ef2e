//! What a user is told of: a kind for programs, words for people, the rest as JSON.

use serde_json::{Value, json};
use twinroot_abi::Side;
use twinroot_party::{Agreed, Question, Report};
use twinroot_wire::{Action, Reason};

use twinroot_client::api::{Coins, Id};

/// A kind, words, and the rest.
pub(crate) struct Words {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) details: Value,
}

pub(crate) fn words(kind: &'static str, text: impl Into<String>, details: Value) -> Words {
    Words {
        kind,
        text: text.into(),
        details,
    }
}

/// What a report says to the user; nothing where only the node has to know.
pub(crate) fn report(report: &Report) -> Option<Words> {
    Some(match report {
        Report::Agreed(agreed) => {
            let round = agreed.commitment.round;
            let back = if agreed.operations == 0 {
                "; it changes nothing, and takes back what was not signed"
            } else {
                ""
            };
            words(
                "agreed",
                format!("round {round} is signed by both{back}"),
                details(agreed),
            )
        }
        Report::AdoptedForced(agreed) => {
            let round = agreed.commitment.round;
            words(
                "forced",
                format!("the ledger carried out a step on round {round}"),
                details(agreed),
            )
        }
        Report::PeerRefused { round, reason, .. } => {
            let why = reason_text(reason);
            words(
                "peer_refused",
                format!("the peer does not sign round {round}: {why}"),
                json!({ "round": round.0, "reason": why }),
            )
        }
        Report::Refused { round, reason } => {
            let why = reason_text(reason);
            words(
                "refused",
                format!("round {round} of the peer was not signed: {why}"),
                json!({ "round": round.0, "reason": why }),
            )
        }
        Report::Impossible { forced, why, .. } => words(
            "impossible",
            if *forced {
                format!("the step cannot be forced: {why}")
            } else {
                format!("the step does not work: {why}")
            },
            json!({ "forced": forced }),
        ),
        Report::Unaffordable { fee, protects } => words(
            "unaffordable",
            format!(
                "forcing the next step may cost {fee} coins, and the state protects {protects}: a force may not be worth it"
            ),
            json!({ "fee": Coins(*fee), "protects": Coins(*protects) }),
        ),
        Report::Collided { .. }
        | Report::NotProposed(_)
        | Report::NotesHeard(_)
        | Report::Overtaken { .. }
        | Report::Offered(_) => return None,
        Report::Undone { from, to } => words(
            "undone",
            format!(
                "forced steps are not on the ledger any more: from round {} with {} steps to round {} with {}",
                from.round, from.forced, to.round, to.forced
            ),
            json!({ "round": to.round.0, "forced": to.forced }),
        ),
        Report::NotForced(_) => words(
            "not_forced",
            "the step is not being forced any more: a newer state stands, or the ledger did not take it",
            json!({}),
        ),
        Report::StaleClose { round } => words(
            "stale_close",
            format!(
                "somebody asked the ledger to close at the old round {round}; the newest state is posted against it"
            ),
            json!({ "round": round.0 }),
        ),
        Report::Closing { round, settles } => words(
            "closing",
            format!(
                "the ledger was asked to close at round {round}; it can settle from height {settles}"
            ),
            json!({ "round": round.0, "settles": settles.0 }),
        ),
        Report::ForcedElsewhere { round } => words(
            "forced_elsewhere",
            format!("a step was forced on round {round}, which this node's newest state beats"),
            json!({ "round": round.0 }),
        ),
        Report::Funded(signed) => words(
            "funded",
            "the ledger moved the coins",
            json!({ "round": signed.funding.commitment.round.0 }),
        ),
        Report::Unfunded => words(
            "unfunded",
            "the coins did not move; the channel is as before",
            json!({}),
        ),
        Report::Behind { round } => words(
            "behind",
            format!(
                "there is a newer state, of round {round}, that this node once had and lost; the peer is asked for it"
            ),
            json!({ "round": round.0 }),
        ),
        Report::CaughtUp { round } => words(
            "caught_up",
            format!("the lost state of round {round} is there again"),
            json!({ "round": round.0 }),
        ),
        Report::Note(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            words(
                "message",
                "the peer says something",
                json!({ "bytes": hex::encode(bytes), "text": text }),
            )
        }
        Report::PeerLeft => words("peer_left", "the peer goes away for a while", json!({})),
        Report::OfferRefused(reason) => {
            let why = reason_text(reason);
            words(
                "offer_refused",
                format!("the peer does not open the channel: {why}"),
                json!({ "reason": why }),
            )
        }
        Report::OfferExpired => words(
            "offer_expired",
            "the time for opening the channel is over; no coins were locked",
            json!({}),
        ),
        Report::Frozen => words("frozen", "something could not be written down", json!({})),
        Report::Closed => words("closed", "the channel has paid out", json!({})),
    })
}

/// What the user is asked.
pub(crate) fn question(question: &Question) -> Words {
    let asked = Id::from(question.hash());
    match question {
        Question::Step {
            proposal, stake, ..
        } => words(
            "asked",
            format!(
                "the peer proposes round {}; a close would pay {} instead of {}",
                proposal.commitment.round, stake[1], stake[0]
            ),
            json!({ "question": asked, "kind": "step", "stake": stake.map(Coins) }),
        ),
        Question::Close(close) => words(
            "asked",
            format!(
                "the peer wants to end the channel, paying {} and {}",
                close.payout[0], close.payout[1]
            ),
            json!({ "question": asked, "kind": "close", "payout": close.payout.map(Coins) }),
        ),
        Question::Offer { terms, stake } => words(
            "asked",
            format!(
                "a peer offers a channel: it locks {}, this node {stake}",
                terms.deposits[Side::Initiator.index()]
            ),
            json!({ "question": asked, "kind": "offer", "stake": Coins(*stake), "lock": terms.lock }),
        ),
    }
}

/// What was posted to the ledger, in a word, and why a party does so.
pub(crate) const fn action(action: &Action) -> (&'static str, &'static str) {
    match action {
        Action::Open(_) => ("open", "both have signed the terms"),
        Action::Fund(_) => ("fund", "both have signed the move of coins"),
        Action::Snapshot { .. } => ("snapshot", "the ledger is to know the newest state"),
        Action::CloseMutual(_) => ("close", "both have signed the end"),
        Action::CloseSolo { .. } => ("close_solo", "this user wants the channel to end"),
        Action::Slash { .. } => ("slash", "the ledger was asked to close at an old state"),
        Action::Force(_) => (
            "force",
            "a step is to be carried out that the peer has not signed",
        ),
        Action::Settle { .. } => ("settle", "the time to answer is over"),
        Action::Publish { .. } => ("publish", "the ledger needs the code for a forced step"),
        Action::Transfer { .. }
        | Action::Bond { .. }
        | Action::Unbond { .. }
        | Action::Release { .. }
        | Action::Forfeit { .. }
        | Action::Register { .. }
        | Action::Extend { .. }
        | Action::Ask { .. }
        | Action::Respond { .. }
        | Action::Refund { .. } => ("other", "the user wants it"),
    }
}

pub(crate) fn reason_text(reason: &Reason) -> String {
    match reason {
        Reason::Declined => "its user declined".into(),
        Reason::OutOfOrder => "it does not follow the newest state that the peer knows".into(),
        Reason::Environment => "its pinned block is none that the peer knows as recent".into(),
        Reason::Rules(text) => format!("the rules refuse it: {text}"),
        Reason::Mismatch => "it comes out differently there".into(),
        Reason::Signature => "the signature is not good".into(),
        Reason::Taken(round) => format!("the round is taken up to {round}"),
        Reason::Busy => "it waits for something else first".into(),
        Reason::Terms(text) => format!("the terms: {text}"),
        Reason::Unaffordable => "it could not afford to force its next step from there".into(),
    }
}

fn details(agreed: &Agreed) -> Value {
    json!({
        "round": agreed.commitment.round.0,
        "root": Id::from(agreed.commitment.state_root),
        "gas": agreed.gas.0.to_string(),
        "calls": agreed.receipts.len(),
    })
}
