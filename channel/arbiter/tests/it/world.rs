//! A ledger with two parties and a stranger, and what the parties have signed off chain.

use std::collections::BTreeMap;

use twinroot_abi::{
    Amount, ChannelId, ContractId, Gas, Hash, Height, PublicKey, Root, Round, Side, TimeMs,
};
use twinroot_arbiter::{Account, Channel, Effect, Genesis, Ledger, Phase, Receipt, Rejected};
use twinroot_exec::{Call, Codes, Env, Fallback};
use twinroot_rules::{Consent, Position, apply, genesis};
use twinroot_state::{State, Touched, Tree};
use twinroot_types::{SecretKey, Signature, Tag, encode, hash};
use twinroot_wire::{
    Action, CoSigned, Commitment, Direction, Force, Funding, Move, MutualClose, Operation,
    Parameters, SignedClose, SignedFunding, SignedParameters, SignedTransaction, Standing,
    Transaction, Update, VERSION,
};

use crate::toy::{Line, Toy, code};

pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
/// No party of the channel.
pub(crate) const C: usize = 2;
pub(crate) const SIDES: [Side; 2] = Side::BOTH;
pub(crate) const LOCK: u64 = 5;
pub(crate) const COINS: u64 = 10_000_000;

pub(crate) fn secret(who: usize) -> SecretKey {
    SecretKey::from_seed(&[[1; 32], [2; 32], [3; 32]][who])
}

pub(crate) fn key(who: usize) -> PublicKey {
    secret(who).public()
}

pub(crate) fn both(tag: Tag, body: &[u8]) -> [Signature; 2] {
    [A, B].map(|who| secret(who).sign(tag, body))
}

pub(crate) fn transfer(from: usize, coins: u64) -> Vec<Operation> {
    vec![Operation::Transfer {
        from: SIDES[from],
        amount: Amount(coins),
    }]
}

pub(crate) fn create(hold: u64) -> Vec<Operation> {
    vec![Operation::Create {
        code: code(b"toy").hash,
        fallback: Fallback::new(5_000).unwrap(),
        hold: Height(hold),
        args: encode(&Vec::<Line>::new()),
        gas: Gas(1_000),
    }]
}

/// What a ledger and its participants know together.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) terms: Parameters,
    /// Every state that came to be, co-signed or forced, under its commitment's hash.
    pub(crate) states: BTreeMap<Hash, Position<Tree>>,
    /// What both have signed, in order.
    pub(crate) signed: Vec<CoSigned>,
    /// The newest state by the order of states.
    pub(crate) newest: Position<Tree>,
    /// Steps forced on the newest co-signed state.
    newest_forced: u32,
    /// The highest round that both have signed.
    last_round: u64,
    /// A deposit or a withdrawal that both have signed and that can still be posted. Until it is
    /// done with, they sign no state: the ledger could move the coins and leave it behind.
    pending: Option<SignedFunding>,
}

impl World {
    /// A ledger whose channel is not open yet.
    pub(crate) fn before_open() -> Self {
        let start = Genesis {
            name: "toys".to_owned(),
            time: TimeMs(1_000),
            accounts: [A, B, C].map(|who| (key(who), Amount(COINS))).into(),
        };
        let terms = Parameters {
            chain: start.chain(),
            version: VERSION,
            parties: [A, B].map(key),
            deposits: [Amount(1_000); 2],
            lock: LOCK,
            nonce: 0,
            expiry: Height(100),
        };
        let ledger = Ledger::new(&start).unwrap();
        let newest = genesis(&terms, ledger.block()).unwrap();
        Self {
            states: BTreeMap::from([(newest.commitment.hash(), newest.clone())]),
            ledger,
            terms,
            signed: Vec::new(),
            newest,
            newest_forced: 0,
            last_round: 0,
            pending: None,
        }
    }

    /// A ledger whose channel is open and knows the toy code.
    pub(crate) fn open() -> Self {
        let mut world = Self::before_open();
        let code = b"toy".to_vec();
        world.must(A, Action::Publish { code });
        world.must(A, world.opening());
        world
    }

