//! The party, what its peer remembers, and a ledger that the peer has its way with.

use twinroot_abi::{Hash, Height};
use twinroot_exec::Env;
use twinroot_party::{Illegal, Input, OnLedger, Question, Source};
use twinroot_rules::{Consent, Position, apply};
use twinroot_state::Tree;
use twinroot_types::Signature;
use twinroot_wire::{
    Action, CoSigned, Commitment, Ground, Message, Operation, Proposal, SignedFunding, Update,
};

use super::event::{Event, Ledger, User};
use crate::toy::{Line, Toy};
use crate::world::{
    A, B, Node, call, create_for, deposit, env, env_of, pay, quiet, sign_commitment, withdraw,
};

pub(crate) struct Siege {
    pub(crate) node: Node,
    pub(crate) now: Env,
    /// What the peer has said so far.
    pub(crate) said: Vec<Message>,
    /// What the party has proposed.
    pub(crate) seen: Vec<Proposal>,
    /// Steps of the party that were carried out by force.
    pub(crate) forced: Vec<Vec<Operation>>,
    pub(crate) asked: Vec<Hash>,
    /// The ledger as the party was told of it last.
    view: OnLedger,
    fork: u8,
}

pub(crate) fn step(proposer: twinroot_abi::Side, which: u8) -> Vec<Operation> {
    match which {
        0 => create_for(proposer),
        1 => call(7, &[Line::Stamp(0)]),
        2 => call(0, &[Line::Pay(A, 2), Line::Store(1, 1)]),
        3 => pay(proposer.other(), 3),
        4 => Vec::new(),
        more => pay(proposer, more.into()),
    }
}

impl Siege {
    pub(crate) fn new(slow_signer: bool) -> Self {
        let mut node = Node::new(A, quiet());
        node.slow_signer = slow_signer;
        let view = OnLedger {
            ground: Ground::Terms,
            steps: Vec::new(),
            tip: node.party.commitment().clone(),
            closing: None,
        };
        let mut siege = Self {
            node,
            now: env(1),
            said: Vec::new(),
            seen: Vec::new(),
            forced: Vec::new(),
            asked: Vec::new(),
            view,
            fork: 0,
        };
        siege.show(siege.view.clone());
        siege
    }

    pub(crate) fn happen(&mut self, event: &Event) {
        match event {
            Event::Restart => {
                let slow = std::mem::take(&mut self.node.slow_signer);
                self.look();
                self.node.restart(Source::Log);
                self.node.slow_signer = slow;
                self.give(Input::Block(self.now));
                self.show(self.view.clone());
            }
            Event::User(User::Signed) => {
                let result = self.node.give_signature();
                assert!(result.is_ok(), "what was asked for is taken: {result:?}");
            }
            Event::User(user) => {
                if let Some(input) = self.users(user) {
                    self.give(input);
                }
            }
            Event::Peer(peer) => {
                let Some(message) = self.peers(peer) else {
                    return;
                };
                self.said.push(message.clone());
                // Over the wire and back.
                let message = Message::decode(&message.encode()).unwrap();
                let result = self.node.give(Input::Message(message));
                assert!(result.is_ok(), "a message is never illegal: {result:?}");
            }
            Event::Ledger(ledger) => self.ledger(ledger),
        }
        self.look();
    }

    /// What is illegal where the party stands comes to nothing.
    fn give(&mut self, input: Input) {
        let _ = self.node.give(input);
    }

    /// The peer gets what was sent, the user what was asked.
    fn look(&mut self) {
        for bytes in self.node.sent.drain(..) {
            if let Ok(Message::Propose(proposal)) = Message::decode(&bytes) {
                self.seen.push(*proposal);
            }
        }
        let asked = self.node.asked.as_ref().map(Question::hash);
        let new = asked.filter(|asked| self.asked.last() != Some(asked));
        self.asked.extend(new);
    }

    fn users(&self, user: &User) -> Option<Input> {
        let ahead = |blocks: u64| self.now.height.0 + blocks;
        Some(match user {
            User::Propose(which) => Input::Propose(step(A, *which)),
            User::Cancel => Input::Cancel,
            User::Close(blocks) => Input::ProposeClose {
                expiry: Height(ahead(*blocks)),
            },
            User::Move(blocks) if blocks % 2 == 0 => Input::Propose(deposit(A, 50, ahead(*blocks))),
            User::Move(blocks) => Input::Propose(withdraw(A, 50, ahead(*blocks))),
            User::Approve(late) => {
                let asked = self.asked.iter().rev().nth(usize::from(*late));
                Input::Approve(*asked?)
            }
            User::Decline => Input::Decline(*self.asked.last()?),
            User::Force(which) => Input::Force(step(A, *which)),
            User::CloseSolo => Input::CloseSolo,
            User::Note => Input::Note(vec![1]),
            User::Tick => Input::Tick,
            User::Connected => Input::Connected,
            User::Surplus if !self.node.to_sign.is_empty() => return None,
            User::Surplus => Input::Signed {
                what: self.node.signed.last()?.hash(),
                signature: Signature::from_bytes(&[0; 64]),
            },
            User::Signed => return None,
        })
    }

