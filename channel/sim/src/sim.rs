//! The simulation: what there is, and what an action does.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, ChannelId, Hash, Height, Round, Side, TimeMs};
use twinroot_arbiter::{Effect as OnChain, Genesis, Ledger, Receipt, Rejected};
use twinroot_exec::{Env, Execute};
use twinroot_party::{Effect, Illegal, Input, Party, Policy, Report, Source, ToSign};
use twinroot_types::{SecretKey, Tag};
use twinroot_wire::{Action as Post, Message, Parameters, SignedParameters, Update, VERSION};

use crate::chain::{Chain, sign};
use crate::network::Network;
use crate::node::Node;
use crate::toy::code;
use crate::{Action, Broken, Wish, adversary};

/// What a simulation begins with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Coins of both accounts.
    pub coins: [Amount; 2],
    /// What both lock.
    pub deposits: [Amount; 2],
    /// Blocks to answer in.
    pub lock: u64,
    /// Who keeps to the protocol. The other may do anything that needs no forging.
    pub honest: [bool; 2],
    /// Who signs whatever is asked.
    pub willing: [bool; 2],
    /// What both parties do by themselves.
    pub policy: Policy,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            coins: [Amount(10_000_000); 2],
            deposits: [Amount(1_000); 2],
            lock: 10,
            honest: [true; 2],
            willing: [true; 2],
            policy: Policy::default(),
        }
    }
}

/// Something that followed from an action, to be told.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A party told its user something.
    Report(Side, Box<Report>),
    /// A party asked its user something.
    Asked(Side, Box<twinroot_party::Question>),
    /// A party sent a message.
    Sent(Side, Box<Message>),
    /// A party posted a transaction.
    Posted(Side, Box<Post>),
    /// A party wrote something down.
    Written(Side),
    /// The ledger included a transaction.
    Included(Side, Box<Receipt>),
    /// The ledger rejected a transaction.
    Rejected(Side, Box<Rejected>),
    /// What was wanted of a party makes no sense now.
    Illegal(Side, Illegal),
    /// There was nothing for the action to act on.
    Nothing,
}

/// Two parties, a ledger and what is between them.
pub struct Sim<'a> {
    pub(crate) config: Config,
    pub(crate) execute: &'a dyn Execute,
    pub(crate) terms: Parameters,
    pub(crate) opened: Env,
    pub(crate) channel: ChannelId,
    pub(crate) nodes: [Node; 2],
    pub(crate) network: Network,
    pub(crate) chain: Chain,
    pub(crate) supply: Option<Amount>,
    /// What both signed, by round, as either party told it.
    pub(crate) agreed: BTreeMap<Round, Hash>,
    /// How often somebody came back from a copy.
    restores: u32,
    pub(crate) broken: Option<Broken>,
    pub(crate) happened: Vec<Happened>,
}

impl<'a> Sim<'a> {
    /// A channel that is open, between parties that are connected.
    ///
    /// # Errors
    /// [`Broken`] where the ledger does not open it.
    pub fn new(config: Config, execute: &'a dyn Execute) -> Result<Self, Broken> {
        let keys = [1, 2].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let genesis = Genesis {
            name: "simulation".to_owned(),
            time: TimeMs(1_000_000),
            accounts: vec![
                (keys[0].public(), config.coins[0]),
                (keys[1].public(), config.coins[1]),
            ],
        };
        let start = |error: &dyn std::fmt::Display| Broken::Start(error.to_string());
        let mut ledger = Ledger::new(&genesis).map_err(|error| start(&error))?;
        let supply = ledger.supply();
        let terms = Parameters {
            chain: ledger.chain(),
            version: VERSION,
            parties: [keys[0].public(), keys[1].public()],
            deposits: config.deposits,
            lock: config.lock,
            nonce: 0,
            expiry: Height(100),
        };
        let signatures =
            [0, 1].map(|side: usize| keys[side].sign(Tag::OPEN, &terms.signed_bytes()));
        let parameters = terms.clone();
        let open = Post::Open(SignedParameters {
            parameters,
            signatures,
        });
        let opened = ledger.block();
        for action in [
            open,
            Post::Publish {
                code: b"toy".to_vec(),
            },
        ] {
            let bytes = sign(&ledger, &keys[0], action);
            ledger
                .submit(&bytes, execute)
                .map_err(|error| start(&error))?;
        }
        let party = |side| {
            let mut party = Party::new(&terms, side, opened, config.policy.clone())
                .map_err(|error| start(&error))?;
            party.learn(code(b"toy"));
            Ok::<_, Broken>(party)
        };
        let [one, other] = keys;
        let nodes = [
            Node::new(one, party(Side::Initiator)?, opened.height),
            Node::new(other, party(Side::Responder)?, opened.height),
        ];
        let mut sim = Self {
            channel: terms.channel(),
            config,
            execute,
            terms,
            opened,
            nodes,
            network: Network::default(),
            chain: Chain::new(ledger),
            supply,
            agreed: BTreeMap::new(),
            restores: 0,
            broken: None,
            happened: Vec::new(),
        };
        sim.network.connected = true;
        sim.mine(1);
        sim.happened.clear();
        Ok(sim)
    }

