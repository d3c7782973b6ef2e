//! Two parties, their drivers and the wire between them, all in one hand. There is no ledger:
//! its blocks and events are made up by the test.

use std::collections::{BTreeMap, VecDeque};

use twinroot_abi::{Amount, ChainId, ContractId, Gas, Hash, Height, Round, Side, TimeMs};
use twinroot_exec::{Call, Env, Fallback};
use twinroot_party::{ChainEvent, Effect, Illegal, Input, Party, Question, Record, Report, ToSign};
use twinroot_rules::{Applied, Consent, Position, apply};
use twinroot_state::Tree;
use twinroot_types::{SecretKey, Signature, Tag, encode, hash};
use twinroot_wire::{
    Action, CoSigned, Commitment, Keys, Message, Operation, Parameters, Proposal, Update, VERSION,
};

use crate::toy::{Line, Toy, code};

pub(crate) const A: Side = Side::Initiator;
pub(crate) const B: Side = Side::Responder;
pub(crate) const TOTAL: u64 = 2_000;

pub(crate) fn secret(side: Side) -> SecretKey {
    SecretKey::from_seed(&[[1; 32], [2; 32]][side.index()])
}

pub(crate) fn parameters() -> Parameters {
    Parameters {
        chain: ChainId([1; 32]),
        version: VERSION,
        parties: Side::BOTH.map(|side| secret(side).public()),
        deposits: [Amount(1_000); 2],
        lock: 10,
        nonce: 0,
        expiry: Height(100),
    }
}

pub(crate) fn env(height: u64) -> Env {
    Env {
        height: Height(height),
        time: TimeMs(height * 1_000),
        block: Hash(hash(Tag::BLOCK, &[&height.to_le_bytes()])),
    }
}

pub(crate) fn pay(from: Side, coins: u64) -> Vec<Operation> {
    let amount = Amount(coins);
    vec![Operation::Transfer { from, amount }]
}

pub(crate) fn create() -> Vec<Operation> {
    vec![Operation::Create {
        code: code(b"toy").hash,
        fallback: Fallback::new(5_000).unwrap(),
        hold: Height(0),
        args: encode(&Vec::<Line>::new()),
        gas: Gas(1_000),
    }]
}

/// A call of the channel's first contract.
pub(crate) fn call(value: u64, script: &[Line]) -> Vec<Operation> {
    let channel = parameters().channel();
    vec![Operation::Call(Call {
        contract: ContractId(hash(Tag::CONTRACT, &[&channel.0, &0u64.to_le_bytes()])),
        entry: "run".to_owned(),
        args: encode(&script),
        value: Amount(value),
        gas: Gas(1_000),
        facts: Vec::new(),
    })]
}

/// A party with a driver that carries its effects out and watches over what is signed.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) side: Side,
    pub(crate) party: Party,
    /// Whether the signer keeps its signatures back until it is asked for them.
    pub(crate) slow_signer: bool,
    pub(crate) to_sign: VecDeque<ToSign>,
    pub(crate) signed: Vec<ToSign>,
    pub(crate) sent: VecDeque<Vec<u8>>,
    pub(crate) records: Vec<Record>,
    pub(crate) posts: Vec<Action>,
    pub(crate) asked: Option<Question>,
}

impl Node {
    pub(crate) fn new(side: Side) -> Self {
        let mut party = Party::new(&parameters(), side, env(1)).unwrap();
        party.learn(code(b"toy"));
        Self {
            side,
            party,
            slow_signer: false,
            to_sign: VecDeque::new(),
            signed: Vec::new(),
            sent: VecDeque::new(),
            records: Vec::new(),
            posts: Vec::new(),
            asked: None,
        }
    }

    /// Gives an input, carries out what comes of it, and says it in words.
    pub(crate) fn give(&mut self, input: Input) -> Result<Vec<String>, Illegal> {
        let before = format!("{:?}", self.party);
        let effects = self.party.step(input, &Toy).inspect_err(|_| {
            assert_eq!(
                format!("{:?}", self.party),
                before,
                "an illegal input changes nothing"
            );
        })?;
        let mut words: Vec<String> = effects.iter().map(word).collect();
        let mut saved = None;
        for effect in effects {
            saved = self.carry_out(effect, saved);
        }
        if !self.slow_signer {
            while let Some(body) = self.to_sign.pop_front() {
                words.extend(self.give(Input::Signed(self.sign(&body)))?);
            }
        }
        Ok(words)
    }

    /// The slow signer is done with what it was asked for first.
    pub(crate) fn give_signature(&mut self) -> Result<Vec<String>, Illegal> {
        match self.to_sign.pop_front() {
            Some(body) => self.give(Input::Signed(self.sign(&body))),
            None => Ok(Vec::new()),
        }
    }

    /// What an answer to the last question names.
    pub(crate) fn asked_hash(&self) -> Hash {
        self.asked.as_ref().map_or(Hash([0; 32]), Question::hash)
    }

