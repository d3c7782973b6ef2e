//! A deposit or a withdrawal in an open channel, in a model of its own: steps that both signed at
//! once, one funding, disputes and forks. The honest party and its peer are as in system.rs.

use stateright::{Model, Property};

use crate::checker::{bounds, fails, holds};

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

/// A state that both signed. Index 0 is the honest party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    round: u8,
    payout: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Funding {
    after: State,
    /// The standing that it changes.
    standing: (u8, u8),
    side: usize,
    deposit: bool,
    /// Blocks after the present one in which it can be posted.
    left: i8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ledger {
    accounts: [u8; 2],
    locked: u8,
    tip: State,
    forced: u8,
    /// Blocks until the channel can pay out, once somebody closed it.
    window: Option<u8>,
    paid: bool,
    /// Blocks since the funding was carried out, as far as a fork goes.
    funded: Option<u8>,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    Fund,
    /// A snapshot, or an answer to a close.
    Show(State),
    Close(Option<State>),
    /// The poster's coin goes to the other side.
    Force(Option<State>),
    Settle,
}

impl Model for Channel {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let tip = State {
            round: 0,
            payout: [COINS; 2],
        };
        vec![World {
            ledger: Ledger {
                accounts: [COINS; 2],
                locked: 2 * COINS,
                tip,
                forced: 0,
                window: None,
                paid: false,
                funded: None,
            },
            signed: Vec::new(),
            funding: None,
            fundings_left: self.fundings,
            last_round: 0,
            branch: None,
            forks_left: 1,
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
        let mut posts = vec![(0, Post::Fund), (1, Post::Fund), (0, Post::Close(honest))];
        posts.extend(honest.map(|state| (0, Post::Show(state))));
        posts.extend([(0, Post::Settle), (1, Post::Settle)]);
        let states = world.signed.iter().map(|(state, _)| *state);
        posts.extend(states.clone().map(|state| (1, Post::Show(state))));
        for base in states.map(Some).chain([None]) {
            posts.extend([(1, Post::Close(base)), (1, Post::Force(base))]);
        }
        posts.retain(|(by, post)| self.after(world, *by, *post).is_some());
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
                let after = self.after(&world, by, post)?;
                if after.paid {
                    world.owed = Some(world.worth());
                }
                world.ledger = after;
                world.late = 0;
            }
            Act::Block { branch } => self.block(&mut world, branch),
            Act::Fork => {
                let (ledger, age) = world.branch.take()?;
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
        properties()
    }
}

const KEEPS: &str = "an honest party has what it is owed";
const CONSERVED: &str = "no coin comes and none is lost";

type Condition = fn(&Channel, &World) -> bool;

fn properties() -> Vec<Property<Channel>> {
    let sometimes: fn(&'static str, Condition) -> Property<Channel> = Property::sometimes;
    let keeps: Condition = |_, world| {
        let owed = world.owed;
        owed.is_none_or(|owed| world.ledger.accounts[0] >= owed)
    };
    let conserved: Condition = |_, world| {
        let ledger = &world.ledger;
        let locked = if ledger.paid { 0 } else { ledger.locked };
        let same = ledger.paid || ledger.tip.total() == ledger.locked;
        same && ledger.accounts.iter().sum::<u8>() + locked == 4 * COINS
    };
    let paid: Condition = |_, world| world.ledger.paid;
    vec![
        Property::always(KEEPS, keeps),
        Property::always(CONSERVED, conserved),
        Property::eventually("the channel pays out", paid),
        sometimes("a funding is carried out and steps go on", |_, world| {
            let funded = world.ledger.locked != 2 * COINS;
            funded && world.unknown_to_the_ledger().is_some()
        }),
        sometimes("a funding expires and steps go on", |_, world| {
            let expired = world.fundings_left == 0 && world.funding.is_none();
            let unfunded = world.ledger.locked == 2 * COINS;
            expired && unfunded && world.newest().round == world.last_round
        }),
        sometimes("a fork drops a funding", |_, world| {
            let pending = world.funding.is_some() && world.ledger.funded.is_none();
            let open = world.ledger.window.is_none() && world.ledger.tip.round == 0;
            pending && open && world.forks_left == 0
        }),
        sometimes("a forced step makes a funding stale", |_, world| {
            let funding = world.funding.filter(|funding| funding.left >= 0);
            funding.is_some_and(|funding| funding.standing < world.ledger.standing())
        }),
        sometimes("a close is stale", |_, world| {
            world.ledger.window.is_some() && world.unknown_to_the_ledger().is_some()
        }),
    ]
}

impl State {
    fn total(&self) -> u8 {
        self.payout.iter().sum()
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
        let carried_out = world.ledger.funded.is_some() && !self.rules.waits_when_carried_out;
        let expired = funding.left < 0 && !self.rules.waits_when_expired;
        self.rules.binds && !carried_out && !expired
    }

    /// Whether the honest party has something to post.
    fn is_due(&self, world: &World) -> bool {
        let closing = world.ledger.window.is_some() && !world.ledger.paid;
        let answers = world.unknown_to_the_ledger().is_some();
        closing && (answers || self.after(world, 0, Post::Settle).is_some())
    }

    fn after(&self, world: &World, by: usize, post: Post) -> Option<Ledger> {
        let mut ledger = world.ledger;
        if ledger.paid {
            return None;
        }
        match post {
            Post::Fund => self.carry_out(&mut ledger, world.funding?)?,
            Post::Show(state) => self.take_over(&mut ledger, state)?,
            Post::Close(state) => {
                if ledger.window.is_some() {
                    return None;
                }
                if let Some(state) = state {
                    self.take_over(&mut ledger, state)?;
                }
                ledger.window = Some(self.lock);
            }
            Post::Force(base) => {
                if let Some(state) = base {
                    self.take_over(&mut ledger, state)?;
                }
                // Two are enough: how many there can be is a matter of system.rs.
                if ledger.forced >= 2 {
                    return None;
                }
                let payout = &mut ledger.tip.payout;
                payout[by] = payout[by].checked_sub(1)?;
                payout[1 - by] += 1;
                ledger.forced += 1;
                ledger.window = ledger.window.map(|_| self.lock);
            }
            Post::Settle => {
                if ledger.window? > 0 {
                    return None;
                }
                ledger.accounts[0] += ledger.tip.payout[0];
                ledger.accounts[1] += ledger.tip.payout[1];
                ledger.paid = true;
            }
        }
        Some(ledger)
    }

    fn carry_out(&self, ledger: &mut Ledger, funding: Funding) -> Option<()> {
        let total = funding.after.total();
        let before = if funding.deposit {
            total - 1
        } else {
            total + 1
        };
        let fits = !self.rules.total_checked || before == ledger.locked;
        let newer = funding.after.round > ledger.tip.round;
        let stale = funding.standing < ledger.standing();
        if ledger.window.is_some() || funding.left < 0 || !fits || !newer || stale {
            return None;
        }
        let account = &mut ledger.accounts[funding.side];
        if funding.deposit {
            *account = account.checked_sub(1)?;
            ledger.locked += 1;
        } else {
            *account += 1;
            ledger.locked -= 1;
        }
        ledger.tip = funding.after;
        ledger.forced = 0;
        ledger.funded = Some(0);
        Some(())
    }

    fn take_over(&self, ledger: &mut Ledger, state: State) -> Option<()> {
        let fits = !self.rules.total_checked || state.total() == ledger.locked;
        if !fits || state.round <= ledger.tip.round {
            return None;
        }
        ledger.tip = state;
        ledger.forced = 0;
        ledger.window = ledger.window.map(|_| self.lock);
        Some(())
    }

    fn block(&self, world: &mut World, branch: bool) {
        if self.is_due(world) {
            world.late += 1;
        }
        let ledger = &mut world.ledger;
        ledger.window = ledger.window.map(|window| window.saturating_sub(1));
        ledger.funded = ledger.funded.map(|age| self.fork_depth.min(age + 1));
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
            let void = funding.left + safe < 0 && world.ledger.funded.is_none();
            if void || world.ledger.funded == Some(self.fork_depth) {
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

impl Ledger {
    fn standing(&self) -> (u8, u8) {
        (self.tip.round, self.forced)
    }
}

#[test]
fn fundings() {
    let deep = Channel {
        rounds: 5,
        expiry: 2,
        fundings: 2,
        ..CHANNEL
    };
    holds("fundings", bounds(CHANNEL, deep));
}

fn breaks(rule: &str, rules: Rules, property: &'static str) {
    fails(rule, Channel { rules, ..CHANNEL }, property);
}

#[test]
fn a_step_beside_a_funding() {
    let rules = Rules {
        binds: false,
        ..PROTOCOL
    };
    breaks("no step beside a funding", rules, KEEPS);
}

#[test]
fn a_funding_that_a_fork_drops() {
    let rules = Rules {
        waits_when_carried_out: false,
        ..PROTOCOL
    };
    breaks("wait for a funding", rules, KEEPS);
}

#[test]
fn a_funding_that_a_fork_revives() {
    let rules = Rules {
        waits_when_expired: false,
        ..PROTOCOL
    };
    breaks("wait for an expiry", rules, KEEPS);
}

#[test]
fn a_state_for_another_total() {
    let rules = Rules {
        total_checked: false,
        binds: false,
        ..PROTOCOL
    };
    breaks("totals", rules, CONSERVED);
}