    pub(crate) fn opening(&self) -> Action {
        Action::Open(signed_terms(&self.terms))
    }

    pub(crate) fn id(&self) -> ChannelId {
        self.terms.channel()
    }

    pub(crate) fn channel(&self) -> &Channel {
        self.ledger.channel(self.id()).unwrap()
    }

    pub(crate) fn until(&self) -> u64 {
        let Phase::Closing { until, .. } = self.channel().phase else {
            unreachable!("it is open")
        };
        until.0
    }

    /// Blocks pass. Each commits to a tree that is the same as one built anew.
    pub(crate) fn advance(&mut self, blocks: u64) {
        for _ in 0..blocks {
            let anew = self.tree_anew().root();
            let Env { time, .. } = self.ledger.block();
            self.ledger.advance(TimeMs(time.0 + 1_000));
            assert_eq!(self.ledger.app_hash(), anew, "one ledger has one tree");
        }
    }

    /// The tree of all that the ledger keeps now.
    pub(crate) fn tree_anew(&self) -> Tree {
        let leaves = self.ledger.leaves().into_iter();
        let changes = leaves
            .map(|(key, value)| (key, Some(value.into())))
            .collect();
        Tree::new().updated(&changes).unwrap()
    }

    /// Both sign what comes of `operations` of `proposer` on the newest state.
    pub(crate) fn agree(&mut self, proposer: usize, operations: Vec<Operation>) -> bool {
        if self.waits_for_coins() {
            return false;
        }
        let Some(next) = self.carried_out(proposer, operations) else {
            return false;
        };
        self.signed.push(co_signed(&next.commitment));
        self.last_round += 1;
        self.newest = next;
        self.newest_forced = 0;
        true
    }

    /// Both sign that coins of `side` move, on the newest state.
    pub(crate) fn agree_to_fund(
        &mut self,
        direction: Direction,
        side: usize,
        amount: u64,
        expiry: u64,
    ) -> Option<SignedFunding> {
        if self.waits_for_coins() {
            return None;
        }
        let (who, standing) = (side, self.newest_standing());
        let (side, amount, expiry) = (SIDES[side], Amount(amount), Height(expiry));
        let coins = Move {
            side,
            amount,
            expiry,
        };
        let operation = match direction {
            Direction::Deposit => Operation::Deposit(coins),
            Direction::Withdraw => Operation::Withdraw(coins),
        };
        let commitment = self.carried_out(who, vec![operation])?.commitment;
        let signed = signed_funding(Funding {
            commitment,
            standing,
            side,
            direction,
            amount,
            expiry,
        });
        self.last_round += 1;
        self.pending = Some(signed.clone());
        Some(signed)
    }

    /// What comes of operations in the next round, on the newest state.
    fn carried_out(
        &mut self,
        proposer: usize,
        operations: Vec<Operation>,
    ) -> Option<Position<Tree>> {
        let round = Round(self.last_round + 1);
        let update = self.update(&self.newest.commitment, round, proposer, operations);
        let applied = apply(&self.newest, &update, Consent::Both, &toys(), &Toy).ok()?;
        self.remember(&applied.next);
        Some(applied.next)
    }

    /// Whether coins may still move as both signed.
    fn waits_for_coins(&self) -> bool {
        let (Some(signed), Some(channel)) = (&self.pending, self.ledger.channel(self.id())) else {
            return false;
        };
        let funding = &signed.funding;
        funding.expiry >= self.ledger.block().height
            && funding.standing >= channel.standing
            && channel.phase == Phase::Open
    }

    /// The co-signed state of this round.
    pub(crate) fn state(&self, round: u64) -> CoSigned {
        let mut signed = self.signed.iter();
        let found = signed.find(|state| state.commitment.round.0 == round);
        found.unwrap().clone()
    }

    /// The highest round that both have signed.
    pub(crate) const fn last_round(&self) -> u64 {
        self.last_round
    }

    pub(crate) fn newest_standing(&self) -> Standing {
        Standing {
            round: self.newest.commitment.round,
            forced: self.newest_forced,
        }
    }

