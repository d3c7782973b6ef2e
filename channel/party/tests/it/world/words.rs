//! Effects in words, so that a test reads as what happens.

use twinroot_abi::Round;
use twinroot_party::{Effect, Question, Record, Report, ToSign};
use twinroot_wire::{Action, CoSigned, Message};

/// What it is about, round and all.
pub(crate) fn word(effect: &Effect) -> String {
    match effect {
        Effect::Persist(record) => format!("save {}", record_word(record)),
        Effect::Sign(body) => format!("sign {}", sign_word(body)),
        Effect::Send(message) => format!("send {}", message_word(message)),
        Effect::Ask(question) => format!("ask {}", question_word(question)),
        Effect::Post(action) => format!("post {}", action_word(action)),
        Effect::Report(report) => report_word(report),
    }
}

/// Which kind of effect it is.
pub(crate) fn kind(effect: &Effect) -> String {
    let first = |text: String| {
        let name = text.split([' ', '(', '{']).next().unwrap_or_default();
        name.to_owned()
    };
    match effect {
        Effect::Persist(record) => format!("save {}", first(format!("{record:?}"))),
        Effect::Sign(body) => format!("sign {}", first(format!("{body:?}"))),
        Effect::Send(Message::Refuse { reason, .. }) => {
            format!("send Refuse {}", first(format!("{reason:?}")))
        }
        Effect::Send(message) => format!("send {}", message_kind(message)),
        Effect::Ask(question) => format!("ask {}", first(format!("{question:?}"))),
        Effect::Post(action) => format!("post {}", first(format!("{action:?}"))),
        Effect::Report(report) => format!("report {}", first(format!("{report:?}"))),
    }
}

