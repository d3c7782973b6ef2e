//! A deposit or a withdrawal in an open channel, in a model of its own: steps that both signed at
//! once, one funding, disputes and forks. The honest party and its peer are as in system.rs.

mod ledger;
mod properties;
mod searches;

use stateright::{Model, Property};

use ledger::{Funding, Ledger, Post, State};

#[derive(Clone, Debug)]
struct Rules {
    /// A party that signed a funding signs no step before that is carried out or void.
    binds: bool,
    /// What was carried out is taken for so when no fork can drop it.
    waits_when_carried_out: bool,
    /// What has expired is taken for void when no fork can bring its last height back.
    waits_when_expired: bool,
    /// The ledger takes a funding only for the total that is locked.
    total_checked: bool,
}

const PROTOCOL: Rules = Rules {
    binds: true,
    waits_when_carried_out: true,
    waits_when_expired: true,
    total_checked: true,
};

#[derive(Clone, Debug)]
struct Channel {
    rules: Rules,
    rounds: u8,
    lock: u8,
    fork_depth: u8,
    expiry: u8,
    fundings: u8,
}

const CHANNEL: Channel = Channel {
    rules: PROTOCOL,
    rounds: 3,
    lock: 3,
    fork_depth: 2,
    expiry: 1,
    fundings: 1,
};

/// What each side has outside of the channel, and in it, at first.
const COINS: u8 = 2;

/// Blocks that may pass while the honest party has something to post.
const PATIENCE: u8 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    ledger: Ledger,
    /// What both signed, by round, with what the honest party has in all at that state.
    signed: Vec<(State, u8)>,
    funding: Option<Funding>,
    fundings_left: u8,
    last_round: u8,
    branch: Option<(Ledger, u8)>,
    forks_left: u8,
    /// A fork dropped a funding.
    dropped: bool,
    late: u8,
    /// What the honest party could expect at the payout.
    owed: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    /// Both sign that a coin goes from this side to the other.
    Step(usize),
    /// The honest party signs a funding, and the peer is free to.
    Fund {
        side: usize,
        deposit: bool,
    },
    /// Side, what.
    Post(usize, Post),
    Block {
        branch: bool,
    },
    Fork,
}

