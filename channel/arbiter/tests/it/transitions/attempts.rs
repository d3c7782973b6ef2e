//! Everything that is tried in a state.

use twinroot_abi::{Amount, ChannelId, Height, Round};
use twinroot_wire::{Action, CoSigned, Commitment, Direction, Funding, Standing};

use twinroot_arbiter::Phase;
use twinroot_rules::FORCED_STEPS;

use super::LONG;
use crate::world::{
    A, B, C, LOCK, SIDES, World, co_signed, signed_close, signed_funding, transfer,
};

/// Something that is tried.
pub(crate) struct Attempt {
    pub(crate) verb: &'static str,
    pub(crate) detail: String,
    pub(crate) deed: Deed,
}

pub(crate) enum Deed {
    Post(usize, Box<Action>),
    /// Each side forces as many steps as it has left.
    AllSteps,
    Blocks(u64),
}

/// Last height of whatever does not expire here.
const LAST: Height = Height(1_000);

/// All that is tried, and what it is made of.
struct Attempts {
    world: World,
    channel: ChannelId,
    tip: Commitment,
    known: Standing,
    /// The tip, as both signed it in another round.
    states: Vec<(&'static str, CoSigned)>,
    all: Vec<Attempt>,
}

/// What is tried, and the world, in which the states are known that this takes.
pub(crate) fn attempts(world: World) -> (World, Vec<Attempt>) {
    let mut all = Attempts::of(world);
    let (opening, settle) = (all.world.opening(), all.world.settle());
    all.post("open", "with the same terms", A, opening);
    all.fundings("deposit", Direction::Deposit);
    all.fundings("withdraw", Direction::Withdraw);
    all.snapshots();
    all.mutual_closes();
    all.solo_closes();
    all.slashes();
    all.forced_steps();
    all.post("settle", "", C, settle);
    all.add("blocks", "as many as the lock", Deed::Blocks(LOCK));
    all.add(
        "blocks",
        "past every hold and every expiry",
        Deed::Blocks(LONG),
    );
    (all.world, all.all)
}

impl Attempts {
    fn of(mut world: World) -> Self {
        let (tip, known) = match world.ledger.channel(world.id()) {
            Some(channel) => (channel.tip.clone(), channel.standing),
            None => (world.newest.commitment.clone(), Standing::default()),
        };
        let position = world.states[&tip.hash()].clone();
        let round = known.round.0;
        let mut states = Vec::new();
        for (name, round) in [
            ("newer", round.checked_add(1)),
            ("same round", Some(round)),
            ("older", round.checked_sub(1)),
        ] {
            let Some(round) = round else { continue };
            let mut position = position.clone();
            position.commitment.round = Round(round);
            states.push((name, co_signed(&position.commitment)));
            world.states.insert(position.commitment.hash(), position);
        }
        Self {
            channel: world.id(),
            world,
            tip,
            known,
            states,
            all: Vec::new(),
        }
    }

    fn add(&mut self, verb: &'static str, detail: &str, deed: Deed) {
        let detail = detail.to_owned();
        self.all.push(Attempt { verb, detail, deed });
    }

    fn post(&mut self, verb: &'static str, detail: &str, who: usize, action: Action) {
        self.add(verb, detail, Deed::Post(who, Box::new(action)));
    }

    fn fundings(&mut self, verb: &'static str, direction: Direction) {
        for (name, state) in self.states.clone() {
            let funding = self.funding(direction, state.commitment.round);
            self.fund(verb, name, funding);
        }
        let newer = self.funding(direction, Round(self.known.round.0 + 1));
        if self.known.forced > 0 {
            let mut funding = newer.clone();
            funding.standing = Standing::co_signed(self.known.round);
            self.fund(verb, "newer, but it knows of no forced step", funding);
        }
        let mut funding = newer.clone();
        funding.amount = Amount(11);
        self.fund(verb, "newer, with a wrong total", funding);
        let mut funding = newer;
        funding.expiry = Height(0);
        self.fund(verb, "newer, expired", funding);
    }

    fn fund(&mut self, verb: &'static str, detail: &str, funding: Funding) {
        self.post(verb, detail, C, Action::Fund(signed_funding(funding)));
    }

    /// Coins of the initiator move, on the tip.
    fn funding(&self, direction: Direction, round: Round) -> Funding {
        let (mut commitment, amount) = (self.tip.clone(), Amount(10));
        let moved = |coins: Amount| match direction {
            Direction::Deposit => Amount(coins.0 + amount.0),
            Direction::Withdraw => Amount(coins.0 - amount.0),
        };
        commitment.round = round;
        commitment.total = moved(commitment.total);
        commitment.payout[A] = moved(commitment.payout[A]);
        Funding {
            commitment,
            standing: self.known,
            side: SIDES[A],
            direction,
            amount,
            expiry: LAST,
        }
    }

    fn snapshots(&mut self) {
        let channel = self.channel;
        for (name, state) in self.states.clone() {
            self.post("snapshot", name, C, Action::Snapshot { channel, state });
        }
    }

    fn mutual_closes(&mut self) {
        let mut close = self.world.mutual(LAST.0);
        (close.payout, close.standing) = (self.tip.payout, self.known);
        let just = signed_close(close.clone());
        self.post("mutual close", "of just this state", C, just);
        for (name, state) in self.states.clone() {
            close.standing = Standing::co_signed(state.commitment.round);
            self.post("mutual close", name, C, signed_close(close.clone()));
        }
        close.standing = self.known;
        close.payout[A].0 += 1;
        let wrong = signed_close(close);
        self.post("mutual close", "of more than is locked", C, wrong);
    }

    fn solo_closes(&mut self) {
        let channel = self.channel;
        let solo = |state| Action::CloseSolo { channel, state };
        self.post("solo close", "without a state", B, solo(None));
        for (name, state) in self.states.clone() {
            self.post("solo close", name, B, solo(Some(state)));
        }
        self.post("solo close", "by a stranger", C, solo(None));
    }

    fn slashes(&mut self) {
        let channel = self.channel;
        let slash = |state| Action::Slash { channel, state };
        for (name, state) in self.states.clone() {
            self.post("slash", name, C, slash(state));
        }
        // Where a channel is being closed here, it was the responder who began.
        let newer = self.states[0].1.clone();
        self.post("slash", "newer, by who began the close", B, slash(newer));
    }

    fn forced_steps(&mut self) {
        self.force("on this state", A, None, false);
        for (name, state) in self.states.clone() {
            let detail = format!("on a base, {name}");
            self.force(&detail, A, Some(state), false);
        }
        self.force("with a wrong root", A, None, true);
        self.force("by a stranger", C, None, false);
        let phase = self.world.ledger.channel(self.channel).map(|it| it.phase);
        if matches!(phase, Some(Phase::Closing { steps, .. }) if steps != [FORCED_STEPS; 2]) {
            self.add("all forced steps", "of both", Deed::AllSteps);
        }
    }

    fn force(&mut self, detail: &str, who: usize, base: Option<CoSigned>, spoil: bool) {
        let on = base.as_ref().map_or(&self.tip, |base| &base.commitment);
        let mut step = self.world.force_on(A, on, transfer(A, 1));
        step.base = base;
        if spoil {
            step.predicted.0[0] ^= 1;
        }
        self.post("force", detail, who, Action::Force(step));
    }
}
