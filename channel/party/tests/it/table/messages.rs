//! Every kind of message, good and bad.

use twinroot_abi::{ChannelId, CodeHash, Hash, Height, Round};
use twinroot_party::{Input, ToSign};
use twinroot_types::{Signature, Tag};
use twinroot_wire::{CoSigned, Hello, Message, MutualClose, Note, Package, Proposal, Reason};

use super::scene::Scene;
use super::tries::{Try, attempt, own_step, signed_by_both};
use crate::toy::code;
use crate::world::{
    A, B, create_of, deposit, env_of, parameters, pay, secret, sign, sign_commitment,
};

/// A round above all that was signed before.
const ABOVE: u64 = 9;

pub(crate) fn messages(scene: &Scene) -> Vec<Try> {
    let mut all = proposals(scene);
    all.extend(answers(scene));
    all.extend(closes(scene));
    all.extend(greetings(scene));
    all.extend(talk());
    all
}

fn say(verb: &'static str, detail: &'static str, message: Message) -> Try {
    attempt(verb, detail, Input::Message(message))
}

fn proposals(scene: &Scene) -> Vec<Try> {
    let now = scene.chain.now();
    let of = |round, at, operations| scene.node.peers_proposal(round, at, operations).unwrap();
    let good = of(ABOVE, now, pay(B, 3));
    let spoiled = |spoil: fn(&mut Proposal)| {
        let mut proposal = good.clone();
        spoil(&mut proposal);
        proposal.signature = sign_commitment(B, &proposal.commitment);
        proposal
    };
    let mut unsigned = good.clone();
    unsigned.signature = Signature::from_bytes(&[0; 64]);
    let taken = of(scene.node.party.commitment().round.0 + 1, now, pay(B, 4));
    let expiry = now.height.0 + 4;
    let moving = scene.node.peers_funding(ABOVE, now, deposit(B, 5, expiry));
    let unknown = of(ABOVE, now, Vec::new());
    let unknown = Proposal {
        update: twinroot_wire::Update {
            operations: create_of(b"toy two", 0),
            ..unknown.update
        },
        ..unknown
    };
    let dealt_with = scene.node.asked.as_ref().and_then(|asked| match asked {
        twinroot_party::Question::Step { proposal, .. } => Some((**proposal).clone()),
        _ => None,
    });
    let propose = |detail, proposal: Proposal| {
        say(
            "peer proposes",
            detail,
            Message::Propose(Box::new(proposal)),
        )
    };
    let mut all = vec![
        propose("a step", good.clone()),
        propose("nothing at all", of(ABOVE, now, Vec::new())),
        propose("a deposit", moving),
        propose("in the next round", taken),
        propose("far above", of((1 << 49) + ABOVE, now, pay(B, 3))),
        propose(
            "on another state",
            spoiled(|it| it.update.base = Hash([9; 32])),
        ),
        propose("in this party's name", spoiled(|it| it.update.proposer = A)),
        propose(
            "pinned to an unknown block",
            of(ABOVE, env_of(7, now.height.0), pay(B, 3)),
        ),
        propose("unsigned", unsigned),
        propose(
            "what comes out differently",
            spoiled(|it| it.commitment.state_root.0[0] ^= 1),
        ),
        propose(
            "what does not work",
            spoiled(|it| it.update.operations = pay(B, 5_000)),
        ),
        propose("with unknown code", unknown),
    ];
    all.extend(dealt_with.map(|proposal| propose("what it proposed before", proposal)));
    all
}

fn answers(scene: &Scene) -> Vec<Try> {
    let own = own_step(scene);
    let funding = scene.node.signed.iter().rev().find_map(|body| match body {
        ToSign::Funding(funding) => Some((funding.commitment.round, sign(B, body))),
        _ => None,
    });
    let (round, signature) = funding.unwrap_or((own.round, sign_commitment(B, &own)));
    let zeros = Signature::from_bytes(&[0; 64]);
    let accept = |round, signature| Message::Accept { round, signature };
    let refuse = |round, reason| Message::Refuse { round, reason };
    let other = Round(77);
    vec![
        say(
            "peer accepts",
            "what was proposed",
            accept(round, signature),
        ),
        say("peer accepts", "another round", accept(other, signature)),
        say("peer accepts", "unsigned", accept(round, zeros)),
        say(
            "peer refuses",
            "what was proposed",
            refuse(round, Reason::Declined),
        ),
        say(
            "peer refuses",
            "for the moment",
            refuse(round, Reason::Busy),
        ),
        say(
            "peer refuses",
            "another round",
            refuse(other, Reason::Declined),
        ),
        say(
            "peer refuses",
            "a round that is taken",
            refuse(round, Reason::Taken(Round(20))),
        ),
    ]
}