    pub(crate) fn approve(&mut self) -> Result<Vec<String>, Illegal> {
        self.give(Input::Approve(self.asked_hash()))
    }

    pub(crate) fn sign(&self, body: &ToSign) -> Signature {
        secret(self.side).sign(body.tag(), &body.bytes())
    }

    /// Commitments that were to be signed, by round.
    pub(crate) fn signed_rounds(&self) -> BTreeMap<Round, &Commitment> {
        let mut rounds = BTreeMap::new();
        for body in &self.signed {
            if let ToSign::Commitment(commitment) = body {
                let before = rounds.insert(commitment.round, commitment);
                assert!(
                    before.is_none_or(|before| before == commitment),
                    "two commitments of {:?} signed",
                    commitment.round
                );
            }
        }
        rounds
    }

    pub(crate) fn co_signed(&self) -> BTreeMap<Round, &CoSigned> {
        let both = self.records.iter().filter_map(|record| match record {
            Record::CoSigned(state) => Some((state.commitment.round, state)),
            Record::Signing(_) | Record::SigningClose(_) => None,
        });
        both.collect()
    }

    /// A step on this party's newest state, as the rules carry it out.
    pub(crate) fn applied(&self, update: &Update, consent: Consent) -> Option<Applied<Tree>> {
        let base = Position {
            commitment: self.party.commitment().clone(),
            state: self.party.state().clone(),
        };
        apply(&base, update, consent, self.party.codes(), &Toy).ok()
    }

    pub(crate) fn update(
        &self,
        proposer: Side,
        round: u64,
        at: Env,
        operations: Vec<Operation>,
    ) -> Update {
        let base = self.party.commitment();
        Update {
            channel: base.channel,
            base: base.hash(),
            round: Round(round),
            proposer,
            env: at,
            operations,
        }
    }

    /// What a peer of this party would propose to it.
    pub(crate) fn peers_proposal(
        &self,
        round: u64,
        at: Env,
        operations: Vec<Operation>,
    ) -> Option<Proposal> {
        let peer = self.side.other();
        let update = self.update(peer, round, at, operations);
        let commitment = self.applied(&update, Consent::Both)?.next.commitment;
        Some(signed_proposal(peer, update, commitment))
    }

    /// The event that `proposer` has forced `operations` on the newest state.
    pub(crate) fn forced(
        &self,
        proposer: Side,
        at: Env,
        operations: Vec<Operation>,
    ) -> Option<ChainEvent> {
        let Round(round) = self.party.commitment().round;
        let update = self.update(proposer, round, at, operations);
        let commitment = self.applied(&update, Consent::PosterOnly)?.next.commitment;
        Some(ChainEvent::Forced {
            base: None,
            update: Box::new(update),
            commitment: Box::new(commitment),
        })
    }

    fn carry_out(&mut self, effect: Effect, saved: Option<Record>) -> Option<Record> {
        match effect {
            Effect::Persist(record) => {
                if let Record::CoSigned(state) = &record {
                    let keys = Keys::gate(&parameters().parties).unwrap();
                    assert_eq!(keys.verify_both(state), Ok(()));
                }
                self.records.push(record.clone());
                return Some(record);
            }
            Effect::Sign(body) => {
                let expected = match &body {
                    ToSign::Commitment(commitment) => Record::Signing(commitment.clone()),
                    ToSign::Close(close) => Record::SigningClose(close.clone()),
                };
                assert_eq!(
                    saved,
                    Some(expected),
                    "what is signed was saved just before"
                );
                self.signed.push(body.clone());
                self.to_sign.push_back(body);
            }
            Effect::Send(message) => self.sent.push_back(message.encode()),
            Effect::Ask(question) => self.asked = Some(question),
            Effect::Post(action) => self.posts.push(*action),
            Effect::Report(_) => {}
        }
        None
    }
}

pub(crate) fn signed_proposal(by: Side, update: Update, commitment: Commitment) -> Proposal {
    let signature = secret(by).sign(Tag::COMMITMENT, &commitment.signed_bytes());
    Proposal {
        update,
        commitment,
        signature,
    }
}

/// Something that is done to one of two parties.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Do {
    /// Its user proposes to pay the peer.
    Pay(u64),
    /// Its user takes the proposal back.
    Cancel,
    /// Its user proposes a close that can be posted up to a height.
    Close(u64),
    /// It gets the next message.
    Hear,
    /// The next message to it is lost.
    Lose,
    Approve,
    Decline,
    /// Its user forces a payment to the peer.
    Force(u64),
    CloseSolo,
    /// The ledger is at this height.
    Block(u64),
}

