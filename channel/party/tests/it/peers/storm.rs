//! Two parties, and everything that can go wrong between them.

use proptest::sample::Index;
use twinroot_abi::{Amount, Height, Side};
use twinroot_party::{Illegal, Input, Record, Source};
use twinroot_wire::{CoSigned, Message, Operation};

use super::event::Event;
use crate::toy::Line;
use crate::world::{Pair, call, create, deposit, pay, withdraw};

pub(crate) struct Storm {
    pub(crate) pair: Pair,
    slow: [bool; 2],
    /// How many notes were written.
    notes: u32,
    /// The highest block that there ever was: none that is deeper below it than parties expect is lost.
    highest: u64,
}

fn step(proposer: Side, which: u8) -> Vec<Operation> {
    match which {
        0 => create(),
        1 => call(7, &[Line::Stamp(0)]),
        2 => call(0, &[Line::Pay(proposer, 2)]),
        3 => pay(proposer.other(), 3),
        more => pay(proposer, more.into()),
    }
}

impl Storm {
    pub(crate) fn new(slow: [bool; 2]) -> Self {
        let mut pair = Pair::with_contract();
        pair.see();
        for (node, slow) in pair.nodes.iter_mut().zip(slow) {
            node.slow_signer = slow;
        }
        Self {
            pair,
            slow,
            notes: 0,
            highest: 1,
        }
    }

    pub(crate) fn happen(&mut self, event: &Event) {
        match event {
            Event::Propose(side, which) => self.give(*side, Input::Propose(step(*side, *which))),
            Event::Cancel(side) => self.give(*side, Input::Cancel),
            Event::Close(side, blocks) => {
                let expiry = Height(self.pair.chain.height() + blocks);
                self.give(*side, Input::ProposeClose { expiry });
            }
            Event::Deposit(side) => {
                let expiry = self.pair.chain.height() + 3;
                self.give(*side, Input::Propose(deposit(*side, 50, expiry)));
            }
            Event::Withdraw(side) => {
                let expiry = self.pair.chain.height() + 3;
                self.give(*side, Input::Propose(withdraw(*side, 40, expiry)));
            }
            Event::Answer(side, yes) => {
                let asked = self.pair.nodes[side.index()].asked_hash();
                let answer = if *yes { Input::Approve } else { Input::Decline };
                self.give(*side, answer(asked));
            }
            Event::Force(side, which) => self.give(*side, Input::Force(step(*side, *which))),
            Event::CloseSolo(side) => self.give(*side, Input::CloseSolo),
            Event::Snapshot(side) => self.give(*side, Input::Snapshot),
            Event::Note(side) => {
                self.notes += 1;
                let number = self.notes.to_be_bytes().to_vec();
                self.give(*side, Input::Note(number));
            }
            Event::Connected(side) => self.give(*side, Input::Connected),
            Event::Tick(side) => self.give(*side, Input::Tick),
            Event::Sign(side) => self.sign(*side),
            Event::Deliver(side, which) => self.deliver(*side, *which),
            Event::Lose(side, which) => {
                self.take(*side, Some(*which));
            }
            Event::Double(side, which) => {
                let wire = &mut self.pair.node(side.other()).sent;
                if !wire.is_empty() {
                    let again = wire[which.index(wire.len())].clone();
                    wire.push_back(again);
                }
            }
            Event::Exchange => self.exchange(),
            Event::Mine => {
                self.block();
                self.see(Side::Initiator);
                self.see(Side::Responder);
            }
            Event::Block => self.block(),
            Event::Fork(blocks) => {
                let height = self.pair.chain.height();
                let safe = self.highest.saturating_sub(2);
                let most = usize::try_from(height.saturating_sub(safe)).unwrap();
                let blocks = (*blocks).min(most);
                if blocks > 0 {
                    self.pair.chain.lose(blocks);
                }
            }
            Event::Drop(side) => {
                self.pair.node(*side).posts.pop_front();
            }
            Event::See(side) => self.see(*side),
            Event::Fuse(side, after) => self.pair.node(*side).fuse = Some(*after),
        }
    }