    /// Has something happen, and tells what followed.
    ///
    /// # Errors
    /// [`Broken`] where something does not hold that must always hold.
    pub fn act(&mut self, action: Action) -> Result<Vec<Happened>, Broken> {
        self.happened.clear();
        self.carry_out(action);
        self.check()?;
        Ok(std::mem::take(&mut self.happened))
    }

    /// A party, unless it is down.
    #[must_use]
    pub const fn party(&self, side: Side) -> Option<&Party> {
        self.nodes[side.index()].party.as_ref()
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.chain.ledger()
    }

    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> ChannelId {
        self.channel
    }

    /// Coins of both accounts on the ledger.
    #[must_use]
    pub fn accounts(&self) -> [Amount; 2] {
        self.terms.parties.map(|key| self.chain.coins(key))
    }

    /// How many messages are on the way to a side.
    #[must_use]
    pub fn on_the_way(&self, to: Side) -> usize {
        self.network.on_the_way(to)
    }

    /// How many transactions wait for the next block.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.chain.mempool.len()
    }

    /// What a message on the way to a side says.
    #[must_use]
    pub fn message(&self, to: Side, place: usize) -> Option<Message> {
        Message::decode(&self.network.look(to, place)?).ok()
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Propose(side, wish) => {
                let operations = vec![self.operation(side, wish)];
                self.input(side, Input::Propose(operations));
            }
            Action::Cancel(side) => self.input(side, Input::Cancel),
            Action::Approve(side) => self.answer(side, Input::Approve),
            Action::Decline(side) => self.answer(side, Input::Decline),
            Action::ProposeClose(side, blocks) => {
                let expiry = Height(self.chain.block().height.0.saturating_add(blocks));
                self.input(side, Input::ProposeClose { expiry });
            }
            Action::CloseSolo(side) => self.input(side, Input::CloseSolo),
            Action::Force(side, wish) => {
                let operations = vec![self.operation(side, wish)];
                self.input(side, Input::Force(operations));
            }
            Action::Snapshot(side) => self.input(side, Input::Snapshot),
            Action::Note(side, text) => {
                self.input(side, Input::Note(text.to_string().into_bytes()));
            }
            Action::Leave(side) => self.input(side, Input::Leave),
            Action::Tick(side) => self.input(side, Input::Tick),
            Action::Deliver(to, place) => {
                let bytes = self.network.take(to, place);
                self.arrive(to, bytes);
            }
            Action::Duplicate(to, place) => {
                let bytes = self.network.look(to, place);
                self.arrive(to, bytes);
            }
            Action::Lose(to, place) => {
                if self.network.take(to, place).is_none() {
                    self.happened.push(Happened::Nothing);
                }
            }
            Action::Cut => self.network.cut(),
            Action::Connect => {
                self.network.connected = true;
                for side in Side::BOTH {
                    self.input(side, Input::Connected);
                }
            }
            Action::Mine(blocks) => {
                for _ in 0..blocks.min(1_000) {
                    self.mine(1);
                }
            }
            Action::Fork(blocks) => self.fork(blocks),
            Action::Slow(side) => self.nodes[side.index()].slow = true,
            Action::Written(side) => self.written(side),
            Action::WriteFails(side) => self.write_fails(side),
            Action::Crash(side, landed) => self.crash(side, landed),
            Action::Restart(side) => self.restart(side, Source::Log),
            Action::Backup(side, age) => {
                self.crash(side, false);
                let node = &mut self.nodes[side.index()];
                let kept = node.disk.len().saturating_sub(age);
                node.disk.truncate(kept);
                node.lost_records = true;
                self.restores = self.restores.saturating_add(1);
                let salt = self.restores;
                self.restart(side, Source::Backup { salt });
            }
            Action::CloseStale(side, age) => adversary::close(self, side, age),
            Action::SlashStale(side, age) => adversary::slash(self, side, age),
            Action::SnapshotStale(side, age) => adversary::snapshot(self, side, age),
            Action::ForceStale(side, age, wish) => adversary::force(self, side, age, wish),
            Action::SignSecretly(side, place) => adversary::sign_secretly(self, side, place),
            Action::ProposeTwice(side, coins) => adversary::propose_twice(self, side, coins),
        }
    }

    pub(crate) fn operation(&self, side: Side, wish: Wish) -> twinroot_wire::Operation {
        wish.operation(side, self.channel.0, self.chain.block())
    }

    /// Gives a party an input and does what it wants done.
    pub(crate) fn input(&mut self, side: Side, input: Input) {
        let node = &mut self.nodes[side.index()];
        let Some(party) = &mut node.party else {
            self.happened.push(Happened::Nothing);
            return;
        };
        match party.step(input, self.execute) {
            Ok(effects) => node.todo.extend(effects),
            Err(error @ (Illegal::Diverged(_) | Illegal::Machine(_))) => {
                if self.config.honest[side.index()] {
                    self.broken = Some(Broken::Diverged(side, error.to_string()));
                }
            }
            Err(Illegal::Frozen) => {
                // Its driver reads everything again.
                self.crash(side, false);
                self.restart(side, Source::Log);
                return;
            }
            Err(error) => self.happened.push(Happened::Illegal(side, error)),
        }
        self.work(side);
    }

    /// Does what a party wants done, in order, up to a write that takes its time.
    fn work(&mut self, side: Side) {
        loop {
            let node = &mut self.nodes[side.index()];
            if node.writing.is_some() {
                return;
            }
            let Some(effect) = node.todo.pop_front() else {
                break;
            };
            match effect {
                Effect::Persist(record) if node.slow => node.writing = Some(record),
                Effect::Persist(record) => {
                    node.disk.push(record);
                    self.happened.push(Happened::Written(side));
                }
                Effect::Sign(what) => self.sign(side, &what),
                Effect::Send(message) => {
                    self.network.send(side.other(), message.encode());
                    self.happened.push(Happened::Sent(side, Box::new(message)));
                }
                Effect::Ask(question) => {
                    let asked = question.hash();
                    node.question = Some(asked);
                    self.happened
                        .push(Happened::Asked(side, Box::new(question)));
                    if self.config.willing[side.index()] {
                        self.input(side, Input::Approve(asked));
                    }
                }
                Effect::Post(action) => {
                    self.happened.push(Happened::Posted(side, action.clone()));
                    self.chain.mempool.push_back((side, *action));
                }
                Effect::Report(report) => self.report(side, report),
            }
        }
        let height = self.chain.block().height;
        let node = &mut self.nodes[side.index()];
        if node.is_idle() {
            node.awake = height;
        }
    }

    fn sign(&mut self, side: Side, what: &ToSign) {
        let round = match what {
            ToSign::Commitment(commitment) => Some(commitment.round),
            ToSign::Funding(funding) => Some(funding.commitment.round),
            ToSign::Close(_) | ToSign::Terms(_) => None,
        };
        let hash = what.hash();
        let node = &mut self.nodes[side.index()];
        if let Some(round) = round
            && *node.signed.entry(round).or_insert(hash) != hash
            && self.config.honest[side.index()]
        {
            self.broken = Some(Broken::SignedTwice(side, round));
        }
        let signature = node.key.sign(what.tag(), &what.bytes());
        let signed = Input::Signed {
            what: hash,
            signature,
        };
        self.input(side, signed);
    }

    fn report(&mut self, side: Side, report: Report) {
        if let Report::Agreed(agreed) = &report {
            let round = agreed.commitment.round;
            let hash = agreed.commitment.hash();
            let both = self.config.honest == [true; 2];
            if both && *self.agreed.entry(round).or_insert(hash) != hash {
                self.broken = Some(Broken::Different(round));
            }
            let node = &mut self.nodes[side.index()];
            let state = node.party.as_ref().and_then(|party| {
                let newest = party.newest()?.clone();
                (newest.commitment == *party.commitment()).then(|| (newest, party.state().clone()))
            });
            node.memory.co_signed.extend(state);
        }
        self.happened.push(Happened::Report(side, Box::new(report)));
    }

    fn answer(&mut self, side: Side, answer: impl FnOnce(Hash) -> Input) {
        match self.nodes[side.index()].question.take() {
            Some(asked) => self.input(side, answer(asked)),
            None => self.happened.push(Happened::Nothing),
        }
    }

    fn arrive(&mut self, to: Side, bytes: Option<Vec<u8>>) {
        let Some(message) = bytes.and_then(|bytes| Message::decode(&bytes).ok()) else {
            self.happened.push(Happened::Nothing);
            return;
        };
        if let Message::Propose(proposal) = &message {
            let memory = &mut self.nodes[to.index()].memory;
            memory.proposals.push((**proposal).clone());
        }
        self.input(to, Input::Message(message));
    }

    /// A block is made. Before that, whoever keeps to the protocol does so: it is not away, and its
    /// disk does not hang, for longer than it has time to answer.
    fn mine(&mut self, blocks: u64) {
        let height = self.chain.block().height.0;
        for side in Side::BOTH {
            let away = height.saturating_sub(self.nodes[side.index()].awake.0);
            if self.config.honest[side.index()] && away >= self.config.lock.div_ceil(3) {
                self.be_there(side);
            }
        }
        for _ in 0..blocks {
            let [one, other] = &self.nodes;
            let keys = [&one.key, &other.key];
            let first = Height(self.chain.block().height.0.saturating_add(1));
            for (side, result) in self.chain.mine(keys, self.channel, self.execute) {
                self.happened.push(match result {
                    Ok(receipt) => Happened::Included(side, Box::new(receipt)),
                    Err(error) => Happened::Rejected(side, Box::new(error)),
                });
            }
            self.tell(first);
        }
    }

    fn fork(&mut self, blocks: u64) {
        let depth = blocks.min(self.config.policy.depth);
        let blocks = usize::try_from(depth).unwrap_or(usize::MAX);
        let first = self.chain.fork(blocks, self.opened.height);
        self.tell(first);
    }

    /// Tells both parties what the ledger is now.
    fn tell(&mut self, first: Height) {
        for side in Side::BOTH {
            self.tell_one(side, first);
        }
    }

    fn tell_one(&mut self, side: Side, first: Height) {
        for block in self.chain.blocks_from(first) {
            self.input(side, Input::Block(block));
        }
        let view = self.chain.view(self.channel).map(Box::new);
        self.input(side, Input::Ledger(view));
        let key = self.nodes[side.index()].key.public();
        let coins = self.chain.coins(key);
        self.input(side, Input::Funds(coins));
        self.input(side, Input::Published(code(b"toy").hash));
    }

    /// A side is up and its disk works.
    pub(crate) fn be_there(&mut self, side: Side) {
        if self.nodes[side.index()].party.is_none() {
            self.restart(side, Source::Log);
        }
        while self.nodes[side.index()].writing.is_some() {
            self.written(side);
        }
    }

    pub(crate) fn written(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        node.slow = false;
        let Some(record) = node.writing.take() else {
            self.happened.push(Happened::Nothing);
            return;
        };
        node.disk.push(record);
        self.happened.push(Happened::Written(side));
        self.work(side);
    }

    fn write_fails(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        if node.writing.take().is_none() {
            self.happened.push(Happened::Nothing);
            return;
        }
        node.todo.clear();
        self.input(side, Input::WriteFailed);
        // Its driver reads the records again.
        self.crash(side, false);
        self.restart(side, Source::Log);
    }

    fn crash(&mut self, side: Side, landed: bool) {
        let node = &mut self.nodes[side.index()];
        let writing = node.writing.take();
        if landed {
            node.disk.extend(writing);
        }
        node.party = None;
        node.todo.clear();
        node.question = None;
        node.slow = false;
    }

    fn restart(&mut self, side: Side, source: Source) {
        let node = &mut self.nodes[side.index()];
        if node.party.is_some() {
            self.happened.push(Happened::Nothing);
            return;
        }
        let toy = code(b"toy");
        let codes = BTreeMap::from([(toy.hash, toy.bytes)]);
        let party = Party::restore(
            &self.terms,
            side,
            self.opened,
            self.config.policy.clone(),
            codes,
            source,
            node.disk.iter().cloned(),
            self.execute,
        );
        match party {
            Ok(party) => {
                let effects = party.resume();
                node.party = Some(party);
                node.todo.extend(effects);
                self.work(side);
                let height = self.chain.block().height.0;
                self.tell_one(side, Height(height.saturating_sub(20)));
                if self.network.connected {
                    self.input(side, Input::Connected);
                }
            }
            Err(error) => {
                self.broken = Some(Broken::Restore(side, error.to_string()));
            }
        }
    }

    /// What was paid out when the channel closed, and what was repaid out of it.
    #[must_use]
    pub fn closed_in(happened: &[Happened]) -> Option<([Amount; 2], Amount)> {
        happened.iter().find_map(|event| match event {
            Happened::Included(_, receipt) => match &receipt.effect {
                OnChain::Closed { payout, repaid, .. } => {
                    let repaid = repaid.as_ref().map_or(Amount::ZERO, |repaid| repaid.amount);
                    Some((*payout, repaid))
                }
                _ => None,
            },
            _ => None,
        })
    }
}

impl Sim<'_> {
    /// Forced steps that the ledger knows on its present base.
    #[must_use]
    pub fn forced_steps(&self) -> Vec<Update> {
        self.chain
            .view(self.channel)
            .map_or_else(Vec::new, |view| view.steps)
    }
}