/// Two parties of a channel.
pub(crate) struct Pair {
    pub(crate) nodes: [Node; 2],
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self {
            nodes: Side::BOTH.map(Node::new),
        }
    }

    pub(crate) fn node(&mut self, side: Side) -> &mut Node {
        &mut self.nodes[side.index()]
    }

    /// The next message to `side`.
    pub(crate) fn take_message(&mut self, side: Side) -> Option<Vec<u8>> {
        self.node(side.other()).sent.pop_front()
    }

    pub(crate) fn deliver(&mut self, side: Side) -> Result<Vec<String>, Illegal> {
        let bytes = self.take_message(side).unwrap();
        let message = Message::decode(&bytes).unwrap();
        self.node(side).give(Input::Message(message))
    }

    /// Plays a table: who, does what, and every effect of it.
    pub(crate) fn play(&mut self, table: &[(Side, Do, &str)]) {
        for (row, (side, act, expected)) in table.iter().enumerate() {
            let result = self.act(*side, *act);
            let words = match result {
                Ok(words) => words.join(", "),
                Err(illegal) => format!("illegal: {illegal}"),
            };
            assert_eq!(words, *expected, "row {row}: the {side}, {act:?}");
        }
    }

    fn act(&mut self, side: Side, act: Do) -> Result<Vec<String>, Illegal> {
        let input = match act {
            Do::Hear => return self.deliver(side),
            Do::Lose => {
                self.take_message(side).unwrap();
                return Ok(Vec::new());
            }
            Do::Pay(coins) => Input::Propose(pay(side, coins)),
            Do::Cancel => Input::Propose(Vec::new()),
            Do::Close(expiry) => Input::ProposeClose {
                expiry: Height(expiry),
            },
            Do::Approve => Input::Approve(self.node(side).asked_hash()),
            Do::Decline => Input::Decline(self.node(side).asked_hash()),
            Do::Force(coins) => Input::Force(pay(side, coins)),
            Do::CloseSolo => Input::CloseSolo,
            Do::Block(height) => Input::Block(env(height)),
        };
        self.node(side).give(input)
    }

    /// Proposes, approves and delivers until both have signed.
    pub(crate) fn agree(&mut self, proposer: Side, operations: Vec<Operation>) {
        let other = proposer.other();
        self.node(proposer)
            .give(Input::Propose(operations))
            .unwrap();
        self.deliver(other).unwrap();
        self.node(other).approve().unwrap();
        self.deliver(proposer).unwrap();
        assert_eq!(self.nodes[0].party.newest(), self.nodes[1].party.newest());
        assert_eq!(
            self.nodes[0].party.commitment(),
            self.nodes[1].party.commitment()
        );
    }
}

fn word(effect: &Effect) -> String {
    match effect {
        Effect::Persist(Record::Signing(it)) => format!("save {}", it.round),
        Effect::Persist(Record::SigningClose(it)) => format!("save close {}", it.round),
        Effect::Persist(Record::CoSigned(it)) => format!("save both {}", it.commitment.round),
        Effect::Sign(ToSign::Commitment(it)) => format!("sign {}", it.round),
        Effect::Sign(ToSign::Close(it)) => format!("sign close {}", it.round),
        Effect::Send(message) => format!("send {}", message_word(message)),
        Effect::Ask(Question::Step { proposal, .. }) => {
            format!("ask {}", proposal.commitment.round)
        }
        Effect::Ask(Question::Close(it)) => format!("ask close {}", it.round),
        Effect::Post(action) => format!("post {}", action_word(action)),
        Effect::Report(report) => report_word(report),
    }
}

fn message_word(message: &Message) -> String {
    match message {
        Message::Propose(it) => format!("propose {}", it.commitment.round),
        Message::Accept { round, .. } => format!("accept {round}"),
        Message::Refuse { round, reason } => format!("refuse {round} {reason:?}"),
        Message::ProposeClose { close, .. } => format!("close {}", close.round),
        Message::AcceptClose { .. } => "accept close".to_owned(),
    }
}

fn action_word(action: &Action) -> String {
    let known = |state: &Option<CoSigned>| match state {
        Some(state) => state.commitment.round.to_string(),
        None => "what is known".to_owned(),
    };
    match action {
        Action::CloseMutual(it) => format!("mutual close {}", it.close.round),
        Action::CloseSolo { state, .. } => format!("solo close at {}", known(state)),
        Action::Slash { state, .. } => format!("slash {}", state.commitment.round),
        Action::Force(it) => format!("force on {}", known(&it.base)),
        Action::Transfer { .. }
        | Action::Publish { .. }
        | Action::Open(_)
        | Action::Settle { .. } => unreachable!("a party does not post this: {action:?}"),
    }
}

fn report_word(report: &Report) -> String {
    match report {
        Report::Agreed(it) => format!("agreed {}", it.commitment.round),
        Report::PeerRefused { round, reason } => format!("peer refused {round} {reason:?}"),
        Report::Refused { round, reason } => format!("refused {round} {reason:?}"),
        Report::Impossible(why) => format!("impossible: {why}"),
        Report::AdoptedForced(it) => format!("took over a step on {}", it.commitment.round),
        Report::Overtaken { round } => format!("overtaken {round}"),
        Report::StaleClose { round } => format!("stale close {round}"),
        Report::Closing { round } => format!("closing {round}"),
        Report::ForcedElsewhere { round } => format!("forced elsewhere on {round}"),
        Report::Closed => "closed".to_owned(),
    }
}