    fn ledger(&mut self, ledger: &Ledger) {
        match ledger {
            Ledger::Block => {
                self.now = env_of(self.fork, self.now.height.0 + 1);
                self.give(Input::Block(self.now));
            }
            Ledger::Fork => {
                self.fork += 1;
                self.now = env_of(self.fork, self.now.height.0);
                self.give(Input::Block(self.now));
                self.show(self.view.clone());
            }
            Ledger::Forced { by, step: which } => self.force(*by, step(*by, *which)),
            Ledger::Posted(which) => {
                let place = which.index(self.seen.len().max(1));
                if let Some(state) = self
                    .seen
                    .get(place)
                    .and_then(|it| self.signed_after_all(it))
                {
                    self.rest_on(Ground::CoSigned(state), None);
                }
            }
            Ledger::Funded => self.fund(),
            Ledger::ClosingAt(which) => {
                let known: Vec<CoSigned> = self.node.co_signed().into_values().cloned().collect();
                if let Some(state) = known.get(which.index(known.len().max(1))) {
                    let until = Height(self.now.height.0 + 10);
                    self.rest_on(Ground::CoSigned(state.clone()), Some(until));
                }
            }
            Ledger::Undone => {
                let mut view = self.view.clone();
                view.steps.clear();
                view.tip = match view.ground.commitment() {
                    Some(commitment) => commitment.clone(),
                    None => self.first(),
                };
                self.show(view);
            }
        }
    }

    fn first(&self) -> Commitment {
        Node::new(A, quiet()).party.commitment().clone()
    }

    /// A state of the party's own, with the peer's signature.
    fn signed_after_all(&self, proposal: &Proposal) -> Option<CoSigned> {
        let commitment = proposal.commitment.clone();
        if proposal.update.moves().is_some() || commitment.total != self.view.tip.total {
            return None;
        }
        let theirs = sign_commitment(B, &commitment);
        let signatures = [proposal.signature, theirs];
        Some(CoSigned {
            commitment,
            signatures,
        })
    }

    /// The ledger takes only what is newer than what it knows.
    fn rest_on(&mut self, ground: Ground, closing: Option<Height>) {
        let Some(commitment) = ground.commitment().cloned() else {
            return;
        };
        if ground.round() <= self.view.ground.round() || commitment.total != self.view.tip.total {
            return;
        }
        self.show(OnLedger {
            ground,
            steps: Vec::new(),
            tip: commitment,
            closing: closing.or(self.view.closing),
        });
    }

    /// What the party has posted and both have signed.
    fn fund(&mut self) {
        let posted = self
            .node
            .posts
            .iter()
            .rev()
            .find_map(|action| match action {
                Action::Fund(signed) => Some(signed.clone()),
                _ => None,
            });
        let Some(signed) = posted else { return };
        let SignedFunding { funding, .. } = &signed;
        let newer = funding.commitment.round > self.view.ground.round()
            && funding.locked_before() == Some(self.view.tip.total)
            && funding.expiry >= self.now.height
            && self.view.closing.is_none()
            && self.view.steps.is_empty();
        if newer {
            let tip = funding.commitment.clone();
            self.show(OnLedger {
                ground: Ground::Funding(signed),
                steps: Vec::new(),
                tip,
                closing: None,
            });
        }
    }

    fn force(&mut self, by: twinroot_abi::Side, operations: Vec<Operation>) {
        let Some(base) = self.node.positions.get(&self.view.tip.hash()).cloned() else {
            return;
        };
        let update = Update {
            channel: base.commitment.channel,
            base: base.commitment.hash(),
            round: base.commitment.round,
            proposer: by,
            env: self.now,
            operations,
        };
        let codes = self.node.party.codes();
        let Ok(applied) = apply(&base, &update, Consent::PosterOnly, codes, &Toy) else {
            return;
        };
        if by == A {
            self.forced.push(update.operations.clone());
        }
        let next: Position<Tree> = applied.next;
        let mut view = self.view.clone();
        view.steps.push(update);
        view.tip = next.commitment.clone();
        self.node.positions.insert(next.commitment.hash(), next);
        self.show(view);
    }

    fn show(&mut self, view: OnLedger) {
        let result = self.node.give(Input::Ledger(Some(Box::new(view.clone()))));
        let diverged = matches!(result, Err(Illegal::Diverged(_)));
        assert!(!diverged, "{result:?}");
        self.view = view;
    }

    /// Whether the ledger rests on this round or a newer one, so that nothing of it can be posted.
    pub(crate) fn is_stale(&self, commitment: &Commitment) -> bool {
        self.view.ground.round() >= commitment.round
    }
}
