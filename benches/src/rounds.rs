//! Two parties in memory, with a driver that does nothing but what it must.

use std::collections::VecDeque;

use twinroot_abi::{Amount, CodeHash, ContractId, Gas, Hash, Height, Side, TimeMs};
use twinroot_exec::{Env, Execute, Fallback};
use twinroot_party::{Effect, Guarantee, Input, Kind, Otherwise, Party, Policy, Record, Rule};
use twinroot_testkit::ballast;
use twinroot_types::{CheckedKey, SecretKey, Tag, hash};
use twinroot_wire::{Commitment, Message, Operation, Parameters, VERSION};

const A: Side = Side::Initiator;

/// What a round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A transfer of one coin.
    Transfer,
    /// A call of a contract that writes a slot that was not there.
    Call,
}

/// Both parties of a channel.
pub struct Pair<'a> {
    parties: [Party; 2],
    keys: [SecretKey; 2],
    execute: &'a dyn Execute,
    terms: Parameters,
    opened: Env,
    contract: ContractId,
    queue: VecDeque<(Side, Input)>,
    /// What the initiator wrote down.
    pub records: Vec<Record>,
    filled: u64,
}

impl<'a> Pair<'a> {
    /// A channel with a contract of `slots` slots.
    ///
    /// # Panics
    /// Where the parties do not agree on it: then there is nothing to measure.
    #[must_use]
    pub fn new(execute: &'a dyn Execute, slots: u64) -> Self {
        let keys = [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let terms = Parameters {
            chain: twinroot_abi::ChainId([9; 32]),
            version: VERSION,
            parties: [keys[0].public(), keys[1].public()],
            deposits: [Amount(1 << 40); 2],
            lock: 10,
            nonce: 0,
            expiry: Height(10),
        };
        let opened = Env {
            height: Height(1),
            time: TimeMs(1_000),
            block: Hash([1; 32]),
        };
        let contract = ContractId(hash(
            Tag::CONTRACT,
            &[&terms.channel().0, &0_u64.to_le_bytes()],
        ));
        let code = execute
            .admit(ballast::WASM)
            .expect("the gate takes committed contracts");
        let policy = policy(contract, code.hash);
        let parties = Side::BOTH.map(|side| {
            let mut party = Party::new(&terms, side, opened, policy.clone())
                .expect("these are terms of a channel");
            party.learn(code.clone());
            party
        });
        let mut pair = Self {
            parties,
            keys,
            execute,
            terms,
            opened,
            contract,
            queue: VecDeque::new(),
            records: Vec::new(),
            filled: 0,
        };
        pair.create(code.hash, slots);
        pair
    }

    fn create(&mut self, code: CodeHash, slots: u64) {
        self.round(vec![Operation::Create {
            code,
            fallback: Fallback::all_to(A),
            hold: Height(0),
            args: Vec::new(),
            gas: Gas(3_000_000),
        }]);
        while self.filled < slots {
            let count = (slots - self.filled).min(u64::from(ballast::PER_CALL));
            let part = u32::try_from(count).unwrap_or(1);
            let fill = ballast::fill(self.contract, self.filled, part);
            self.round(vec![Operation::Call(fill)]);
            self.filled += count;
        }
    }

    /// One round: proposed, carried out, signed, checked, carried out, signed, checked. The messages
    /// are encoded and decoded on the way.
    pub fn step(&mut self, work: Work) {
        let operation = match work {
            Work::Transfer => Operation::Transfer {
                from: A,
                amount: Amount(1),
            },
            Work::Call => {
                let slot = self.filled;
                self.filled += 1;
                Operation::Call(ballast::fill(self.contract, slot, 1))
            }
        };
        self.round(vec![operation]);
    }

    fn round(&mut self, operations: Vec<Operation>) {
        let before = self.parties[0].standing();
        self.queue.push_back((A, Input::Propose(operations)));
        while let Some((side, input)) = self.queue.pop_front() {
            let effects = self.parties[side.index()]
                .step(input, self.execute)
                .expect("nothing stands in the way");
            for effect in effects {
                self.carry_out(side, effect);
            }
        }
        let after = self.parties.each_ref().map(Party::standing);
        assert!(after[0] > before && after[0] == after[1], "both agreed");
    }

    fn carry_out(&mut self, side: Side, effect: Effect) {
        match effect {
            Effect::Persist(record) if side == A => self.records.push(record),
            Effect::Sign(what) => {
                let signature = self.keys[side.index()].sign(what.tag(), &what.bytes());
                let what = what.hash();
                self.queue
                    .push_back((side, Input::Signed { what, signature }));
            }
            Effect::Send(message) => {
                let message = Message::decode(&message.encode()).expect("it was just encoded");
                self.queue
                    .push_back((side.other(), Input::Message(message)));
            }
            _ => {}
        }
    }

    /// The initiator's party, begun again from records.
    ///
    /// # Panics
    /// Where the records do not lead to the same state.
    #[must_use]
    pub fn restored(&self, records: &[Record]) -> Party {
        let party = Party::restore(
            &self.terms,
            A,
            self.opened,
            self.parties[0].policy().clone(),
            self.parties[0].codes().clone(),
            twinroot_party::Source::Log,
            records.iter().cloned(),
            self.execute,
        )
        .expect("the records are a party's own");
        assert_eq!(party.commitment(), self.parties[0].commitment());
        party
    }

    /// Forgets all records but one that stands for them.
    pub fn checkpoint(&mut self) {
        self.records = self.parties[0].checkpoint().into_iter().collect();
    }

    /// The newest commitment.
    #[must_use]
    pub fn commitment(&self) -> &Commitment {
        self.parties[0].commitment()
    }

    /// The key of a side.
    #[must_use]
    pub const fn key(&self, side: Side) -> &SecretKey {
        &self.keys[side.index()]
    }
}

/// Signs whatever the peer proposes, so that a round needs no user.
fn policy(contract: ContractId, code: CodeHash) -> Policy {
    let any = Rule {
        only: vec![
            Kind::Transfer(A),
            Kind::Create(code),
            Kind::Call(contract, None),
        ],
        loses: Amount(u64::MAX),
        gas: Gas(u64::MAX),
        same_hold: false,
    };
    Policy {
        sign: vec![any],
        guarantee: Guarantee {
            otherwise: Otherwise::Ignore,
            ..Guarantee::default()
        },
        ..Policy::default()
    }
}

/// The signature work that no round can do without: each side signs the commitment and checks the
/// other's signature.
///
/// # Panics
/// Where a key or a signature is not good: then there is nothing to measure.
pub fn signature_work(keys: [(&SecretKey, &CheckedKey); 2], commitment: &Commitment) {
    let bytes = commitment.signed_bytes();
    for (key, public) in keys {
        let signature = key.sign(Tag::COMMITMENT, &bytes);
        public
            .verify(Tag::COMMITMENT, &bytes, &signature)
            .expect("the key's own signature");
    }
}
