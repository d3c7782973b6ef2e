//! A party with a driver that carries its effects out and watches over what it wants done.

use std::collections::{BTreeMap, VecDeque};

use twinroot_abi::{Hash, Round, Side};
use twinroot_exec::Env;
use twinroot_party::{
    Effect, Illegal, Input, OnLedger, Party, Policy, Question, Record, Report, Source, ToSign,
};
use twinroot_rules::{Consent, Position, apply};
use twinroot_types::Signature;
use twinroot_wire::{CoSigned, Commitment, Funding, Keys, Message, Operation, Proposal, Update};

use super::{Chain, Positions, env, parameters, sign, signed_proposal, word};
use crate::toy::{Toy, code};

/// A party and its driver, over all lives of it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) side: Side,
    pub(crate) policy: Policy,
    pub(crate) party: Party,
    /// Whether the signer keeps its signatures back until it is asked for them.
    pub(crate) slow_signer: bool,
    pub(crate) to_sign: VecDeque<ToSign>,
    pub(crate) signed: Vec<ToSign>,
    made: Vec<Signature>,
    pub(crate) sent: VecDeque<Vec<u8>>,
    pub(crate) records: Vec<Record>,
    pub(crate) posts: VecDeque<twinroot_wire::Action>,
    pub(crate) asked: Option<Question>,
    pub(crate) reports: Vec<Report>,
    /// Full states that it has had or has signed.
    pub(crate) positions: Positions,
    /// How many effects are carried out before the machine loses its power.
    pub(crate) fuse: Option<usize>,
    /// The ledger as the party was told of it.
    seen: Vec<Env>,
    shown: Option<Option<Box<OnLedger>>>,
}

impl Node {
    pub(crate) fn new(side: Side, policy: Policy) -> Self {
        let mut party = Party::new(&parameters(), side, env(1), policy.clone()).unwrap();
        party.learn(code(b"toy"));
        let mut node = Self {
            side,
            policy,
            party,
            slow_signer: false,
            to_sign: VecDeque::new(),
            signed: Vec::new(),
            made: Vec::new(),
            sent: VecDeque::new(),
            records: Vec::new(),
            posts: VecDeque::new(),
            asked: None,
            reports: Vec::new(),
            positions: BTreeMap::new(),
            fuse: None,
            seen: vec![env(1)],
            shown: None,
        };
        node.note_position();
        node
    }

    /// Gives an input, carries out what comes of it, and says it in words.
    pub(crate) fn give(&mut self, input: Input) -> Result<Vec<String>, Illegal> {
        let before = self.party.clone();
        let result = self.party.step(input, &Toy);
        if let Err(illegal) = &result
            && !matches!(illegal, Illegal::Machine(_))
        {
            let after = format!("{:?}", self.party);
            assert_eq!(after, format!("{before:?}"), "illegal, so nothing changes");
        }
        let effects = result?;
        self.note_position();
        let mut words = self.carry_out(effects);
        if !self.slow_signer {
            while let Some(body) = self.to_sign.pop_front() {
                words.extend(self.give_signed(&body)?);
            }
        }
        Ok(words)
    }

    /// Gives an input that cannot be illegal.
    pub(crate) fn say(&mut self, input: Input) -> String {
        self.give(input).unwrap().join(", ")
    }

    pub(crate) fn hear(&mut self, message: Message) -> String {
        // Over the wire and back.
        self.say(Input::Message(Message::decode(&message.encode()).unwrap()))
    }

    /// The slow signer is done with what it was asked for first.
    pub(crate) fn give_signature(&mut self) -> Result<Vec<String>, Illegal> {
        match self.to_sign.pop_front() {
            Some(body) => self.give_signed(&body),
            None => Ok(Vec::new()),
        }
    }

    fn give_signed(&mut self, body: &ToSign) -> Result<Vec<String>, Illegal> {
        let what = body.hash();
        let signature = sign(self.side, body);
        self.made.push(signature);
        self.give(Input::Signed { what, signature })
    }

