//! What happened in a game, in words.

use serde::Serialize;
use twinroot_abi::Side;
use twinroot_arbiter::Effect;
use twinroot_party::{Question, Report};
use twinroot_sim::Happened;
use twinroot_wire::{Action as Post, Message, Operation, Update};

/// One thing that happened.
#[derive(Serialize)]
pub(crate) struct Told {
    pub(crate) who: String,
    pub(crate) what: &'static str,
    pub(crate) text: String,
}

pub(crate) fn told(happened: &Happened) -> Told {
    let by = |side: &Side, what, text| Told {
        who: side.to_string(),
        what,
        text,
    };
    match happened {
        Happened::Report(side, said) => by(side, "report", report(said)),
        Happened::Asked(side, asked) => by(side, "asked", question(asked)),
        Happened::Sent(side, message) => by(side, "sent", sent(message)),
        Happened::Posted(side, action) => by(side, "posted", format!("posts {}", post(action))),
        Happened::Written(side) => by(side, "written", "writes that down".to_owned()),
        Happened::Included(side, receipt) => Told {
            who: "ledger".to_owned(),
            what: "included",
            text: format!(
                "includes the {side}'s transaction, fee {}: {}",
                receipt.fee,
                effect(&receipt.effect)
            ),
        },
        Happened::Rejected(side, why) => Told {
            who: "ledger".to_owned(),
            what: "rejected",
            text: format!("rejects the {side}'s transaction: {why}"),
        },
        Happened::Illegal(side, why) => by(side, "illegal", format!("cannot do that now: {why}")),
        Happened::Nothing => Told {
            who: "nobody".to_owned(),
            what: "nothing",
            text: "there was nothing to do that with".to_owned(),
        },
    }
}

fn report(report: &Report) -> String {
    match report {
        Report::Agreed(agreed) => {
            let [one, other] = agreed.commitment.payout;
            let round = agreed.commitment.round;
            let rival = agreed.rival.map_or_else(String::new, |rival| {
                format!("; the peer could still sign round {rival} in its place")
            });
            format!("both have signed round {round}: a close would pay {one} and {other}{rival}")
        }
        Report::PeerRefused { round, reason, .. } => {
            format!("the peer did not sign round {round}: {reason:?}; it still could")
        }
        Report::Refused { round, reason } => format!("did not sign round {round}: {reason:?}"),
        Report::Impossible { why, .. } => format!("that step does not work: {why}"),
        Report::NotProposed(_) => {
            "that step is not proposed: its result is not worth the next forced step".to_owned()
        }
        Report::Unaffordable { fee, protects } => {
            format!("forcing the next step may cost {fee}, and there are {protects} coins at stake")
        }
        Report::Collided { round } => {
            format!("the peer's step went first; that of round {round} comes after it")
        }
        Report::AdoptedForced(agreed) => {
            let [one, other] = agreed.commitment.payout;
            format!("the ledger carried a step out: a close would pay {one} and {other}")
        }
        Report::Undone { from, to } => format!(
            "forced steps are undone: round {} and {} forced, before {} and {}",
            to.round, to.forced, from.round, from.forced
        ),
        Report::NotForced(_) => "the step is not being forced any more".to_owned(),
        Report::Overtaken { round } => {
            format!("round {round} rests on an old state; its signature stays here")
        }
        Report::StaleClose { round } => {
            format!("somebody closes at round {round}, which is old; the answer is on its way")
        }
        Report::Closing { round, settles } => {
            format!("the channel is being closed at round {round}, and can settle at {settles}")
        }
        Report::ForcedElsewhere { round } => {
            format!("a step was forced on round {round}, which is old and will be beaten")
        }
        Report::Funded(signed) => format!(
            "the ledger moved {} coins of the {}: {:?}",
            signed.funding.amount, signed.funding.side, signed.funding.direction
        ),
        Report::Unfunded => "what both had signed for the ledger is void".to_owned(),
        Report::Behind { round } => format!("lacks the newest state, of round {round}"),
        Report::CaughtUp { round } => format!("has the state of round {round} again"),
        Report::Note(bytes) => format!("hears: {}", String::from_utf8_lossy(bytes)),
        Report::NotesHeard(below) => format!("the peer has heard all notes below {below}"),
        Report::PeerLeft => "the peer has gone away for a while".to_owned(),
        Report::Offered(_) => "both have signed the terms".to_owned(),
        Report::OfferRefused(why) => format!("the peer does not open the channel: {why:?}"),
        Report::OfferExpired => "the time for opening is over".to_owned(),
        Report::Frozen => "could not write something down, and does nothing more".to_owned(),
        Report::Closed => "the channel is closed".to_owned(),
    }
}

fn question(question: &Question) -> String {
    match question {
        Question::Step {
            proposal, stake, ..
        } => format!(
            "shall it sign round {}, {}? A close would pay it {} instead of {}",
            proposal.commitment.round,
            update(&proposal.update),
            stake[1],
            stake[0]
        ),
        Question::Close(close) => format!(
            "shall the channel end here, with {} and {}?",
            close.payout[0], close.payout[1]
        ),
        Question::Offer { stake, .. } => format!("shall a channel be opened, with {stake} coins?"),
    }
}

