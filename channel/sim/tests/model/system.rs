//! An honest party, a peer that does anything but forge, and a ledger with blocks and forks.
//!
//! There are no messages. What the honest party signs is the peer's at once, and what the peer
//! signs comes when the peer likes. The honest party looks at the ledger as it is and answers
//! that. What it has to post is included before more than `patience` blocks are over, unless the
//! peer changes what it must fit; then the blocks count anew.

use stateright::{Model, Property};

use crate::coins::{Operation, Side};
use crate::ledger::{Commitment, Ledger, SLASH_FEE, Terms, Transaction};
use crate::party::{Close, Mark, Party};
use crate::properties;
use crate::rules::{Bounds, Rules};

#[derive(Clone, Debug)]
pub(crate) struct System {
    pub(crate) rules: Rules,
    pub(crate) bounds: Bounds,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) honest: Side,
    pub(crate) party: Party,
    pub(crate) ledger: Ledger,
    /// What the ledger may be rolled back to.
    pub(crate) branch: Option<Branch>,
    pub(crate) forks_left: u8,
    /// Blocks that passed while the honest party had something to post.
    pub(crate) late: u8,
    pub(crate) end: Option<End>,
}

/// The ledger as one of the newest blocks began.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Branch {
    pub(crate) ledger: Ledger,
    /// Blocks since.
    pub(crate) age: u8,
}

/// How the honest party stood when the channel paid out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub(crate) owed: u8,
    /// A proposal of it was half-signed.
    pub(crate) half_signed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The honest party signs a step, and the peer is free to.
    Propose(Operation),
    /// The honest party gets the peer's signature of such a step.
    Accept(Commitment),
    /// The honest party signs a step that the peer signed first.
    SignForPeer(Operation),
    /// The honest party signs a mutual close, and the peer is free to.
    SignClose,
    /// The honest party gets the peer's signature of the mutual close.
    AcceptClose,
    Post(Side, Transaction),
    /// The next block begins; the ledger may be rolled back to here, or not.
    Block {
        branch: bool,
    },
    /// Other blocks take the place of those since the branch.
    Fork,
}

impl Model for System {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let world = |honest: &Side| World {
            honest: *honest,
            party: Party::new(&self.bounds),
            ledger: Ledger::START,
            branch: None,
            forks_left: self.bounds.forks,
            late: 0,
            end: None,
        };
        self.bounds.honest.iter().map(world).collect()
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        acts.extend(self.acts(world));
    }

    fn next_state(&self, before: &World, act: Act) -> Option<World> {
        let mut world = before.clone();
        match act {
            Act::Propose(operation) => {
                let state = self.step(&world, operation, world.honest)?;
                world.party.sign(state, Mark::Live(operation));
            }
            Act::SignForPeer(operation) => {
                let state = self.step(&world, operation, world.honest.other())?;
                world.party.sign(state, Mark::CoSigned);
            }
            Act::Accept(state) => world.party.learn(state, Mark::CoSigned),
            Act::SignClose => self.sign_close(&mut world),
            Act::AcceptClose => world.party.close.as_mut()?.both = true,
            Act::Post(by, transaction) => self.post(&mut world, by, transaction)?,
            Act::Block { branch } => self.block(&mut world, branch),
            Act::Fork => fork(&mut world)?,
        }
        self.tidy(&mut world);
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(&self.bounds)
    }
}

impl System {
    fn step(&self, world: &World, operation: Operation, proposer: Side) -> Option<Commitment> {
        let World { party, ledger, .. } = world;
        let newest = party.newest(ledger).coins;
        let coins = newest.after(operation, proposer, ledger.height, &self.bounds)?;
        let round = party.next_round(ledger, &self.rules);
        (round <= self.bounds.rounds).then_some(Commitment { round, coins })
    }

    fn sign_close(&self, world: &mut World) {
        let newest = world.party.newest(&world.ledger);
        world.party.closes_left -= 1;
        world.party.close = Some(Close {
            terms: Terms {
                round: newest.round,
                forced: newest.forced,
                payout: newest.coins.payout(),
            },
            left: self.bounds.close_expiry.cast_signed(),
            both: false,
        });
    }

    fn post(&self, world: &mut World, by: Side, transaction: Transaction) -> Option<()> {
        let after = world
            .ledger
            .after(by, transaction, &self.rules, &self.bounds)?;
        let World { party, honest, .. } = world;
        if by == *honest || after.tip != world.ledger.tip {
            world.late = 0;
        }
        if after.paid().is_some() {
            world.end = Some(End {
                owed: party.owed(*honest, &world.ledger),
                half_signed: party.live().next().is_some(),
            });
            party.asleep = !self.rules.watches_after_the_payout;
        }
        if let Some(state) = transaction.state() {
            let late = !after.is_open() && self.rules.late_signatures_promise_nothing;
            party.learn(state, if late { Mark::Late } else { Mark::CoSigned });
        }
        party.leaving |= by == *honest && matches!(transaction, Transaction::SoloClose(_));
        world.ledger = after;
        Some(())
    }

    fn block(&self, world: &mut World, branch: bool) {
        if !self.due(world).is_empty() {
            world.late += 1;
        }
        world.ledger.tick(&self.bounds);
        if let Some(branch) = &mut world.branch {
            branch.age += 1;
            if branch.age >= self.bounds.fork_depth {
                world.branch = None;
            }
        }
        if branch {
            world.branch = Some(Branch {
                ledger: world.ledger,
                age: 0,
            });
        }
        if let Some(close) = &mut world.party.close {
            close.left -= 1;
            // A fork can bring back the height in which it could be posted.
            let forks = self.bounds.forks > 0;
            let back = if forks { self.bounds.fork_depth - 1 } else { 0 };
            if close.left + back.cast_signed() < 0 {
                world.party.close = None;
            }
        }
    }

    /// Forgets what cannot matter any more, so that fewer worlds differ.
    fn tidy(&self, world: &mut World) {
        let branch = world.branch.as_ref().map(|branch| &branch.ledger);
        if world.ledger.paid().is_some() && branch.is_none() {
            let signed_twice = world.party.signed_twice;
            world.party = Party::new(&self.bounds);
            world.party.signed_twice = signed_twice;
            world.late = 0;
            return;
        }
        let settled = branch.map_or(u8::MAX, |branch| branch.tip.round);
        let settled = settled.min(world.ledger.tip.round);
        world.party.tidy(settled, &self.rules);
        if self.due(world).is_empty() {
            world.late = 0;
        }
    }
}

fn fork(world: &mut World) -> Option<()> {
    let branch = world.branch.take()?;
    world.ledger = branch.ledger;
    world.forks_left -= 1;
    world.late = 0;
    world.end = None;
    if world.ledger.is_open() {
        world.party.open_again();
    }
    if let Some(close) = &mut world.party.close {
        close.left += branch.age.cast_signed();
    }
    Some(())
}

impl World {
    /// What the honest party got, with what it may have to repay, and what it was owed; nothing
    /// before the end.
    pub(crate) fn balance(&self, rules: &Rules) -> Option<(u8, u8)> {
        let (paid, end) = (self.ledger.paid()?, self.end.as_ref()?);
        let repaid = rules.repays_for_a_proposal && paid.repaid == Some(self.honest);
        let fee = if repaid { SLASH_FEE } else { 0 };
        Some((paid.payout[self.honest.index()] + fee, end.owed))
    }
}
