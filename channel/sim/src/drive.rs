//! A party's driver: it gives the party inputs and does what the party wants done, in order.

use twinroot_abi::{Hash, Height, Side};
use twinroot_party::{Effect, Illegal, Input, Record, Report, Source, ToSign};
use twinroot_wire::Message;

use crate::node::Stood;
use crate::{Action, Broken, Count, Happened, Sim};

/// What a party may want done for one input, beside its notes and the steps on the ledger.
const EFFECTS: usize = 32;
/// Turns in which messages must come to an end, all notes included.
const STORM: usize = 200;

impl Sim<'_> {
    /// Gives a party an input and does what it wants done.
    pub(crate) fn input(&mut self, side: Side, input: Input) {
        let stood = match input {
            Input::Ledger(_) => self.stands(side),
            _ => None,
        };
        let node = &mut self.nodes[side.index()];
        let Some(party) = &mut node.party else {
            self.happened.push(Happened::Nothing);
            return;
        };
        let quiet = matches!(
            input,
            Input::Block(_) | Input::Ledger(_) | Input::Funds(_) | Input::Published(_)
        );
        match party.step(input, self.execute) {
            Ok(mut effects) => {
                // Whoever means no good does nothing on the ledger by itself.
                let idle = quiet && !self.config.honest[side.index()];
                effects.retain(|effect| !idle || !matches!(effect, Effect::Post(_)));
                let steps = party.on_ledger().map_or(0, |view| view.steps.len());
                let most = EFFECTS
                    .saturating_add(node.said.len())
                    .saturating_add(steps.saturating_mul(2));
                let closing = party.on_ledger().is_some_and(|view| view.closing.is_some());
                let signs = closing && effects.iter().any(signs_step);
                let wants = effects.len();
                node.todo.extend(effects);
                if wants > most {
                    self.breaks_for(side, Broken::Effects(side, wants));
                }
                if signs {
                    let why = "the channel is being closed, and it signs a step".to_owned();
                    self.breaks_for(side, Broken::Choice(side, why));
                }
            }
            Err(error @ (Illegal::Diverged(_) | Illegal::Machine(_))) => {
                self.breaks_for(side, Broken::Diverged(side, error.to_string()));
            }
            Err(Illegal::Frozen) => {
                // Its driver reads everything again.
                self.crash(side, false);
                self.restart(side, Source::Log);
                return;
            }
            Err(_) if quiet => {}
            Err(error) => self.happened.push(Happened::Illegal(side, error)),
        }
        if let Some(stood) = stood {
            self.hold_free_coins(side, &stood);
        }
        self.work(side);
    }

    fn stands(&self, side: Side) -> Option<Stood> {
        let party = self.party(side)?;
        Some(Stood {
            round: party.standing().round,
            steps: party.on_ledger()?.steps.clone(),
            free: party.balances()[side.index()],
        })
    }

    /// Does what a party wants done, in order, up to a write that takes its time.
    pub(crate) fn work(&mut self, side: Side) {
        loop {
            let node = &mut self.nodes[side.index()];
            if node.writing.is_some() {
                return;
            }
            let Some(effect) = node.todo.pop_front() else {
                break;
            };
            match effect {
                Effect::Persist(record) => {
                    node.writing = Some(record);
                    node.writes = node.writes.saturating_add(1);
                    if node.slow || self.is_trapped_writing(side) {
                        return;
                    }
                    self.lands(side);
                }
                Effect::Sign(what) => self.sign(side, &what),
                Effect::Send(message) => self.send(side, message),
                Effect::Ask(question) => {
                    let asked = question.hash();
                    node.question = Some(asked);
                    self.happened
                        .push(Happened::Asked(side, Box::new(question)));
                    if self.config.willing[side.index()] {
                        self.answer(side, Input::Approve);
                    }
                }
                Effect::Post(action) => {
                    self.hold_posting(side, &action);
                    self.happened.push(Happened::Posted(side, action.clone()));
                    self.chain.mempool.push_back((side, *action));
                }
                Effect::Report(report) => self.report(side, report),
            }
        }
        let height = self.chain.block().height;
        let node = &mut self.nodes[side.index()];
        if node.is_idle() && !node.lags {
            node.awake = height;
        }
    }

    fn sign(&mut self, side: Side, what: &ToSign) {
        self.hold_signing(side, what);
        let signature = self.nodes[side.index()].key.sign(what.tag(), &what.bytes());
        let signed = Input::Signed {
            what: what.hash(),
            signature,
        };
        self.input(side, signed);
    }

    fn send(&mut self, side: Side, message: Message) {
        self.hold_sending(side, &message);
        let node = &mut self.nodes[side.index()];
        node.sends = node.sends.saturating_add(1);
        if !self.is_trapped_sending(side, &message) {
            self.network.send(side.other(), message.encode());
        }
        self.happened.push(Happened::Sent(side, Box::new(message)));
    }

    fn report(&mut self, side: Side, report: Report) {
        match &report {
            Report::Agreed(agreed) => {
                self.co_signed(side, &agreed.commitment);
                let node = &mut self.nodes[side.index()];
                let state = node.party.as_ref().and_then(|party| {
                    let newest = party.newest()?.clone();
                    (newest.commitment == *party.commitment())
                        .then(|| (newest, party.state().clone()))
                });
                node.memory.co_signed.extend(state);
            }
            Report::AdoptedForced(agreed) => {
                let commitment = &agreed.commitment;
                self.ancestry.insert(commitment.hash(), commitment.prev);
            }
            Report::Collided { .. } => self.tally.one(Count::Collided),
            Report::CaughtUp { .. } => self.tally.one(Count::CaughtUp),
            Report::Note(text) => {
                self.tally.one(Count::Notes);
                self.hold_note(side, text);
            }
            _ => {}
        }
        self.hold_report(side, &report);
        self.happened.push(Happened::Report(side, Box::new(report)));
    }

    /// A user answers what it was asked last.
    pub(crate) fn answer(&mut self, side: Side, answer: impl FnOnce(Hash) -> Input) {
        match self.nodes[side.index()].question.take() {
            Some(asked) => self.input(side, answer(asked)),
            None => self.happened.push(Happened::Nothing),
        }
    }

    /// A user says something.
    pub(crate) fn note(&mut self, side: Side, text: Vec<u8>) {
        let before = self.happened.len();
        self.nodes[side.index()].said.push(text.clone());
        self.input(side, Input::Note(text));
        let refused = self.happened[before..]
            .iter()
            .any(|event| matches!(event, Happened::Illegal(..) | Happened::Nothing));
        if refused {
            self.nodes[side.index()].said.pop();
        }
    }

    /// A message, if there is one, comes to its end.
    pub(crate) fn arrive(&mut self, to: Side, bytes: Option<Vec<u8>>) {
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

    /// Tells a party what the ledger is now.
    pub(crate) fn tell(&mut self, side: Side, first: Height) {
        if self.nodes[side.index()].lags || self.nodes[side.index()].party.is_none() {
            return;
        }
        for block in self.chain.blocks_from(first) {
            self.input(side, Input::Block(block));
        }
        let view = self.chain.view().map(Box::new);
        self.input(side, Input::Ledger(view));
        let key = self.nodes[side.index()].key.public();
        let coins = self.chain.coins(key);
        self.input(side, Input::Funds(coins));
        let toy = crate::toy::code(b"toy").hash;
        self.input(side, Input::Published(toy));
    }

    /// All messages arrive, one here and one there: so what crosses goes on crossing.
    pub(crate) fn exchange(&mut self) -> Result<(), Broken> {
        for _ in 0..STORM {
            let waiting = Side::BOTH.map(|side| self.network.on_the_way(side) > 0);
            if waiting == [false; 2] {
                return Ok(());
            }
            for side in Side::BOTH {
                if waiting[side.index()] {
                    self.act(Action::Deliver(side, 0))?;
                }
            }
        }
        Err(Broken::Storm)
    }
}

const fn signs_step(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Persist(Record::Proposing(..) | Record::Accepting(_))
    )
}
