//! One party against a peer that has its own key and says whatever it likes, and a ledger that
//! takes whatever that peer posts.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Hash, Height, Round, Side};
use twinroot_exec::Env;
use twinroot_party::{ChainEvent, Input, Question, ToSign};
use twinroot_types::{Signature, Tag};
use twinroot_wire::{CoSigned, Message, MutualClose, Operation, Proposal, Reason};

use crate::pair::{A, B, Node, TOTAL, call, create, env, pay, secret, signed_proposal};
use crate::toy::Line;

/// Something that happens to the party.
#[derive(Clone, Debug)]
enum Event {
    User(User),
    Peer(Peer),
    Ledger(OnLedger),
}

#[derive(Clone, Debug)]
enum User {
    Propose(u8),
    Cancel,
    Close(u64),
    /// The last question, or the one before.
    Approve(bool),
    Decline,
    Force(u8),
    CloseSolo,
    /// The driver gives a signature that was not asked for, or is not the right one.
    Sign(bool),
    /// The signer comes to its end, where it is slow.
    Signed,
}

#[derive(Clone, Debug)]
enum Peer {
    Propose { step: u8, round: u64, spoil: u8 },
    Accept { which: Index, round: u64 },
    Refuse { which: Index },
    Close { expiry: u64, forced: u32, spoil: u8 },
    AcceptClose,
    Replay { which: Index },
    Spoiled { which: Index, byte: Index, with: u8 },
}