impl Model for Channel {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            ledger: Ledger::START,
            signed: Vec::new(),
            funding: None,
            fundings_left: self.fundings,
            last_round: 0,
            branch: None,
            forks_left: 1,
            dropped: false,
            late: 0,
            owed: None,
        }]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        let ledger = &world.ledger;
        if !ledger.paid && ledger.window.is_none() && !self.bound(world) {
            acts.extend([Act::Step(0), Act::Step(1)]);
            if world.fundings_left > 0 && world.funding.is_none() {
                acts.extend(
                    [(0, true), (0, false), (1, true), (1, false)]
                        .map(|(side, deposit)| Act::Fund { side, deposit }),
                );
            }
        }
        let honest = world.unknown_to_the_ledger();
        let mut posts = vec![(0, Post::Close(honest))];
        if let Some(funding) = world.funding {
            posts.extend([(0, Post::Fund(funding)), (1, Post::Fund(funding))]);
        }
        posts.extend(honest.map(|state| (0, Post::Show(state))));
        posts.extend([(0, Post::Settle), (1, Post::Settle)]);
        let states = world.signed.iter().map(|(state, _)| *state);
        posts.extend(states.clone().map(|state| (1, Post::Show(state))));
        for base in states.map(Some).chain([None]) {
            posts.extend([(1, Post::Close(base)), (1, Post::Force(base))]);
        }
        posts.retain(|(by, post)| ledger.after(*by, *post, self).is_some());
        acts.extend(posts.into_iter().map(|(by, post)| Act::Post(by, post)));
        if world.late < PATIENCE || !self.is_due(world) {
            acts.push(Act::Block { branch: false });
            if world.forks_left > 0 && world.branch.is_none() && !ledger.paid {
                acts.push(Act::Block { branch: true });
            }
        }
        if world.branch.is_some() {
            acts.push(Act::Fork);
        }
    }

    fn next_state(&self, before: &World, act: Act) -> Option<World> {
        let mut world = before.clone();
        match act {
            Act::Step(from) => {
                let state = self.step(&world, from)?;
                world.last_round = state.round;
                let all = world.ledger.accounts[0] + state.payout[0];
                world.signed.push((state, all));
            }
            Act::Fund { side, deposit } => {
                let funding = self.fund(&world, side, deposit)?;
                world.last_round = funding.after.round;
                world.fundings_left -= 1;
                world.funding = Some(funding);
            }
            Act::Post(by, post) => {
                let after = world.ledger.after(by, post, self)?;
                if after.paid {
                    world.owed = Some(world.worth());
                }
                world.ledger = after;
                world.late = 0;
            }
            Act::Block { branch } => self.block(&mut world, branch),
            Act::Fork => {
                let (ledger, age) = world.branch.take()?;
                world.dropped = world.ledger.funded.is_some() && ledger.funded.is_none();
                world.ledger = ledger;
                world.forks_left -= 1;
                world.late = 0;
                world.owed = None;
                if let Some(funding) = &mut world.funding {
                    funding.left += age.cast_signed();
                }
            }
        }
        if !self.is_due(&world) {
            world.late = 0;
        }
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Channel {
    fn step(&self, world: &World, from: usize) -> Option<State> {
        let mut payout = world.newest().payout;
        payout[from] = payout[from].checked_sub(1)?;
        payout[1 - from] += 1;
        let round = world.last_round + 1;
        (round <= self.rounds).then_some(State { round, payout })
    }

    fn fund(&self, world: &World, side: usize, deposit: bool) -> Option<Funding> {
        let newer = world.unknown_to_the_ledger();
        let standing = newer.map_or(world.ledger.standing(), |state| (state.round, 0));
        let mut payout = world.newest().payout;
        payout[side] = if deposit {
            payout[side] + 1
        } else {
            payout[side].checked_sub(1)?
        };
        let round = world.last_round + 1;
        (round <= self.rounds).then_some(Funding {
            after: State { round, payout },
            standing,
            side,
            deposit,
            left: self.expiry.cast_signed(),
        })
    }

    /// Whether a funding keeps the honest party from signing.
    fn bound(&self, world: &World) -> bool {
        let Some(funding) = &world.funding else {
            return false;
        };
        let carried_out = world.ledger.has_carried_out(funding);
        let carried_out = carried_out && !self.rules.waits_when_carried_out;
        let expired = funding.left < 0 && !self.rules.waits_when_expired;
        self.rules.binds && !carried_out && !expired
    }

    /// Whether the honest party has something to post.
    fn is_due(&self, world: &World) -> bool {
        let closing = world.ledger.window.is_some() && !world.ledger.paid;
        let answers = world.unknown_to_the_ledger().is_some();
        let settles = world.ledger.after(0, Post::Settle, self).is_some();
        closing && (answers || settles)
    }

    fn block(&self, world: &mut World, branch: bool) {
        if self.is_due(world) {
            world.late += 1;
        }
        let ledger = &mut world.ledger;
        ledger.window = ledger.window.map(|window| window.saturating_sub(1));
        if let Some((_, age)) = &mut ledger.funded {
            *age = self.fork_depth.min(*age + 1);
        }
        if let Some((_, age)) = &mut world.branch {
            *age += 1;
            if *age >= self.fork_depth {
                world.branch = None;
            }
        }
        if branch {
            world.branch = Some((world.ledger, 0));
        }
        let safe = self.fork_depth.cast_signed() - 1;
        if let Some(funding) = &mut world.funding {
            funding.left -= 1;
            let void = funding.left + safe < 0 && !world.ledger.has_carried_out(funding);
            let done = Some((funding.after.round, self.fork_depth));
            if void || world.ledger.funded == done {
                world.funding = None;
            }
        }
    }
}

impl World {
    /// The newest state: the ledger's, or one that both signed for what is locked now.
    fn newest(&self) -> State {
        self.unknown_to_the_ledger().unwrap_or(self.ledger.tip)
    }

    fn unknown_to_the_ledger(&self) -> Option<State> {
        let counts = |state: &State| {
            state.round > self.ledger.tip.round && state.total() == self.ledger.locked
        };
        let mut states = self.signed.iter().rev().map(|(state, _)| *state);
        states.find(counts)
    }

    /// What the honest party has in all, at the newest state that both signed.
    fn worth(&self) -> u8 {
        let tip = &self.ledger.tip;
        let newest = self.signed.last();
        let newer = newest.filter(|(state, _)| state.round > tip.round);
        newer.map_or(self.ledger.accounts[0] + tip.payout[0], |(_, all)| *all)
    }
}
