//! What two bytes lead to, as things stand.

use twinroot_abi::Side;
use twinroot_arbiter::BondPhase;
use twinroot_party::Status;

use crate::deed::bond_of;
use crate::{Action, Broken, Deed, Happened, Sim, Wish};

/// A simulation, and all that has happened in it.
pub(crate) struct Life<'a> {
    pub(crate) sim: Sim<'a>,
    pub(crate) trace: Vec<Action>,
}

impl<'a> Life<'a> {
    pub(crate) const fn new(sim: Sim<'a>) -> Self {
        Self {
            sim,
            trace: Vec::new(),
        }
    }

    pub(crate) fn act(&mut self, action: Action) -> Result<Vec<Happened>, Broken> {
        self.trace.push(action);
        self.sim.act(action)
    }

    pub(crate) fn acts<const N: usize>(&mut self, actions: [Action; N]) -> Result<(), Broken> {
        for action in actions {
            self.act(action)?;
        }
        Ok(())
    }

    /// What two bytes lead to.
    pub(crate) fn goes_on(&mut self, kind: u8, value: u8) -> Result<(), Broken> {
        let side = if value & 1 == 0 {
            Side::Initiator
        } else {
            Side::Responder
        };
        let number = value >> 1;
        match kind {
            0..=75 => self.talk(side, number),
            76..=119 => self.wishes(side, number),
            120..=143 => self.whole(side, number),
            144..=161 => self.time(side, number),
            162..=173 => self.network(kind, side, number),
            174..=183 => self.user(kind, side, number),
            184..=199 => self.disk(kind, side, number),
            200..=219 => self.chain(kind, side, number),
            _ => match self.bad(side) {
                Some(bad) if !kind.is_multiple_of(4) => self.misdeed(kind, bad, number),
                _ => self.story(kind, side, number),
            },
        }
    }

    /// A message or some arrive; where none is on the way, somebody says something new.
    fn talk(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        let on_the_way = Side::BOTH.map(|side| self.sim.on_the_way(side));
        if on_the_way == [0; 2] {
            return self.wishes(side, number);
        }
        self.hear(usize::from(1 + number % 4))
    }

    /// So many messages arrive, in turn.
    pub(crate) fn hear(&mut self, messages: usize) -> Result<(), Broken> {
        for turn in 0..messages {
            let first = Side::BOTH[turn % 2];
            let to = [first, first.other()]
                .into_iter()
                .find(|side| self.sim.on_the_way(*side) > 0);
            let Some(to) = to else {
                return Ok(());
            };
            self.act(Action::Deliver(to, 0))?;
        }
        Ok(())
    }

    /// A user wants a step.
    fn wishes(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        let wish = self.wish(side, number);
        self.wants(side, wish, number)
    }

    /// A user wants a step, and all that follows from it arrives.
    pub(crate) fn whole(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        self.wishes(side, number)?;
        self.hear(8)
    }

    /// A user wants this, if its party can have it; else what stands in the way gets on, and seldom
    /// the party is asked all the same.
    pub(crate) fn wants(&mut self, side: Side, wish: Wish, number: u8) -> Result<(), Broken> {
        let instead = self.stands_in_the_way(side, number);
        let stubborn = number % 16 == 9;
        let action = instead
            .filter(|_| !stubborn)
            .unwrap_or(Action::Propose(side, wish));
        self.act(action)?;
        Ok(())
    }

    fn stands_in_the_way(&self, side: Side, number: u8) -> Option<Action> {
        let Some(party) = self.sim.party(side) else {
            return Some(Action::Restart(side));
        };
        let closing = party.on_ledger().is_some_and(|view| view.closing.is_some());
        match party.status() {
            Status::Signing => Some(Action::Written(side)),
            Status::Doubtful | Status::Behind(_) if self.sim.is_connected() => {
                Some(Action::Tick(side))
            }
            Status::Doubtful | Status::Behind(_) => Some(Action::Connect),
            Status::Closed | Status::Bound(_) => Some(Action::Mine(1)),
            _ if closing => Some(self.while_closing(side, number)),
            _ if self.sim.is_asked(side) => Some(Action::Approve(side)),
            Status::Proposed(_) if number.is_multiple_of(4) => Some(Action::Cancel(side)),
            Status::Proposed(_) if self.sim.on_the_way(side.other()) > 0 => {
                Some(Action::Deliver(side.other(), 0))
            }
            Status::Proposed(_) if !self.sim.is_connected() => Some(Action::Connect),
            Status::Proposed(_) => Some(Action::Tick(side)),
            _ => None,
        }
    }