fn sent(message: &Message) -> String {
    match message {
        Message::Propose(proposal) => format!(
            "proposes round {}, {}",
            proposal.commitment.round,
            update(&proposal.update)
        ),
        Message::Accept { round, .. } => format!("says: here is my signature of round {round}"),
        Message::Refuse { round, reason } => format!("says: not round {round}: {reason:?}"),
        Message::ProposeClose { close, .. } => format!(
            "says: let us end it with {} and {}, up to height {}",
            close.payout[0], close.payout[1], close.expiry
        ),
        Message::AcceptClose { .. } => "says: here is my signature of the end".to_owned(),
        Message::RefuseClose { reason, .. } => format!("says: let us not end it: {reason:?}"),
        Message::Hello(hello) => format!(
            "says: my newest co-signed round is {}",
            hello
                .newest
                .as_ref()
                .map_or(0, |state| state.commitment.round.0)
        ),
        Message::Fetch { round, .. } => format!("says: I lack the state of round {round}"),
        Message::Leaves { leaves, .. } => format!("says: here are {} leaves", leaves.len()),
        Message::WantCode(code) => format!("says: I lack the code {code}"),
        Message::Code(package) => format!("says: here is code, {} bytes", package.wasm.len()),
        Message::Note(note) => format!("says: note {}", note.number),
        Message::Heard(next) => format!("says: I wait for note {next}"),
        Message::Offer { .. } => "says: let us open a channel".to_owned(),
        Message::AcceptOffer { .. } => "says: yes, let us open it".to_owned(),
        Message::RefuseOffer { reason, .. } => format!("says: let us not open it: {reason:?}"),
        Message::Leave => "says: I am going away for a while".to_owned(),
    }
}

fn post(action: &Post) -> String {
    match action {
        Post::Transfer { amount, .. } => format!("a transfer of {amount}"),
        Post::Publish { code } => format!("code, {} bytes", code.len()),
        Post::Open(_) => "the terms of the channel".to_owned(),
        Post::CloseMutual(_) => "the end that both have signed".to_owned(),
        Post::CloseSolo { state: None, .. } => "a close at what the ledger knows".to_owned(),
        Post::CloseSolo {
            state: Some(state), ..
        } => format!("a close at round {}", state.commitment.round),
        Post::Slash { state, .. } => format!("an answer, round {}", state.commitment.round),
        Post::Force(force) => format!(
            "a forced step, {} (witness of {} bytes)",
            update(&force.update),
            force.witness.len()
        ),
        Post::Settle { .. } => "that the channel settles".to_owned(),
        Post::Fund(signed) => format!(
            "a {:?} of {}",
            signed.funding.direction, signed.funding.amount
        ),
        Post::Snapshot { state, .. } => format!("round {} to be known", state.commitment.round),
        Post::Bond { feed, amount, .. } => format!("{amount} coins as a bond on the feed {feed}"),
        Post::Unbond { feed } => format!("that its bond on the feed {feed} is to leave"),
        Post::Release { feed, owner } => {
            format!("that the bond of {owner} on the feed {feed} goes back")
        }
        Post::Forfeit { feed, .. } => format!("a proof that the feed {feed} contradicted itself"),
        Post::Register { price, until } => {
            format!("that it answers questions for {price} coins, until {until}")
        }
        Post::Extend { price, until } => {
            format!("that it goes on answering for {price} coins, until {until}")
        }
        Post::Ask {
            oracle, answer_by, ..
        } => format!("a question to the oracle {oracle}, to be answered by {answer_by}"),
        Post::Respond { query, answer } => {
            format!("an answer of {} bytes to the query {query}", answer.len())
        }
        Post::Refund { query } => format!("that what the query {query} holds goes back"),
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Closing {
            commitment, until, ..
        } => format!(
            "closing at round {}, answers until {until}",
            commitment.round
        ),
        Effect::Closed { payout, repaid, .. } => {
            let repaid = repaid.as_ref().map_or_else(String::new, |repaid| {
                format!(", {} repaid for an answer", repaid.amount)
            });
            format!("closed, pays {} and {}{repaid}", payout[0], payout[1])
        }
        Effect::Forced {
            commitment, gas, ..
        } => format!("carried out with gas {gas}, root {}", commitment.state_root),
        Effect::Refuted {
            refutation, gas, ..
        } => format!("refuted after gas {gas}: {refutation}"),
        Effect::Funded {
            direction,
            side,
            amount,
            ..
        } => format!("{direction:?} of {amount} by the {side}"),
        Effect::Snapshotted { commitment, .. } => {
            format!("the ledger knows round {}", commitment.round)
        }
        Effect::Opened { .. } => "the channel is open".to_owned(),
        Effect::Published(code) => format!("code {code} is known"),
        Effect::Transferred => "coins moved".to_owned(),
        other => format!("{other:?}"),
    }
}

fn update(update: &Update) -> String {
    if update.operations.is_empty() {
        return "which only takes back what was proposed before".to_owned();
    }
    let operations: Vec<String> = update.operations.iter().map(operation).collect();
    operations.join(", ")
}

fn operation(operation: &Operation) -> String {
    match operation {
        Operation::Transfer { from, amount } => format!("{amount} from the {from} to the peer"),
        Operation::Create { hold, .. } => format!("a new contract, held until {hold}"),
        Operation::Call(call) => format!("a call of {} with {} coins", call.entry, call.value),
        Operation::Deposit(coins) => format!("a deposit of {} by the {}", coins.amount, coins.side),
        Operation::Withdraw(coins) => {
            format!("a withdrawal of {} by the {}", coins.amount, coins.side)
        }
        Operation::LowerHold { until } => format!("the hold lowered to {until}"),
    }
}
