//! The simulation: what there is, and what an action does.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, ChannelId, ContractId, Hash, Height, Round, Side, TimeMs};
use twinroot_arbiter::{Genesis, Ledger};
use twinroot_exec::{Env, Execute, Header, StateKey};
use twinroot_party::{Input, Party, Source};
use twinroot_state::Read;
use twinroot_types::{Limits, SecretKey, Tag, decode, hash};
use twinroot_wire::{Action as Post, Keys, Message, Parameters, SignedParameters, Update, VERSION};

use crate::chain::{Chain, sign};
use crate::deed::Scene;
use crate::network::Network;
use crate::node::Node;
use crate::toy::code;
use crate::trap::Trap;
use crate::{Action, Broken, Config, Count, Deed, Happened, Tally, Wish, adversary};

/// Two parties, a ledger and what is between them.
pub struct Sim<'a> {
    pub(crate) config: Config,
    pub(crate) execute: &'a dyn Execute,
    pub(crate) terms: Parameters,
    pub(crate) keys: Keys,
    pub(crate) opened: Env,
    pub(crate) channel: ChannelId,
    pub(crate) nodes: [Node; 2],
    pub(crate) network: Network,
    pub(crate) chain: Chain,
    pub(crate) supply: Option<Amount>,
    /// What both signed, by round, as either party told it.
    pub(crate) agreed: BTreeMap<Round, Hash>,
    /// The state before each state that a party told of.
    pub(crate) ancestry: BTreeMap<Hash, Hash>,
    /// How often somebody came back from a copy.
    pub(crate) restores: u32,
    pub(crate) trap: Option<Trap>,
    pub(crate) tally: Tally,
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
        let start = |error: &dyn std::fmt::Display| Broken::Start(error.to_string());
        let (terms, ledger) = open(&config, &keys, execute)?;
        let opened = ledger
            .channel(terms.channel())
            .map(|channel| channel.tip.env)
            .ok_or_else(|| start(&"there is no channel"))?;
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
        let channel = terms.channel();
        let mut sim = Self {
            keys: Keys::gate(&terms.parties).map_err(|error| start(&error))?,
            channel,
            config,
            execute,
            terms,
            opened,
            nodes,
            network: Network::default(),
            supply: ledger.supply(),
            chain: Chain::new(ledger, channel),
            agreed: BTreeMap::new(),
            ancestry: BTreeMap::new(),
            restores: 0,
            trap: None,
            tally: Tally::default(),
            broken: None,
            happened: Vec::new(),
        };
        sim.network.connected = true;
        sim.mine();
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
        self.tally.one(Count::Actions);
        let nothing = Happened::is_nothing(&self.happened);
        self.tally.one_if(nothing, Count::Nothing);
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

    /// What it began with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What was reached so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Coins of both accounts on the ledger.
    #[must_use]
    pub fn accounts(&self) -> [Amount; 2] {
        self.terms.parties.map(|key| self.chain.coins(key))
    }

    /// Steps that were forced on what the ledger rests on.
    #[must_use]
    pub fn forced_steps(&self) -> Vec<Update> {
        self.chain.view().map_or_else(Vec::new, |view| view.steps)
    }

    /// Whether messages arrive.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.network.connected
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

    /// Whether a side's user was asked something and has not answered.
    #[must_use]
    pub const fn is_asked(&self, side: Side) -> bool {
        self.nodes[side.index()].question.is_some()
    }

    /// Whether a write of a side is under way.
    #[must_use]
    pub const fn is_writing(&self, side: Side) -> bool {
        self.nodes[side.index()].writing.is_some()
    }

    /// Whether a side hears nothing of the ledger.
    #[must_use]
    pub const fn lags(&self, side: Side) -> bool {
        self.nodes[side.index()].lags
    }

    /// The first contract of the channel, as a side's newest state has it.
    #[must_use]
    pub fn contract(&self, side: Side) -> Option<Header> {
        let state = self.party(side)?.state();
        let contract = first_contract(self.channel);
        let leaf = state.read(&StateKey::Header(contract).hash()).ok()??;
        decode(&leaf, Limits::V1.value_bytes).ok()
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
            Action::Note(side, text) => self.note(side, text.to_string().into_bytes()),
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
            Action::Connect => self.connect(),
            Action::Mine(blocks) => {
                for _ in 0..blocks.min(1_000) {
                    self.mine();
                }
            }
            Action::Fork(blocks) => self.fork(blocks),
            Action::LosePost(place) => self.lose_post(place),
            Action::Lag(side) => self.nodes[side.index()].lags = true,
            Action::Look(side) => self.look(side),
            Action::Slow(side) => self.nodes[side.index()].slow = true,
            Action::Written(side) => self.written(side),
            Action::WriteFails(side) => self.write_fails(side),
            Action::Crash(side, landed) => self.crash(side, landed),
            Action::Restart(side) => self.restart(side, Source::Log),
            Action::Backup(side, age) => self.backup(side, age),
            Action::CloseStale(side, age) => adversary::close(self, side, age),
            Action::SlashStale(side, age) => adversary::slash(self, side, age),
            Action::SnapshotStale(side, age) => adversary::snapshot(self, side, age),
            Action::ForceStale(side, age, wish) => adversary::force(self, side, age, wish),
            Action::SignSecretly(side, place) => adversary::sign_secretly(self, side, place),
            Action::ProposeTwice(side, coins) => adversary::propose_twice(self, side, coins),
            Action::ProposeFalsely(side, number) => {
                adversary::propose_falsely(self, side, number);
            }
            Action::Settle(side) => adversary::settle(self, side),
            Action::Do(side, deed) => self.deed(side, deed),
            Action::Collude(side, number) => adversary::collude(self, side, number),
        }
    }

    pub(crate) fn operation(&self, side: Side, wish: Wish) -> twinroot_wire::Operation {
        wish.operation(side, first_contract(self.channel), self.chain.block())
    }

    fn deed(&mut self, side: Side, deed: Deed) {
        let post = deed.post(
            side,
            &Scene {
                parties: self.terms.parties,
                height: self.chain.block().height,
                queries: self.chain.queries(),
            },
        );
        adversary::post(self, side, post);
    }

    fn connect(&mut self) {
        self.network.connected = true;
        for side in Side::BOTH {
            self.input(side, Input::Connected);
        }
    }

    /// Something does not hold. Only the first thing counts: what follows may follow from it.
    pub(crate) fn breaks(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// The same where that side keeps to the protocol.
    pub(crate) fn breaks_for(&mut self, side: Side, broken: Broken) {
        if self.config.honest[side.index()] {
            self.breaks(broken);
        }
    }
}