    /// Nothing is signed while the channel is being closed, but steps can be forced.
    fn while_closing(&self, side: Side, number: u8) -> Action {
        if number.is_multiple_of(8) {
            Action::Force(side, self.wish(side, number))
        } else {
            Action::Mine(1)
        }
    }

    /// What a user may want as things stand.
    pub(crate) fn wish(&self, side: Side, number: u8) -> Wish {
        let amount = u64::from(number / 16);
        let contract = self.sim.contract(side);
        let held = self
            .sim
            .party(side)
            .is_some_and(|party| party.commitment().hold_until > self.sim.ledger().block().height);
        match (number % 16, contract) {
            (0..=2, _) => Wish::Pay(1 + amount * 5),
            (3, _) => Wish::Ask(1 + amount),
            (4, _) => Wish::Deposit(10 + amount),
            (5, _) => Wish::Withdraw(1 + amount),
            (6, Some(_)) if held => Wish::LowerHold(1 + amount),
            (7, _) if amount == 0 => Wish::Pay(100_000),
            (6..=9, Some(_)) => Wish::Fund(5 + amount),
            (10..=12, Some(_)) => Wish::Claim(1 + amount),
            (13 | 14, Some(_)) => Wish::Stamp(number / 32),
            (6..=12, None) => {
                Wish::Create([0, 0, 0, 3, 9, 20, 30, 0][usize::from(number / 16 % 8)])
            }
            _ => Wish::Pay(1 + amount),
        }
    }

    /// Blocks are made, or parties notice that time has passed.
    fn time(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        let action = match number % 8 {
            0..=4 => Action::Mine(1),
            5 => Action::Mine(3),
            _ => Action::Tick(side),
        };
        self.act(action)?;
        Ok(())
    }

    fn network(&mut self, kind: u8, side: Side, number: u8) -> Result<(), Broken> {
        let place = usize::from(number % 4);
        let to = if self.sim.on_the_way(side) > 0 {
            side
        } else {
            side.other()
        };
        let place = place.min(self.sim.on_the_way(to).saturating_sub(1));
        let there = self.sim.on_the_way(to) > 0;
        let action = match kind {
            162..=164 if there => Action::Deliver(to, place),
            165..=167 if there => Action::Duplicate(to, place),
            168 | 169 if there => Action::Lose(to, place),
            170 if self.sim.is_connected() => Action::Cut,
            _ if !self.sim.is_connected() => Action::Connect,
            171 => Action::Connect,
            _ => Action::Tick(side),
        };
        self.act(action)?;
        Ok(())
    }

    fn user(&mut self, kind: u8, side: Side, number: u8) -> Result<(), Broken> {
        match kind {
            174 => {
                self.act(Action::ProposeClose(side, 1 + u64::from(number % 12)))?;
                self.hear(usize::from(number % 5))
            }
            175 if number < 40 => self.acts([Action::CloseSolo(side), Action::Mine(1)]),
            176..=178 => {
                let wish = self.wish(side, number);
                self.act(Action::Force(side, wish))?;
                self.time(side, number)
            }
            179 if number < 64 => self.acts([Action::Snapshot(side), Action::Mine(1)]),
            180 => {
                let text = u64::try_from(self.trace.len()).unwrap_or_default();
                self.acts([Action::Note(side, text)])
            }
            181 if self.sim.is_asked(side) => self.acts([Action::Decline(side)]),
            182 if number < 8 => self.acts([Action::Leave(side)]),
            _ => self.talk(side, number),
        }
    }

    fn disk(&mut self, kind: u8, side: Side, number: u8) -> Result<(), Broken> {
        let landed = number.is_multiple_of(2);
        let down = Side::BOTH
            .into_iter()
            .find(|side| self.sim.party(*side).is_none());
        let writing = Side::BOTH
            .into_iter()
            .find(|side| self.sim.is_writing(*side));
        match (kind, writing, down) {
            (184..=189, None, None) => {
                self.act(Action::Slow(side))?;
                self.talk(side, number)
            }
            (184..=186, Some(writing), _) => self.acts([Action::Written(writing)]),
            (187, Some(writing), _) => self.acts([Action::WriteFails(writing)]),
            (188 | 189, Some(writing), _) => self.acts([Action::Crash(writing, landed)]),
            (190 | 191, _, None) => self.acts([Action::Crash(side, landed)]),
            (192, _, None) if number < 40 => {
                self.acts([Action::Backup(side, usize::from(number % 8))])
            }
            (_, _, Some(down)) => self.acts([Action::Restart(down)]),
            _ => self.talk(side, number),
        }
    }

