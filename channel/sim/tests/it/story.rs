//! A full life as its users live it: each step until it is done, whatever goes wrong on the way.

use std::fmt::Write as _;

use twinroot_abi::{Amount, Side};
use twinroot_party::Status;
use twinroot_sim::{Action, Config, Happened, Sim, Trap, Wish, toys};
use twinroot_types::encode;

use Side::{Initiator as A, Responder as B};

/// What the users want.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Both sign what one side wishes.
    Agree(Side, Wish),
    /// A deposit or a withdrawal.
    Move(Side, Wish),
    /// A side closes at an old state, and the newest answers it.
    Dispute(Side),
    /// A side has the ledger carry it out.
    Force(Side, Wish),
    /// The channel pays out.
    Settle,
}

/// Open, updates with calls, a deposit, a withdrawal, a dispute, forced steps, the end.
pub(crate) const LIFE: [Step; 30] = [
    Step::Agree(A, Wish::Pay(9)),
    Step::Agree(A, Wish::Create(0)),
    Step::Agree(A, Wish::Fund(40)),
    Step::Agree(B, Wish::Stamp(2)),
    Step::Agree(B, Wish::Claim(5)),
    Step::Agree(B, Wish::Pay(7)),
    Step::Agree(A, Wish::Ask(3)),
    Step::Agree(A, Wish::Pay(11)),
    Step::Move(B, Wish::Deposit(50)),
    Step::Agree(B, Wish::Fund(25)),
    Step::Agree(A, Wish::Claim(6)),
    Step::Agree(A, Wish::Stamp(3)),
    Step::Agree(B, Wish::Pay(1)),
    Step::Agree(A, Wish::Pay(2)),
    Step::Agree(B, Wish::Pay(3)),
    Step::Move(A, Wish::Withdraw(20)),
    Step::Agree(A, Wish::Fund(8)),
    Step::Agree(B, Wish::Claim(4)),
    Step::Agree(B, Wish::Ask(6)),
    Step::Agree(A, Wish::Pay(13)),
    Step::Agree(B, Wish::Stamp(4)),
    Step::Agree(A, Wish::Claim(2)),
    Step::Agree(B, Wish::Pay(17)),
    Step::Agree(A, Wish::Pay(19)),
    Step::Dispute(B),
    Step::Force(A, Wish::Claim(3)),
    Step::Force(B, Wish::Pay(5)),
    Step::Force(B, Wish::Claim(7)),
    Step::Force(A, Wish::Stamp(5)),
    Step::Settle,
];

/// Blocks for which a user waits for the ledger: twelve for a deposit that does not come, and some
/// for a fork.
const PATIENCE: usize = 20;

/// What the steps so far led to, as far as it does not depend on when they were done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    free: [Amount; 2],
    held: Amount,
    total: Amount,
    leaves: usize,
}

/// A life, and what is told about it where it goes wrong.
pub(crate) struct Story {
    pub(crate) sim: Sim<'static>,
    pub(crate) told: String,
    pub(crate) paid: Option<[Amount; 2]>,
    /// How often a user asks for a step, at most.
    tries: usize,
}

impl Story {
    pub(crate) fn begin(trap: Option<Trap>) -> Self {
        let mut sim = Sim::new(Config::default(), toys()).unwrap();
        if let Some(trap) = trap {
            sim.set_trap(trap);
        }
        // Parties get over lost messages by themselves. After a crash a user may have to ask again.
        let crash = trap.is_none_or(|trap| trap.fault.is_crash());
        Self {
            sim,
            told: format!("{trap:?}\n"),
            paid: None,
            tries: if crash { 2 } else { 1 },
        }
    }

    pub(crate) fn act(&mut self, action: Action) {
        writeln!(self.told, "{action}").unwrap();
        let happened = match self.sim.act(action) {
            Ok(happened) => happened,
            Err(broken) => panic!("{broken}\n{}", self.told),
        };
        if let Some((mut paid, repaid)) = Happened::closed_in(&happened) {
            // Whose answer was the first is chance, so the fee of it is, too.
            if let Some(repaid) = repaid {
                paid[repaid.by.index()].0 += repaid.amount.0;
            }
            self.paid = Some(paid);
        }
    }

    /// What a side's newest state leads to.
    pub(crate) fn reached(&self, side: Side) -> Option<Reached> {
        let party = self.sim.party(side)?;
        let contract = self.sim.contract(side);
        Some(Reached {
            free: party.balances(),
            held: contract.map_or(Amount::ZERO, |contract| contract.coins),
            total: party.commitment().total,
            leaves: party
                .state()
                .leaves_from(std::ops::Bound::Unbounded)
                .count(),
        })
    }

    pub(crate) fn both_reached(&self) -> Option<Reached> {
        let [one, other] = Side::BOTH.map(|side| self.reached(side));
        (one == other).then_some(one)?
    }

    /// All messages arrive.
    fn exchange(&mut self) {
        for _ in 0..200 {
            let Some(side) = Side::BOTH
                .into_iter()
                .find(|side| self.sim.on_the_way(*side) > 0)
            else {
                return;
            };
            self.act(Action::Deliver(side, 0));
        }
        panic!("messages without an end\n{}", self.told);
    }