/// A ledger on which both have locked their deposits and the code of toys is published.
fn open(
    config: &Config,
    keys: &[SecretKey; 2],
    execute: &dyn Execute,
) -> Result<(Parameters, Ledger), Broken> {
    let start = |error: &dyn std::fmt::Display| Broken::Start(error.to_string());
    let accounts = [0, 1].map(|side: usize| (keys[side].public(), config.coins[side]));
    let genesis = Genesis {
        name: "simulation".to_owned(),
        time: TimeMs(1_000_000),
        accounts: accounts.to_vec(),
    };
    let mut ledger = Ledger::new(&genesis).map_err(|error| start(&error))?;
    let parameters = Parameters {
        chain: ledger.chain(),
        version: VERSION,
        parties: [keys[0].public(), keys[1].public()],
        deposits: config.deposits,
        lock: config.lock,
        nonce: 0,
        expiry: Height(100),
    };
    let signed = parameters.signed_bytes();
    let open = Post::Open(SignedParameters {
        parameters: parameters.clone(),
        signatures: [0, 1].map(|side: usize| keys[side].sign(Tag::OPEN, &signed)),
    });
    let code = b"toy".to_vec();
    for action in [open, Post::Publish { code }] {
        let bytes = sign(&ledger, &keys[0], action);
        ledger
            .submit(&bytes, execute)
            .map_err(|error| start(&error))?;
    }
    Ok((parameters, ledger))
}

fn first_contract(channel: ChannelId) -> ContractId {
    ContractId(hash(Tag::CONTRACT, &[&channel.0, &0_u64.to_le_bytes()]))
}