    /// The wire is good from now on, both look at the ledger, and both users agree to everything, until
    /// all that was begun has come to its end.
    pub(crate) fn calm(&mut self) {
        for side in Side::BOTH {
            self.crash(side);
            self.pair.node(side).slow_signer = false;
        }
        for turn in 0..60 {
            self.block();
            // What was refused for its own sake is taken back.
            if turn == 30 {
                self.give(Side::Initiator, Input::Cancel);
                self.give(Side::Responder, Input::Cancel);
            }
            for side in Side::BOTH {
                self.see(side);
                self.give(side, Input::Tick);
            }
            self.exchange();
        }
    }

    /// All messages arrive, and both users agree to everything. It comes to an end.
    fn exchange(&mut self) {
        let mut messages = 0;
        while self.pair.nodes.iter().any(|node| !node.sent.is_empty()) {
            for side in Side::BOTH {
                self.deliver(side, None);
                self.happen(&Event::Answer(side, true));
                while !self.pair.nodes[side.index()].to_sign.is_empty() {
                    self.sign(side);
                }
            }
            messages += 1;
            // What waits on both sides after many greetings is some hundred messages.
            assert!(messages < 2_000, "a storm that does not end");
        }
    }

    /// A block, with all that was posted.
    fn block(&mut self) {
        self.pair.chain.block();
        self.highest = self.highest.max(self.pair.chain.height());
        for side in Side::BOTH {
            while !self.pair.nodes[side.index()].posts.is_empty() {
                // What the ledger does not take is no matter.
                let _ = self.pair.include(side);
            }
        }
    }

    fn see(&mut self, side: Side) {
        let seen = self.pair.nodes[side.index()].see(&self.pair.chain);
        seen.expect("the ledger is followed");
        self.power(side);
    }

    /// What is illegal where the party stands comes to nothing.
    fn give(&mut self, side: Side, input: Input) {
        let result = self.pair.node(side).give(input);
        let broken = matches!(result, Err(Illegal::Machine(_) | Illegal::Diverged(_)));
        assert!(!broken, "{result:?}");
        self.power(side);
    }

    fn sign(&mut self, side: Side) {
        let result = self.pair.node(side).give_signature();
        // The channel may be gone meanwhile.
        let fine = matches!(result, Ok(_) | Err(Illegal::Closed));
        assert!(fine, "what was asked for is taken: {result:?}");
        self.power(side);
    }

    fn deliver(&mut self, side: Side, which: Option<Index>) {
        let Some(bytes) = self.take(side, which) else {
            return;
        };
        let message = Message::decode(&bytes).unwrap();
        let result = self.pair.node(side).give(Input::Message(message));
        let fine = matches!(result, Ok(_) | Err(Illegal::Closed));
        assert!(fine, "a message is never illegal: {result:?}");
        self.power(side);
    }

    fn take(&mut self, side: Side, which: Option<Index>) -> Option<Vec<u8>> {
        let wire = &mut self.pair.node(side.other()).sent;
        let place = which.map_or(0, |which| which.index(wire.len().max(1)));
        wire.remove(place)
    }

    /// Where the power has failed, the party begins again.
    fn power(&mut self, side: Side) {
        if self.pair.nodes[side.index()].fuse == Some(0) {
            self.crash(side);
        }
    }

    pub(crate) fn crash(&mut self, side: Side) {
        let records = self.pair.nodes[side.index()].records.clone();
        self.restore(side, Source::Log, records);
    }

    /// The party begins again. What it has sent is still on its way, and what it posted on its own.
    pub(crate) fn restore(&mut self, side: Side, source: Source, records: Vec<Record>) {
        let node = self.pair.node(side);
        let (sent, posts) = (node.sent.clone(), node.posts.clone());
        node.slow_signer = false;
        node.restart_with(source, records);
        node.slow_signer = self.slow[side.index()];
        node.sent.extend(sent);
        node.posts.extend(posts);
        self.see(side);
    }

    /// What the state paid that a co-signed one followed.
    pub(crate) fn payout_before(&self, state: &CoSigned) -> Option<[Amount; 2]> {
        let positions = self.pair.positions();
        let before = positions.get(&state.commitment.prev)?;
        Some(before.commitment.payout)
    }
}