    /// Whoever is down begins again, the connection is there, and some time passes.
    pub(crate) fn recover(&mut self) {
        for side in Side::BOTH {
            if self.sim.party(side).is_none() {
                self.act(Action::Restart(side));
            }
        }
        if !self.sim.is_connected() {
            self.act(Action::Connect);
        }
        self.exchange();
        for side in Side::BOTH {
            self.act(Action::Tick(side));
        }
        self.exchange();
    }

    /// Does a step; `done` says whether it is.
    pub(crate) fn take(&mut self, step: Step, done: impl Fn(&Self) -> bool) {
        writeln!(self.told, "# {step:?}").unwrap();
        for again in 0..self.tries {
            match step {
                Step::Agree(side, wish) => {
                    self.act(Action::Propose(side, wish));
                    self.exchange();
                }
                Step::Move(side, wish) => {
                    self.act(Action::Propose(side, wish));
                    self.exchange();
                    self.recover();
                    self.wait(|story| !story.is_bound() && !story.is_down());
                }
                Step::Dispute(side) if again == 0 => {
                    self.act(Action::CloseStale(side, 4));
                    self.wait(|story| story.is_answered());
                }
                Step::Force(side, wish) => {
                    self.act(Action::Force(side, wish));
                    self.wait(&done);
                }
                Step::Dispute(_) | Step::Settle => self.wait(|story| story.paid.is_some()),
            }
            if done(self) {
                return;
            }
            self.recover();
            if done(self) {
                return;
            }
            // What binds a party that began again does so for some blocks.
            self.wait(|story| !story.is_bound());
        }
        let states = Side::BOTH.map(|side| self.reached(side));
        panic!("{step:?} was never done: {states:?}\n{}", self.told);
    }

    /// Blocks are made until it is so.
    fn wait(&mut self, until: impl Fn(&Self) -> bool) {
        for _ in 0..PATIENCE {
            if until(self) {
                return;
            }
            self.act(Action::Mine(1));
            self.exchange();
        }
    }

    fn is_down(&self) -> bool {
        Side::BOTH
            .into_iter()
            .any(|side| self.sim.party(side).is_none())
    }

    fn is_bound(&self) -> bool {
        Side::BOTH.into_iter().any(|side| {
            let party = self.sim.party(side);
            party.is_some_and(|party| matches!(party.status(), Status::Bound(_)))
        })
    }

    /// Whether the ledger is closing at the newest state that both signed.
    pub(crate) fn is_answered(&self) -> bool {
        let known = self.sim.ledger().channel(self.sim.channel());
        let newest = self.sim.party(A).map(|party| party.standing().round);
        known.is_some_and(|known| Some(known.standing.round) == newest)
    }
}

/// What each step of the life leads to where nothing goes wrong; with it, the writes and the
/// messages of both sides, and what the end pays.
pub(crate) struct Plan {
    pub(crate) reached: Vec<Reached>,
    pub(crate) writes: [usize; 2],
    pub(crate) sends: [usize; 2],
    pub(crate) paid: [Amount; 2],
}

pub(crate) fn plan() -> Plan {
    let mut story = Story::begin(None);
    let mut reached = Vec::new();
    for step in LIFE {
        let before = story.both_reached().unwrap();
        story.take(step, |story| match step {
            Step::Dispute(_) => story.is_answered(),
            Step::Settle => story.paid.is_some(),
            _ => story.both_reached().is_some_and(|now| now != before),
        });
        reached.push(story.both_reached().unwrap());
    }
    Plan {
        reached,
        writes: Side::BOTH.map(|side| story.sim.writes(side)),
        sends: Side::BOTH.map(|side| story.sim.sends(side)),
        paid: story.paid.unwrap(),
    }
}

impl Plan {
    /// Does the step of that number, whatever it takes.
    pub(crate) fn go_on(&self, story: &mut Story, number: usize) {
        let step = LIFE[number];
        story.take(step, |story| match step {
            Step::Dispute(_) => story.is_answered(),
            Step::Settle => story.paid.is_some(),
            _ => story.both_reached().as_ref() == Some(&self.reached[number]),
        });
    }

    /// Lives on to the end from that step on.
    pub(crate) fn live_on(&self, story: &mut Story, from: usize) {
        for number in from..LIFE.len() {
            self.go_on(story, number);
        }
        assert_eq!(story.paid, Some(self.paid), "{}", story.told);
        if let Err(broken) = story.sim.finish() {
            panic!("{broken}\n{}", story.told);
        }
    }
}

/// What is left of a party that must be the same after it was restored.
pub(crate) fn essence(party: &twinroot_party::Party) -> String {
    let half_signed: Vec<_> = party.half_signed().map(encode).collect();
    format!(
        "{:?} {:?} {:?} {half_signed:?} {}",
        party.standing(),
        party.commitment().hash(),
        party.newest().map(|state| state.commitment.hash()),
        party.status(),
    )
}