    /// What an answer to the last question names.
    pub(crate) fn asked_hash(&self) -> Hash {
        self.asked.as_ref().map_or(Hash([0; 32]), Question::hash)
    }

    pub(crate) fn approve(&mut self) -> Result<Vec<String>, Illegal> {
        self.give(Input::Approve(self.asked_hash()))
    }

    /// The power fails. What was written down is all that is left, and the party begins again.
    pub(crate) fn restart(&mut self, source: Source) -> String {
        self.restart_with(source, self.records.clone())
    }

    pub(crate) fn restart_with(&mut self, source: Source, records: Vec<Record>) -> String {
        self.records = records;
        self.party = self.restored(source);
        self.fuse = None;
        self.to_sign.clear();
        self.sent.clear();
        self.posts.clear();
        self.asked = None;
        self.seen = vec![env(1)];
        self.shown = None;
        let mut words = self.carry_out(self.party.resume());
        if !self.slow_signer {
            while let Some(body) = self.to_sign.pop_front() {
                words.extend(self.give_signed(&body).unwrap());
            }
        }
        words.join(", ")
    }

    /// The party as its records tell it.
    pub(crate) fn restored(&self, source: Source) -> Party {
        Party::restore(
            &parameters(),
            self.side,
            env(1),
            self.policy.clone(),
            self.party.codes().clone(),
            source,
            self.records.clone(),
            &Toy,
        )
        .unwrap()
    }

    /// Tells the party of the ledger what it does not know yet.
    pub(crate) fn see(&mut self, chain: &Chain) -> Result<Vec<String>, Illegal> {
        let mut words = Vec::new();
        let blocks: Vec<Env> = chain.blocks().collect();
        let same = self.seen.iter().zip(&blocks);
        let same = same.take_while(|(one, other)| one == other).count();
        for block in &blocks[same..] {
            words.extend(self.give(Input::Block(*block))?);
        }
        self.seen = blocks;
        let view = chain.view();
        if self.shown.as_ref() != Some(&view) {
            words.extend(self.give(Input::Ledger(view.clone()))?);
            self.shown = Some(view);
        }
        Ok(words)
    }

    /// The newest co-signed states, by round.
    pub(crate) fn co_signed(&self) -> BTreeMap<Round, &CoSigned> {
        let both = self.records.iter().filter_map(|record| match record {
            Record::CoSigned(state) => Some((state.commitment.round, &**state)),
            _ => None,
        });
        both.collect()
    }

    /// What it proposed last.
    pub(crate) fn proposed(&self) -> &Commitment {
        let mut proposals = self.records.iter().rev().filter_map(|record| match record {
            Record::Proposing(_, commitment) => Some(&**commitment),
            _ => None,
        });
        proposals.next().unwrap()
    }

    /// The newest state in full.
    pub(crate) fn tip(&self) -> Position<twinroot_state::Tree> {
        Position {
            commitment: self.party.commitment().clone(),
            state: self.party.state().clone(),
        }
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
        let codes = self.party.codes();
        let applied = apply(&self.tip(), &update, Consent::Both, codes, &Toy).ok()?;
        Some(signed_proposal(peer, update, applied.next.commitment))
    }

    /// What a peer of this party would propose to it, of coins that move.
    pub(crate) fn peers_funding(
        &self,
        round: u64,
        at: Env,
        operations: Vec<Operation>,
    ) -> Proposal {
        let peer = self.side.other();
        let mut proposal = self.peers_proposal(round, at, operations).unwrap();
        let (direction, coins) = proposal.update.moves().unwrap();
        let funding = Funding {
            commitment: proposal.commitment.clone(),
            standing: self.party.standing(),
            side: coins.side,
            direction,
            amount: coins.amount,
            expiry: coins.expiry,
        };
        proposal.signature = sign(peer, &ToSign::Funding(Box::new(funding)));
        proposal
    }