    pub(crate) fn update(
        &self,
        base: &Commitment,
        round: Round,
        proposer: usize,
        operations: Vec<Operation>,
    ) -> Update {
        Update {
            channel: base.channel,
            base: base.hash(),
            round,
            proposer: SIDES[proposer],
            env: self.ledger.block(),
            operations,
        }
    }

    pub(crate) fn call(&self, value: u64, script: &[Line]) -> Vec<Operation> {
        let id = hash(Tag::CONTRACT, &[&self.id().0, &0u64.to_le_bytes()]);
        vec![Operation::Call(Call {
            contract: ContractId(id),
            entry: "run".to_owned(),
            args: encode(&script),
            value: Amount(value),
            gas: Gas(1_000),
            facts: Vec::new(),
        })]
    }

    /// A forced step of `who` on the state that the ledger knows, or on a co-signed one.
    pub(crate) fn force(
        &self,
        who: usize,
        base: Option<CoSigned>,
        operations: Vec<Operation>,
    ) -> Force {
        let on = base
            .as_ref()
            .map_or_else(|| &self.channel().tip, |base| &base.commitment);
        let step = self.force_on(who, on, operations);
        Force { base, ..step }
    }

    /// A forced step on this state.
    pub(crate) fn force_on(
        &self,
        who: usize,
        on: &Commitment,
        operations: Vec<Operation>,
    ) -> Force {
        let position = &self.states[&on.hash()];
        let update = self.update(on, on.round, who, operations);
        let codes = toys();
        let (touched, predicted) = match apply(position, &update, Consent::PosterOnly, &codes, &Toy)
        {
            Ok(applied) => (applied.touched, applied.next.commitment.state_root),
            Err(_) => (Touched::default(), Root([0; 32])),
        };
        Force {
            base: None,
            update,
            witness: position.state.prove(&touched),
            predicted,
        }
    }

    pub(crate) fn solo(&self, round: Option<u64>) -> Action {
        let state = round.map(|round| self.state(round));
        let channel = self.id();
        Action::CloseSolo { channel, state }
    }

    pub(crate) fn slash(&self, round: u64) -> Action {
        let (channel, state) = (self.id(), self.state(round));
        Action::Slash { channel, state }
    }

    pub(crate) fn snapshot(&self, round: u64) -> Action {
        let (channel, state) = (self.id(), self.state(round));
        Action::Snapshot { channel, state }
    }

    pub(crate) fn settle(&self) -> Action {
        let channel = self.id();
        Action::Settle { channel }
    }

    /// A close that both signed at the newest state.
    pub(crate) fn mutual(&self, expiry: u64) -> MutualClose {
        let tip = &self.newest.commitment;
        MutualClose {
            chain: tip.chain,
            channel: tip.channel,
            version: tip.version,
            standing: self.newest_standing(),
            payout: tip.payout,
            expiry: Height(expiry),
        }
    }

    /// Posts a transaction of `who` and watches over what may change.
    pub(crate) fn post(&mut self, who: usize, action: Action) -> Result<Receipt, Rejected> {
        let bytes = self.bytes(who, action);
        self.submit(who, &bytes)
    }

    /// The bytes of a transaction of `who`.
    pub(crate) fn bytes(&self, who: usize, action: Action) -> Vec<u8> {
        self.transaction(who, action).sign(&secret(who)).encode()
    }

    pub(crate) fn must(&mut self, who: usize, action: Action) -> Receipt {
        self.post(who, action).unwrap()
    }

    pub(crate) fn transaction(&self, who: usize, action: Action) -> Transaction {
        Transaction {
            chain: self.ledger.chain(),
            version: VERSION,
            sender: key(who),
            nonce: self.ledger.account(key(who)).nonce,
            expiry: self.ledger.block().height,
            action,
        }
    }

    pub(crate) fn submit(&mut self, who: usize, bytes: &[u8]) -> Result<Receipt, Rejected> {
        let before = self.ledger.clone();
        let result = self.ledger.submit(bytes, &Toy);
        assert_eq!(self.ledger.supply(), before.supply(), "supply is conserved");
        match &result {
            Err(_) => assert_eq!(
                self.ledger.leaves(),
                before.leaves(),
                "a rejection leaves no trace"
            ),
            Ok(receipt) => self.check_included(&before, who, bytes, receipt),
        }
        result
    }