    fn chain(&mut self, kind: u8, side: Side, number: u8) -> Result<(), Broken> {
        let lagging = Side::BOTH.into_iter().find(|side| self.sim.lags(*side));
        match (kind, lagging) {
            (200..=204, _) => self.acts([Action::Fork(1 + u64::from(number % 2))]),
            (211 | 212, _) if self.sim.waiting() > 0 => {
                self.acts([Action::LosePost(0), Action::Mine(1)])
            }
            (205 | 206, None) => self.acts([Action::Lag(side)]),
            (207..=210, Some(lagging)) => self.acts([Action::Look(lagging)]),
            (213..=216, _) => self.deeds(side, number),
            _ => self.time(side, number),
        }
    }

    /// What is under way on the ledger beside the channel gets on.
    fn deeds(&mut self, side: Side, number: u8) -> Result<(), Broken> {
        let (steps, way, number) = (1 + number % 4, number / 4 % 4, u64::from(number / 4));
        for _ in 0..steps {
            let (deed, blocks) = if number > 15 {
                self.about_bonds(side, way, number)
            } else {
                self.about_queries(side, way, number)
            };
            self.acts([deed, Action::Mine(blocks)])?;
        }
        Ok(())
    }

    /// The bond of a side gets on: it is made, grows, leaves, and is released or forfeited.
    fn about_bonds(&self, owner: Side, way: u8, number: u64) -> (Action, u64) {
        let ledger = self.sim.ledger();
        let bond = bond_of(self.sim.terms.parties[owner.index()]);
        let poster = if number.is_multiple_of(8) {
            owner
        } else {
            owner.other()
        };
        match bond
            .and_then(|bond| ledger.bond(bond))
            .map(|bond| bond.phase)
        {
            None => (Action::Do(owner, Deed::Bond(number)), 1),
            Some(_) if way == 0 => (Action::Do(poster, Deed::Forfeit(owner)), 1),
            Some(BondPhase::Standing) if way == 1 => (Action::Do(owner, Deed::Bond(number)), 1),
            Some(BondPhase::Standing) => (Action::Do(owner, Deed::Unbond), 1),
            Some(BondPhase::Leaving { until }) if until > ledger.block().height => {
                let blocks = until.0.saturating_sub(ledger.block().height.0);
                (Action::Tick(owner), blocks)
            }
            Some(BondPhase::Leaving { .. }) => (Action::Do(poster, Deed::Release(owner)), 1),
        }
    }

    /// What a side asks of the other one gets on: that is an oracle then, is asked, and answers or is late.
    fn about_queries(&self, asker: Side, way: u8, number: u64) -> (Action, u64) {
        let ledger = self.sim.ledger();
        let oracle = asker.other();
        let key = self.sim.terms.parties[oracle.index()];
        let newest = self.sim.chain.queries().last();
        let asked = newest.and_then(|query| ledger.query(*query));
        let is_open = asked.is_some_and(|asked| asked.answer.is_none() && asked.oracle == key);
        let is_late = asked.is_some_and(|asked| asked.answer_by < ledger.block().height);
        match (ledger.oracle(key), way) {
            (None, _) => (Action::Do(oracle, Deed::Register(number)), 1),
            (Some(_), 3) if number > 12 => (Action::Do(oracle, Deed::Extend(number)), 1),
            _ if is_open && is_late => (Action::Do(asker, Deed::Refund(0)), 1),
            (Some(_), 0 | 1) if is_open => (Action::Do(oracle, Deed::Answer(0)), 1),
            (Some(_), 2) if is_open => (Action::Tick(asker), 5),
            _ => (Action::Do(asker, Deed::Ask(number)), 1),
        }
    }

    /// Who does not keep to the protocol, if anyone.
    fn bad(&self, side: Side) -> Option<Side> {
        let honest = self.sim.config().honest;
        [side, side.other()]
            .into_iter()
            .find(|side| !honest[side.index()])
    }
}
