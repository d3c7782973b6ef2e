//! Two parties of a channel, the wire between them, and a ledger.

use twinroot_abi::{Height, Side};
use twinroot_party::{Illegal, Input, Policy, Source};
use twinroot_wire::{Message, Operation};

use super::{A, B, Chain, Node, Positions, deposit, pay, quiet, withdraw};

/// Something that is done to one of two parties.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Do {
    /// Its user proposes to pay the peer.
    Pay(u64),
    /// Its user proposes to put coins in, up to a height.
    Deposit(u64, u64),
    /// Its user proposes to take coins out, up to a height.
    Withdraw(u64, u64),
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
    Snapshot,
    Note(&'static str),
    Leave,
    Connected,
    Tick,
    /// Its slow signer comes to its end.
    Sign,
    /// Its power fails, and it begins again from its log.
    Restart,
    /// The ledger includes what it posted first.
    Include,
    /// What it posted first is lost.
    Drop,
    /// So many blocks follow.
    Blocks(u64),
    /// So many blocks are lost, and one takes their place.
    Fork(usize),
    /// It looks at the ledger.
    See,
}

/// Two parties of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) nodes: [Node; 2],
    pub(crate) chain: Chain,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::with([quiet(), quiet()])
    }

    pub(crate) fn with(policies: [Policy; 2]) -> Self {
        let [one, other] = policies;
        Self {
            nodes: [Node::new(A, one), Node::new(B, other)],
            chain: Chain::new(),
        }
    }

    /// Two parties that know a contract with coins, at round 2.
    pub(crate) fn with_contract() -> Self {
        let mut pair = Self::new();
        pair.agree(A, super::create());
        pair.agree(A, super::call(100, &[]));
        pair
    }

    pub(crate) fn node(&mut self, side: Side) -> &mut Node {
        &mut self.nodes[side.index()]
    }

    /// The next message to `side`.
    pub(crate) fn take_message(&mut self, side: Side) -> Option<Vec<u8>> {
        self.node(side.other()).sent.pop_front()
    }

    pub(crate) fn deliver(&mut self, side: Side) -> Result<Vec<String>, Illegal> {
        let bytes = self.take_message(side).expect("nothing was sent");
        let message = Message::decode(&bytes).unwrap();
        self.node(side).give(Input::Message(message))
    }

    /// Plays a table: who, does what, and every effect of it.
    pub(crate) fn play(&mut self, table: &[(Side, Do, &str)]) {
        for (row, (side, act, expected)) in table.iter().enumerate() {
            let words = match self.act(*side, *act) {
                Ok(words) => words.join(", "),
                Err(illegal) => format!("illegal: {illegal}"),
            };
            assert_eq!(words, *expected, "row {row}: the {side}, {act:?}");
        }
    }

    pub(crate) fn act(&mut self, side: Side, act: Do) -> Result<Vec<String>, Illegal> {
        let input = match act {
            Do::Hear => return self.deliver(side),
            Do::Lose => {
                self.take_message(side).expect("nothing was sent");
                return Ok(Vec::new());
            }
            Do::Sign => return self.node(side).give_signature(),
            Do::Restart => return Ok(vec![self.node(side).restart(Source::Log)]),
            Do::Include => {
                return Ok(self
                    .include(side)
                    .err()
                    .map(str::to_owned)
                    .into_iter()
                    .collect());
            }
            Do::Drop => {
                self.node(side)
                    .posts
                    .pop_front()
                    .expect("nothing was posted");
                return Ok(Vec::new());
            }
            Do::Blocks(count) => {
                (0..count).for_each(|_| self.chain.block());
                return Ok(Vec::new());
            }
            Do::Fork(blocks) => {
                self.chain.lose(blocks);
                return Ok(Vec::new());
            }
            Do::See => return self.nodes[side.index()].see(&self.chain),
            Do::Pay(coins) => Input::Propose(pay(side, coins)),
            Do::Deposit(coins, expiry) => Input::Propose(deposit(side, coins, expiry)),
            Do::Withdraw(coins, expiry) => Input::Propose(withdraw(side, coins, expiry)),
            Do::Cancel => Input::Cancel,
            Do::Close(expiry) => Input::ProposeClose {
                expiry: Height(expiry),
            },
            Do::Approve => Input::Approve(self.node(side).asked_hash()),
            Do::Decline => Input::Decline(self.node(side).asked_hash()),
            Do::Force(coins) => Input::Force(pay(side, coins)),
            Do::CloseSolo => Input::CloseSolo,
            Do::Snapshot => Input::Snapshot,
            Do::Note(text) => Input::Note(text.as_bytes().to_vec()),
            Do::Leave => Input::Leave,
            Do::Connected => Input::Connected,
            Do::Tick => Input::Tick,
        };
        self.node(side).give(input)
    }

    /// The ledger includes what a party posted first, or says why not.
    pub(crate) fn include(&mut self, side: Side) -> Result<(), &'static str> {
        let action = self
            .node(side)
            .posts
            .pop_front()
            .expect("nothing was posted");
        let positions = self.positions();
        self.chain.include(side, &action, &positions)
    }

    /// All full states that one of the two has had.
    pub(crate) fn positions(&self) -> Positions {
        let all = self.nodes.iter().flat_map(|node| node.positions.clone());
        all.collect()
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
        self.assert_same();
    }

    /// Both parties look at the same blocks and the same channel.
    pub(crate) fn see(&mut self) {
        for side in Side::BOTH {
            self.nodes[side.index()].see(&self.chain).unwrap();
        }
    }

    /// A party has the ledger carry out a step, and both see it.
    pub(crate) fn forced(&mut self, by: Side, operations: Vec<Operation>) {
        self.node(by).give(Input::Force(operations)).unwrap();
        self.include(by).unwrap();
        self.see();
    }

    /// Both end at the same state.
    pub(crate) fn assert_same(&self) {
        let [one, other] = &self.nodes;
        assert_eq!(one.party.commitment(), other.party.commitment());
        assert_eq!(one.party.standing(), other.party.standing());
        assert_eq!(one.party.newest(), other.party.newest());
        assert_eq!(one.party.balances(), other.party.balances());
    }
}