#[derive(Clone, Debug)]
enum OnLedger {
    Block,
    Forced { by: Side, step: u8 },
    ClosingAt(Index),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

fn user() -> impl Strategy<Value = User> {
    prop_oneof![
        4 => (0..6u8).prop_map(User::Propose),
        2 => Just(User::Cancel),
        1 => (0..4u64).prop_map(User::Close),
        4 => prop::bool::weighted(0.1).prop_map(User::Approve),
        1 => Just(User::Decline),
        1 => (0..6u8).prop_map(User::Force),
        1 => Just(User::CloseSolo),
        1 => any::<bool>().prop_map(User::Sign),
        4 => Just(User::Signed),
    ]
}

fn peer() -> impl Strategy<Value = Peer> {
    prop_oneof![
        6 => (0..6u8, 0..4u64, 0..20u8)
            .prop_map(|(step, round, spoil)| Peer::Propose { step, round, spoil }),
        4 => (any::<Index>(), 0..2u64).prop_map(|(which, round)| Peer::Accept { which, round }),
        3 => any::<Index>().prop_map(|which| Peer::Refuse { which }),
        1 => (0..4u64, prop_oneof![4 => Just(0), 1 => 1..3u32], 0..6u8)
            .prop_map(|(expiry, forced, spoil)| Peer::Close { expiry, forced, spoil }),
        1 => Just(Peer::AcceptClose),
        2 => any::<Index>().prop_map(|which| Peer::Replay { which }),
        2 => any::<(Index, Index, u8)>()
            .prop_map(|(which, byte, with)| Peer::Spoiled { which, byte, with }),
    ]
}

fn on_ledger() -> impl Strategy<Value = OnLedger> {
    prop_oneof![
        3 => Just(OnLedger::Block),
        2 => (side(), 0..6u8).prop_map(|(by, step)| OnLedger::Forced { by, step }),
        1 => any::<Index>().prop_map(OnLedger::ClosingAt),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        user().prop_map(Event::User),
        peer().prop_map(Event::Peer),
        on_ledger().prop_map(Event::Ledger),
    ];
    vec(event, 1..40)
}

fn step(proposer: Side, which: u8) -> Vec<Operation> {
    match which {
        0 => create(),
        1 => call(7, &[Line::Stamp(0)]),
        2 => call(0, &[Line::Pay(A, 2), Line::Store(1, 1)]),
        3 => pay(proposer.other(), 3),
        more => pay(proposer, more.into()),
    }
}

/// The party, and what its peer remembers.
struct World {
    node: Node,
    now: Env,
    /// What the peer has said so far.
    said: Vec<Message>,
    /// What the party has proposed.
    seen: Vec<Proposal>,
    /// Questions so far, by what an answer names.
    asked: Vec<Hash>,
}

impl World {
    fn new(slow_signer: bool) -> Self {
        let mut node = Node::new(A);
        node.slow_signer = slow_signer;
        Self {
            node,
            now: env(1),
            said: Vec::new(),
            seen: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// The peer gets what was sent, the user what was asked.
    fn look(&mut self) {
        for bytes in self.node.sent.drain(..) {
            if let Ok(Message::Propose(proposal)) = Message::decode(&bytes) {
                self.seen.push(*proposal);
            }
        }
        let asked = self.node.asked.as_ref().map(Question::hash);
        self.asked
            .extend(asked.filter(|asked| self.asked.last() != Some(asked)));
    }

    fn happen(&mut self, event: &Event) {
        if let Event::User(User::Signed) = event {
            let result = self.node.give_signature();
            assert!(result.is_ok(), "what was asked for is taken: {result:?}");
            self.look();
            return;
        }
        let Some(input) = self.input(event) else {
            return;
        };
        let result = self.node.give(input);
        self.look();
        if let Event::Peer(_) = event {
            assert!(result.is_ok(), "a message is never illegal: {result:?}");
        }
    }

    fn input(&mut self, event: &Event) -> Option<Input> {
        Some(match event {
            Event::User(user) => self.users(user)?,
            Event::Peer(peer) => {
                let message = self.peers(peer)?;
                self.said.push(message.clone());
                // Over the wire and back.
                Input::Message(Message::decode(&message.encode()).unwrap())
            }
            Event::Ledger(OnLedger::Block) => {
                self.now = env(self.now.height.0 + 1);
                Input::Block(self.now)
            }
            Event::Ledger(OnLedger::Forced { by, step: which }) => {
                Input::Chain(self.node.forced(*by, self.now, step(*by, *which))?)
            }
            Event::Ledger(OnLedger::ClosingAt(which)) => {
                let known: Vec<_> = self.node.co_signed().into_values().collect();
                let state = known.get(which.index(known.len().max(1)))?;
                let posted = Some(Box::new((*state).clone()));
                let commitment = Box::new(state.commitment.clone());
                Input::Chain(ChainEvent::Closing { commitment, posted })
            }
        })
    }

    fn users(&self, user: &User) -> Option<Input> {
        Some(match user {
            User::Propose(which) => Input::Propose(step(A, *which)),
            User::Cancel => Input::Propose(Vec::new()),
            User::Close(blocks) => Input::ProposeClose {
                expiry: Height(self.now.height.0 + blocks),
            },
            User::Approve(late) => {
                let asked = self.asked.iter().rev().nth(usize::from(*late));
                Input::Approve(*asked?)
            }
            User::Decline => Input::Decline(*self.asked.last()?),
            User::Force(which) => Input::Force(step(A, *which)),
            User::CloseSolo => Input::CloseSolo,
            User::Sign(zeros) => Input::Signed(match self.node.signed.last() {
                Some(body) if !zeros && self.node.to_sign.is_empty() => self.node.sign(body),
                _ => Signature::from_bytes(&[0; 64]),
            }),
            User::Signed => return None,
        })
    }

    fn peers(&self, peer: &Peer) -> Option<Message> {
        let any_of = |which: &Index| self.said.get(which.index(self.said.len().max(1)));
        let seen = |which: &Index| self.seen.get(which.index(self.seen.len().max(1)));
        Some(match peer {
            Peer::Propose {
                step: which,
                round,
                spoil,
            } => {
                let highest = self.node.signed_rounds().into_keys().last();
                let Round(highest) = highest.max(Some(self.node.party.commitment().round))?;
                let operations = step(B, *which);
                let round = highest + round;
                let mut proposal = self.node.peers_proposal(round, self.now, operations)?;
                match spoil {
                    0 => proposal.commitment.state_root.0[0] ^= 1,
                    1 => proposal.commitment.payout.swap(0, 1),
                    2 => proposal.update.proposer = A,
                    3 => proposal.update.base.0[0] ^= 1,
                    4 => proposal.update.env.block.0[0] ^= 1,
                    5 => proposal.update.operations.extend(pay(A, 1)),
                    _ => {}
                }
                let mut proposal = signed_proposal(B, proposal.update, proposal.commitment);
                if *spoil == 6 {
                    proposal.signature = Signature::from_bytes(&[1; 64]);
                }
                Message::Propose(Box::new(proposal))
            }
            Peer::Accept { which, round } => {
                let commitment = &seen(which)?.commitment;
                let signature = secret(B).sign(Tag::COMMITMENT, &commitment.signed_bytes());
                let round = Round(commitment.round.0 + round / 2);
                Message::Accept { round, signature }
            }
            Peer::Refuse { which } => Message::Refuse {
                round: seen(which)?.commitment.round,
                reason: Reason::Declined,
            },
            Peer::Close {
                expiry,
                forced,
                spoil,
            } => {
                let tip = self.node.party.commitment();
                let mut close = MutualClose {
                    chain: tip.chain,
                    channel: tip.channel,
                    version: tip.version,
                    round: tip.round,
                    forced: *forced,
                    payout: tip.payout,
                    expiry: Height(self.now.height.0 + expiry),
                };
                match spoil {
                    0 => close.payout = [Amount(0), Amount(TOTAL)],
                    1 => close.round = Round(close.round.0 + 1),
                    _ => {}
                }
                let signature = secret(B).sign(Tag::CLOSE, &close.signed_bytes());
                Message::ProposeClose { close, signature }
            }
            Peer::AcceptClose => {
                let close = self.closes().last()?;
                let signature = secret(B).sign(Tag::CLOSE, &close.signed_bytes());
                Message::AcceptClose { signature }
            }
            Peer::Replay { which } => any_of(which)?.clone(),
            Peer::Spoiled { which, byte, with } => {
                let mut bytes = any_of(which)?.encode();
                let place = byte.index(bytes.len());
                bytes[place] ^= with.max(&1);
                Message::decode(&bytes).ok()?
            }
        })
    }

    fn closes(&self) -> impl Iterator<Item = &MutualClose> {
        self.node.signed.iter().filter_map(|body| match body {
            ToSign::Close(close) => Some(close),
            ToSign::Commitment(_) => None,
        })
    }

    /// Whether the ledger would still take a close that the party has signed.
    fn is_bound(&self) -> bool {
        self.closes().any(|close| close.expiry >= self.now.height)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The driver itself watches that every signature was saved for just before, that what both
    /// signed verifies, and that an illegal input changes nothing.
    #[test]
    fn a_round_is_signed_once(events in events(), slow_signer: bool) {
        let mut world = World::new(slow_signer);
        for event in &events {
            world.happen(event);
            world.node.signed_rounds();
        }
    }

    #[test]
    fn rounds_that_a_party_signs_rise(events in events(), slow_signer: bool) {
        let mut world = World::new(slow_signer);
        for event in &events {
            world.happen(event);
        }
        let rounds: Vec<Round> = world.node.signed.iter().filter_map(|body| match body {
            ToSign::Commitment(commitment) => Some(commitment.round),
            ToSign::Close(_) => None,
        }).collect();
        prop_assert!(rounds.is_sorted_by(|one, next| one < next), "{:?}", rounds);
    }

    #[test]
    fn a_party_that_signed_a_close_signs_nothing_else_until_it_expires(events in events(), slow_signer: bool) {
        let mut world = World::new(slow_signer);
        for event in &events {
            let (bound, before) = (world.is_bound(), world.node.signed.len());
            world.happen(event);
            prop_assert!(!bound || world.node.signed.len() == before, "{:?}", world.node.signed);
        }
    }

    #[test]
    fn the_newest_state_never_gets_older(events in events(), slow_signer: bool) {
        let mut world = World::new(slow_signer);
        let mut round = Round(0);
        for event in &events {
            world.happen(event);
            let newest = world.node.party.newest().map_or(Round(0), |state| state.commitment.round);
            prop_assert!(newest >= round);
            prop_assert!(world.node.party.commitment().round >= newest);
            prop_assert!(world.node.party.commitment().pays_its_total());
            round = newest;
        }
    }

    /// Beside a proposal nothing is open to the peer but the same step and taking it back. A step
    /// that was forced meanwhile does not count.
    #[test]
    fn a_peer_can_choose_between_a_step_and_nothing_only(events in events(), slow_signer: bool) {
        let mut world = World::new(slow_signer);
        let mut forced: Vec<Vec<Operation>> = Vec::new();
        let mut open: Vec<Proposal> = Vec::new();
        for event in &events {
            let (tip, proposals) = (world.node.party.commitment().clone(), world.seen.len());
            world.happen(event);
            if let Event::Ledger(OnLedger::Forced { by: A, step: which }) = event {
                forced.push(step(A, *which));
            }
            let newest = world.node.party.newest().map(|state| state.commitment.round);
            open.retain(|other| Some(other.commitment.round) > newest);
            for new in &world.seen[proposals..] {
                let operations = &new.update.operations;
                prop_assert_eq!(operations.is_empty(), new.commitment.state_root == tip.state_root);
                let fine = open.iter().map(|other| &other.update.operations).all(|other| {
                    operations.is_empty() || other.is_empty() || other == operations || forced.contains(other)
                });
                prop_assert!(fine, "{:?}", open);
                open.push(new.clone());
            }
        }
    }

    /// What the peer posts of this party's proposals is taken for what both signed.
    #[test]
    fn a_state_that_the_ledger_shows_is_the_newest_or_older(events in events(), which: Index) {
        let mut world = World::new(false);
        for event in &events {
            world.happen(event);
        }
        let newest = world.node.party.newest().map(|state| state.commitment.round);
        let mut open = world.seen.iter().filter(|it| Some(it.commitment.round) > newest);
        let count = open.clone().count();
        if let Some(proposal) = open.nth(which.index(count.max(1))) {
            let commitment = proposal.commitment.clone();
            let theirs = secret(B).sign(Tag::COMMITMENT, &commitment.signed_bytes());
            let signatures = [proposal.signature, theirs];
            let posted = Some(Box::new(CoSigned { commitment: commitment.clone(), signatures }));
            let event = ChainEvent::Closing { commitment: Box::new(commitment.clone()), posted };
            world.node.give(Input::Chain(event)).unwrap();
            prop_assert_eq!(world.node.party.commitment(), &commitment);
            prop_assert_eq!(&world.node.party.newest().unwrap().commitment, &commitment);
        }
    }
}