    fn note_position(&mut self) {
        let tip = self.tip();
        self.positions.insert(tip.commitment.hash(), tip);
    }

    /// Carries effects out until the power fails.
    fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<String> {
        let mut words = Vec::new();
        for effect in effects {
            match &mut self.fuse {
                Some(0) => break,
                Some(left) => *left -= 1,
                None => {}
            }
            words.push(word(&effect));
            self.carry_out_one(effect);
        }
        if self.fuse == Some(0) {
            self.to_sign.clear();
        }
        words
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(record) => {
                self.watch_record(&record);
                self.records.push(record);
            }
            Effect::Sign(body) => {
                self.watch_signing(&body);
                self.signed.push(body.clone());
                self.to_sign.push_back(body);
            }
            Effect::Send(message) => {
                self.watch_sending(&message);
                self.sent.push_back(message.encode());
            }
            Effect::Ask(question) => self.asked = Some(question),
            Effect::Post(action) => self.posts.push_back(*action),
            Effect::Report(report) => self.reports.push(report),
        }
    }

    fn watch_record(&mut self, record: &Record) {
        match record {
            Record::CoSigned(state) => {
                let keys = Keys::gate(&parameters().parties).unwrap();
                assert_eq!(keys.verify_both(state), Ok(()));
            }
            Record::Proposing(update, _) => self.note_step(update),
            Record::Accepting(proposal) => self.note_step(&proposal.update),
            _ => {}
        }
    }

    fn note_step(&mut self, update: &Update) {
        let base = &self.positions[&update.base];
        let codes = self.party.codes();
        let next = apply(base, update, Consent::Both, codes, &Toy)
            .unwrap()
            .next;
        self.positions.insert(next.commitment.hash(), next);
    }

    /// What is signed was written down before, and nothing else of its round ever was signed.
    fn watch_signing(&self, body: &ToSign) {
        let written = self.records.iter().any(|record| match (record, body) {
            (Record::Proposing(_, it), ToSign::Commitment(signs)) => it == signs,
            (Record::Accepting(it), ToSign::Commitment(signs)) => it.commitment == **signs,
            (Record::Proposing(_, it), ToSign::Funding(signs)) => **it == signs.commitment,
            (Record::Accepting(it), ToSign::Funding(signs)) => it.commitment == signs.commitment,
            (Record::Closing(it, _), ToSign::Close(signs)) => **it == *signs,
            _ => false,
        });
        assert!(written, "signed, but not written down: {body:?}");
        let Some(round) = round(body) else { return };
        let other = self
            .signed
            .iter()
            .find(|signed| self::round(signed) == Some(round) && *signed != body);
        assert!(other.is_none(), "two of {round:?}: {other:?} and {body:?}");
    }

    /// No signature is sent that was not asked for, and no acceptance before both are written down.
    fn watch_sending(&self, message: &Message) {
        let made = |signature| assert!(self.made.contains(signature), "{message:?}");
        match message {
            Message::Propose(proposal) => made(&proposal.signature),
            Message::ProposeClose { signature, .. } | Message::AcceptClose { signature } => {
                made(signature);
            }
            Message::Accept { round, signature } => {
                made(signature);
                let funds = |body: &ToSign| matches!(body, ToSign::Funding(it) if it.commitment.round == *round);
                let both = self.records.iter().any(|record| match record {
                    Record::CoSigned(state) => state.signatures[self.side.index()] == *signature,
                    Record::Checkpoint(_) => true,
                    _ => false,
                });
                assert!(both || self.signed.iter().any(funds), "sent too early");
            }
            _ => {}
        }
    }
}

/// The round of which this is one of the things that may be signed.
fn round(body: &ToSign) -> Option<Round> {
    match body {
        ToSign::Commitment(commitment) => Some(commitment.round),
        ToSign::Funding(funding) => Some(funding.commitment.round),
        ToSign::Close(_) | ToSign::Terms(_) => None,
    }
}