fn message_kind(message: &Message) -> String {
    let text = format!("{message:?}");
    text.split([' ', '(', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn record_word(record: &Record) -> String {
    match record {
        Record::Proposing(_, it) => format!("own {}", it.round),
        Record::Accepting(it) => format!("peer's {}", it.commitment.round),
        Record::CoSigned(it) => format!("both {}", it.commitment.round),
        Record::Closing(it, _) => format!("close {}", it.standing.round),
        Record::Funded(it) => format!("funding {}", it.funding.commitment.round),
        Record::Forced(it) => format!("forced on {}", it.round),
        Record::Heard(below) => format!("heard {below}"),
        Record::Said(below) => format!("said {below}"),
        Record::Again(_, steps) => format!("to force again: {}", steps.len()),
        Record::Terms(_) => "terms".to_owned(),
        Record::Doubtful(_) => "doubt".to_owned(),
        Record::Above(round) => format!("above {}", short(*round)),
        Record::Checkpoint(it) => format!("all at {}", it.ground.round()),
    }
}

fn sign_word(body: &ToSign) -> String {
    match body {
        ToSign::Commitment(it) => short(it.round),
        ToSign::Funding(it) => format!("funding {}", it.commitment.round),
        ToSign::Close(it) => format!("close {}", it.standing.round),
        ToSign::Terms(_) => "terms".to_owned(),
    }
}

fn message_word(message: &Message) -> String {
    match message {
        Message::Propose(it) => format!("propose {}", short(it.commitment.round)),
        Message::Accept { round, .. } => format!("accept {}", short(*round)),
        Message::Refuse { round, reason } => format!("refuse {} {reason:?}", short(*round)),
        Message::ProposeClose { close, .. } => format!("close {}", close.standing.round),
        Message::AcceptClose { .. } => "accept close".to_owned(),
        Message::RefuseClose { reason, .. } => format!("refuse close {reason:?}"),
        Message::Hello(it) => {
            let newest = it
                .newest
                .as_ref()
                .map_or(Round(0), |it| it.commitment.round);
            let mark = if it.answer { "?" } else { "" };
            format!("hello {newest}{mark}")
        }
        Message::Fetch { round, after } => {
            let more = if after.is_some() { " on" } else { "" };
            format!("fetch {round}{more}")
        }
        Message::Leaves { leaves, last, .. } => {
            let more = if *last { "" } else { " and more" };
            format!("{} leaves{more}", leaves.len())
        }
        Message::WantCode(_) => "want code".to_owned(),
        Message::Code(_) => "code".to_owned(),
        Message::Note(it) => format!("note {}", it.number),
        Message::Heard(below) => format!("heard {below}"),
        Message::Offer { .. } => "offer".to_owned(),
        Message::AcceptOffer { .. } => "accept offer".to_owned(),
        Message::RefuseOffer { reason, .. } => format!("refuse offer {reason:?}"),
        Message::Leave => "leave".to_owned(),
    }
}

fn question_word(question: &Question) -> String {
    match question {
        Question::Step { proposal, .. } => short(proposal.commitment.round),
        Question::Close(it) => format!("close {}", it.standing.round),
        Question::Offer { .. } => "offer".to_owned(),
    }
}

fn action_word(action: &Action) -> String {
    let known = |state: &Option<CoSigned>| match state {
        Some(state) => state.commitment.round.to_string(),
        None => "what is known".to_owned(),
    };
    match action {
        Action::CloseMutual(it) => format!("mutual close {}", it.close.standing.round),
        Action::CloseSolo { state, .. } => format!("solo close at {}", known(state)),
        Action::Slash { state, .. } => format!("slash {}", state.commitment.round),
        Action::Force(it) => format!("force on {}", known(&it.base)),
        Action::Settle { .. } => "settle".to_owned(),
        Action::Fund(it) => format!("funding {}", it.funding.commitment.round),
        Action::Snapshot { state, .. } => format!("snapshot {}", state.commitment.round),
        Action::Open(_) => "open".to_owned(),
        Action::Transfer { .. }
        | Action::Publish { .. }
        | Action::Bond { .. }
        | Action::Unbond { .. }
        | Action::Release { .. }
        | Action::Forfeit { .. }
        | Action::Register { .. }
        | Action::Extend { .. }
        | Action::Ask { .. }
        | Action::Respond { .. }
        | Action::Refund { .. } => {
            unreachable!("a party does not post this: {action:?}")
        }
    }
}

fn report_word(report: &Report) -> String {
    match report {
        Report::Agreed(it) => match it.rival {
            Some(rival) => format!("agreed {}, rival {rival}", it.commitment.round),
            None => format!("agreed {}", short(it.commitment.round)),
        },
        Report::PeerRefused { round, reason, .. } => format!("peer refused {round} {reason:?}"),
        Report::Refused { round, reason } => format!("refused {} {reason:?}", short(*round)),
        Report::Impossible { why, .. } => format!("impossible: {why}"),
        Report::NotProposed(_) => "not proposed".into(),
        Report::Unaffordable { fee, protects } => format!("{fee} to protect {protects}"),
        Report::Collided { round } => format!("collided {round}"),
        Report::AdoptedForced(it) => format!("took over a step on {}", it.commitment.round),
        Report::Undone { from, to } => {
            let at = |it: &twinroot_wire::Standing| format!("{}+{}", it.round, it.forced);
            format!("undone {} to {}", at(from), at(to))
        }
        Report::NotForced(_) => "not forced".to_owned(),
        Report::Overtaken { round } => format!("overtaken {round}"),
        Report::StaleClose { round } => format!("stale close {round}"),
        Report::Closing { round, settles } => format!("closing {round} until {settles}"),
        Report::ForcedElsewhere { round } => format!("forced elsewhere on {round}"),
        Report::Funded(it) => format!("funded {}", it.funding.commitment.round),
        Report::Unfunded => "unfunded".to_owned(),
        Report::Behind { round } => format!("behind {round}"),
        Report::CaughtUp { round } => format!("caught up {round}"),
        Report::Note(bytes) => format!("note {:?}", String::from_utf8_lossy(bytes)),
        Report::NotesHeard(below) => format!("notes heard {below}"),
        Report::PeerLeft => "peer left".to_owned(),
        Report::Offered(_) => "offered".to_owned(),
        Report::OfferRefused(reason) => format!("offer refused {reason:?}"),
        Report::OfferExpired => "offer expired".to_owned(),
        Report::Frozen => "frozen".to_owned(),
        Report::Closed => "closed".to_owned(),
    }
}

/// A round after a gap is told by the gap.
fn short(round: Round) -> String {
    const GAP: u64 = 1 << 24;
    match round.0.checked_sub(GAP) {
        Some(above) => format!("gap+{above}"),
        None => round.to_string(),
    }
}
