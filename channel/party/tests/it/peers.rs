//! Two honest parties on a bad wire: messages are lost, doubled, spoiled and change places.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Height, Side};
use twinroot_exec::Env;
use twinroot_party::Input;
use twinroot_wire::{Message, Operation};

use crate::pair::{A, B, Pair, TOTAL, call, create, env, pay};
use crate::toy::Line;

#[derive(Clone, Debug)]
enum Event {
    Propose(Side, u8),
    Cancel(Side),
    Close(Side, u64),
    Answer(Side, bool),
    Deliver(Side),
    Lose(Side),
    Double(Side),
    Swap(Side, Index),
    Spoil(Side, Index, u8),
    Forced(Side, u8),
    Block,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

fn good_wire() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (side(), 0..5u8).prop_map(|(side, which)| Event::Propose(side, which)),
        1 => side().prop_map(Event::Cancel),
        4 => (side(), prop::bool::weighted(0.8)).prop_map(|(side, yes)| Event::Answer(side, yes)),
        8 => side().prop_map(Event::Deliver),
        1 => Just(Event::Block),
    ]
}

fn bad_wire() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => good_wire(),
        1 => (side(), 0..3u64).prop_map(|(side, blocks)| Event::Close(side, blocks)),
        1 => side().prop_map(Event::Lose),
        1 => side().prop_map(Event::Double),
        1 => (side(), any::<Index>()).prop_map(|(side, with)| Event::Swap(side, with)),
        1 => (side(), any::<Index>(), any::<u8>()).prop_map(|(side, at, with)| Event::Spoil(side, at, with)),
        1 => (side(), 0..5u8).prop_map(|(side, which)| Event::Forced(side, which)),
    ]
}

fn step(proposer: Side, which: u8) -> Vec<Operation> {
    match which {
        0 => create(),
        1 => call(7, &[Line::Stamp(0)]),
        2 => call(0, &[Line::Pay(proposer, 2)]),
        more => pay(proposer, more.into()),
    }
}

struct World {
    pair: Pair,
    now: Env,
}

impl World {
    fn new() -> Self {
        let pair = Pair::new();
        Self { pair, now: env(1) }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Propose(side, which) => {
                self.try_give(*side, Input::Propose(step(*side, *which)))
            }
            Event::Cancel(side) => self.try_give(*side, Input::Propose(Vec::new())),
            Event::Close(side, blocks) => {
                let expiry = Height(self.now.height.0 + blocks);
                self.try_give(*side, Input::ProposeClose { expiry });
            }
            Event::Answer(side, true) => {
                let asked = self.pair.node(*side).asked_hash();
                self.try_give(*side, Input::Approve(asked));
            }
            Event::Answer(side, false) => {
                let asked = self.pair.node(*side).asked_hash();
                self.try_give(*side, Input::Decline(asked));
            }
            Event::Deliver(side) => {
                if let Some(bytes) = self.pair.take_message(*side) {
                    self.hear(*side, &bytes);
                }
            }
            Event::Lose(side) => {
                self.pair.take_message(*side);
            }
            Event::Double(side) => {
                let wire = &mut self.pair.node(side.other()).sent;
                if let Some(first) = wire.front().cloned() {
                    wire.push_back(first);
                }
            }
            Event::Swap(side, with) => {
                let wire = &mut self.pair.node(side.other()).sent;
                if !wire.is_empty() {
                    wire.swap(0, with.index(wire.len()));
                }
            }
            Event::Spoil(side, at, with) => {
                if let Some(mut bytes) = self.pair.take_message(*side) {
                    let place = at.index(bytes.len());
                    bytes[place] ^= with.max(&1);
                    self.hear(*side, &bytes);
                }
            }
            Event::Forced(by, which) => {
                let event = self.pair.node(*by).forced(*by, self.now, step(*by, *which));
                if let Some(event) = event {
                    for side in Side::BOTH {
                        self.pair
                            .node(side)
                            .give(Input::Chain(event.clone()))
                            .unwrap();
                    }
                }
            }
            Event::Block => {
                self.now = env(self.now.height.0 + 1);
                for side in Side::BOTH {
                    self.pair.node(side).give(Input::Block(self.now)).unwrap();
                }
            }
        }
    }

    /// What is illegal where the party stands comes to nothing.
    fn try_give(&mut self, side: Side, input: Input) {
        let _ = self.pair.node(side).give(input);
    }

    fn hear(&mut self, side: Side, bytes: &[u8]) {
        if let Ok(message) = Message::decode(bytes) {
            self.pair.node(side).give(Input::Message(message)).unwrap();
        }
    }

    /// The wire carries what is left, and both users agree to everything.
    fn settle(&mut self) {
        for _ in 0..100 {
            for side in Side::BOTH {
                self.happen(&Event::Deliver(side));
                self.happen(&Event::Answer(side, true));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_both_sign_is_the_same_for_both(events in vec(bad_wire(), 1..60)) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
        }
        let [one, other] = &world.pair.nodes;
        let others = other.co_signed();
        for (round, state) in one.co_signed() {
            if let Some(same) = others.get(&round) {
                prop_assert_eq!(&state, same);
            }
        }
        for node in [one, other] {
            node.signed_rounds();
            let commitment = node.party.commitment();
            prop_assert_eq!(commitment.payout[0].0 + commitment.payout[1].0, TOTAL);
        }
    }

    #[test]
    fn on_a_good_wire_both_end_at_the_same_state(events in vec(good_wire(), 1..60)) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
        }
        world.settle();
        let [one, other] = &world.pair.nodes;
        prop_assert_eq!(one.party.commitment(), other.party.commitment());
        prop_assert_eq!(one.party.newest(), other.party.newest());
        prop_assert_eq!(one.party.balances(), other.party.balances());
        prop_assert_eq!(one.co_signed(), other.co_signed());
    }

    #[test]
    fn on_a_good_wire_a_step_can_be_agreed_whatever_went_before(events in vec(good_wire(), 1..30)) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
        }
        world.settle();
        let before = world.pair.nodes[0].party.commitment().round;
        for side in Side::BOTH {
            // What was refused is taken back first.
            world.happen(&Event::Cancel(side));
            world.settle();
        }
        world.happen(&Event::Propose(A, 4));
        world.settle();
        let [one, other] = &world.pair.nodes;
        prop_assert!(one.party.commitment().round > before);
        prop_assert_eq!(one.party.commitment(), other.party.commitment());
    }
}