    fn check_included(&mut self, before: &Ledger, who: usize, bytes: &[u8], receipt: &Receipt) {
        for account in [A, B, C] {
            let nonces = [before, &self.ledger].map(|ledger| ledger.account(key(account)).nonce);
            let step = u64::from(account == who);
            assert_eq!(
                nonces[1],
                nonces[0] + step,
                "the sender's nonce rises by one"
            );
        }
        let gas = match &receipt.effect {
            Effect::Forced { gas, .. } | Effect::Refuted { gas, .. } => *gas,
            _ => Gas(0),
        };
        // docs/spec/arbiter.md, 2.2.
        let fee = 500 + bytes.len() as u64 + gas.0.div_ceil(1_000);
        assert_eq!(receipt.fee, Amount(fee));
        match &receipt.effect {
            Effect::Refuted { .. } => {
                let mut expected = before.account(key(who));
                expected = Account {
                    coins: Amount(expected.coins.0 - fee),
                    nonce: expected.nonce + 1,
                };
                assert_eq!(self.ledger.account(key(who)), expected);
                for other in [A, B, C].into_iter().filter(|other| *other != who) {
                    assert_eq!(self.ledger.account(key(other)), before.account(key(other)));
                }
                let channels =
                    [before, &self.ledger].map(|it| format!("{:?}", it.channel(self.id())));
                assert_eq!(
                    channels[0], channels[1],
                    "a refuted step leaves the channel as it was"
                );
                assert_eq!(self.ledger.codes(), before.codes());
            }
            Effect::Forced {
                update, commitment, ..
            } => {
                let position = &self.states[&update.base];
                let codes = toys();
                let applied = apply(position, update, Consent::PosterOnly, &codes, &Toy).unwrap();
                assert_eq!(
                    applied.next.commitment, **commitment,
                    "the full state agrees"
                );
                self.remember(&applied.next);
                if update.base == self.newest.commitment.hash() {
                    self.newest = applied.next;
                    self.newest_forced += 1;
                }
            }
            Effect::Opened { channel } if *channel == self.id() => {
                self.newest = genesis(&self.terms, self.ledger.block()).unwrap();
                self.remember(&self.newest.clone());
            }
            Effect::Funded { commitment, .. } => {
                // One that was made up has no state behind it that could be followed.
                if let Some(position) = self.states.get(&commitment.hash()) {
                    self.newest = position.clone();
                    self.newest_forced = 0;
                }
                self.pending = None;
            }
            _ => {}
        }
    }

    fn remember(&mut self, position: &Position<Tree>) {
        let hash = position.commitment.hash();
        assert_eq!(position.state.root(), position.commitment.state_root);
        self.states.insert(hash, position.clone());
    }
}

pub(crate) fn signed_terms(terms: &Parameters) -> SignedParameters {
    SignedParameters {
        signatures: both(Tag::OPEN, &terms.signed_bytes()),
        parameters: terms.clone(),
    }
}

pub(crate) fn co_signed(commitment: &Commitment) -> CoSigned {
    CoSigned {
        signatures: both(Tag::COMMITMENT, &commitment.signed_bytes()),
        commitment: commitment.clone(),
    }
}

pub(crate) fn signed_funding(funding: Funding) -> SignedFunding {
    SignedFunding {
        signatures: both(Tag::FUNDING, &funding.signed_bytes()),
        funding,
    }
}

pub(crate) fn signed_close(close: MutualClose) -> Action {
    Action::CloseMutual(SignedClose {
        signatures: both(Tag::CLOSE, &close.signed_bytes()),
        close,
    })
}

/// A transaction signed by someone else than it says.
pub(crate) fn signed_by(who: usize, transaction: Transaction) -> SignedTransaction {
    transaction.sign(&secret(who))
}

fn toys() -> Codes {
    let toy = code(b"toy");
    BTreeMap::from([(toy.hash, toy.bytes)]).into()
}