fn closes(scene: &Scene) -> Vec<Try> {
    let tip = scene.node.party.commitment();
    let good = MutualClose {
        chain: tip.chain,
        channel: tip.channel,
        version: tip.version,
        standing: scene.node.party.standing(),
        payout: tip.payout,
        expiry: Height(scene.chain.height() + 5),
    };
    let mut bad = good.clone();
    bad.payout.swap(0, 1);
    let propose = |close: MutualClose| {
        let signature = secret(B).sign(Tag::CLOSE, &close.signed_bytes());
        Message::ProposeClose { close, signature }
    };
    let own = scene.node.signed.iter().rev().find_map(|body| match body {
        ToSign::Close(close) => Some(close.clone()),
        _ => None,
    });
    let own = own.unwrap_or_else(|| good.clone());
    let accept = Message::AcceptClose {
        signature: sign(B, &ToSign::Close(own.clone())),
    };
    let zeros = Signature::from_bytes(&[0; 64]);
    let refuse = |close| Message::RefuseClose {
        close,
        reason: Reason::Declined,
    };
    vec![
        say("peer proposes a close", "at this state", propose(good)),
        say("peer proposes a close", "with another payout", propose(bad)),
        say("peer accepts the close", "", accept),
        say(
            "peer accepts the close",
            "unsigned",
            Message::AcceptClose { signature: zeros },
        ),
        say("peer refuses the close", "", refuse(own.hash())),
        say(
            "peer refuses the close",
            "another one",
            refuse(Hash([9; 32])),
        ),
    ]
}

fn greetings(scene: &Scene) -> Vec<Try> {
    let party = &scene.node.party;
    let tip = party.commitment().clone();
    let hello = |newest: Option<CoSigned>, answer| {
        let last_round = newest.as_ref().map_or(Round(0), |it| it.commitment.round);
        let heard = 0;
        Message::Hello(Box::new(Hello {
            newest,
            last_round,
            heard,
            notes_from: 0,
            answer,
        }))
    };
    let mut lost = tip.clone();
    lost.round.0 += 5;
    let mut foreign = lost.clone();
    foreign.channel = ChannelId([9; 32]);
    let round = scene.peer.party.commitment().round;
    let leaves = |last| Message::Leaves {
        round,
        leaves: scene.leaves(),
        last,
    };
    let mut forged = scene.leaves();
    forged[0].value.push(1);
    let forged = Message::Leaves {
        round,
        leaves: forged,
        last: true,
    };
    let fetch = |round| Message::Fetch { round, after: None };
    let newest = party.newest().cloned();
    vec![
        say("hello", "at the same state", hello(newest, true)),
        say("hello", "an answer, without a state", hello(None, false)),
        say(
            "hello",
            "at what it had signed itself",
            hello(Some(signed_by_both(&own_step(scene))), false),
        ),
        say(
            "hello",
            "at a state that was lost",
            hello(Some(signed_by_both(&lost)), false),
        ),
        say(
            "hello",
            "at a state of another channel",
            hello(Some(signed_by_both(&foreign)), false),
        ),
        say("peer fetches", "the newest state", fetch(tip.round)),
        say("peer fetches", "another state", fetch(Round(1))),
        say("leaves", "the last", leaves(true)),
        say("leaves", "with more to come", leaves(false)),
        say("leaves", "forged", forged),
    ]
}

fn talk() -> Vec<Try> {
    let note = |number| {
        Message::Note(Note {
            number,
            bytes: vec![1],
        })
    };
    let package = |wasm: &[u8]| {
        let (wasm, spec) = (wasm.to_vec(), Vec::new());
        Message::Code(Package { wasm, spec })
    };
    let terms = parameters();
    let (channel, signature) = (terms.channel(), sign(B, &ToSign::Terms(terms.clone())));
    let reason = Reason::Declined;
    vec![
        say(
            "peer wants code",
            "that is known",
            Message::WantCode(code(b"toy").hash),
        ),
        say(
            "peer wants code",
            "that is not known",
            Message::WantCode(CodeHash([9; 32])),
        ),
        say("code", "", package(b"toy two")),
        say("code", "that does not pass the gate", package(b"no toy")),
        say("peer's note", "the next", note(0)),
        say("peer's note", "a later one", note(4)),
        say("heard", "what was never said", Message::Heard(4)),
        say("peer leaves", "", Message::Leave),
        say(
            "offer",
            "",
            Message::Offer {
                parameters: terms,
                signature,
            },
        ),
        say(
            "offer",
            "accepted",
            Message::AcceptOffer { channel, signature },
        ),
        say("offer", "refused", Message::RefuseOffer { channel, reason }),
    ]
}
