//! A ledger of one channel, as far as parties can tell: it takes what is posted by the rules that the
//! parties count on, and it can lose its newest blocks.

use std::collections::BTreeMap;

use twinroot_abi::{Hash, Height, Side};
use twinroot_exec::Env;
use twinroot_party::OnLedger;
use twinroot_rules::{Consent, FORCE_WINDOW, Position, apply, genesis};
use twinroot_state::Tree;
use twinroot_wire::{
    Action, CoSigned, Commitment, Force, Ground, Keys, SignedClose, SignedFunding, Standing, Update,
};

use super::{LOCK, env, env_of, parameters};
use crate::toy::{Toy, code};

/// Full states, by the hash of their commitment. The ledger does not need them; the tests do.
pub(crate) type Positions = BTreeMap<Hash, Position<Tree>>;

/// The channel, at the end of a block.
#[derive(Clone, Debug)]
struct Channel {
    ground: Ground,
    steps: Vec<Update>,
    tip: Position<Tree>,
    closing: Option<Height>,
}

/// The ledger.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The blocks, the present one last, and the channel after each of them.
    blocks: Vec<(Env, Option<Channel>)>,
    fork: u8,
}

impl Chain {
    /// A ledger that has opened the channel in block 1.
    pub(crate) fn new() -> Self {
        let channel = Channel {
            ground: Ground::Terms,
            steps: Vec::new(),
            tip: genesis(&parameters(), env(1)).unwrap(),
            closing: None,
        };
        Self {
            blocks: vec![(env(1), Some(channel))],
            fork: 0,
        }
    }

    pub(crate) fn now(&self) -> Env {
        self.blocks.last().unwrap().0
    }

    pub(crate) fn height(&self) -> u64 {
        self.now().height.0
    }

    /// All blocks, the oldest first.
    pub(crate) fn blocks(&self) -> impl DoubleEndedIterator<Item = Env> {
        self.blocks.iter().map(|(env, _)| *env)
    }

    pub(crate) fn block(&mut self) {
        let env = env_of(self.fork, self.height() + 1);
        let channel = self.channel().cloned();
        self.blocks.push((env, channel));
    }

    /// Loses so many blocks; another one takes the place of the first of them.
    pub(crate) fn lose(&mut self, blocks: usize) {
        let rest = self.blocks.len().saturating_sub(blocks).max(1);
        self.blocks.truncate(rest);
        self.fork += 1;
        self.block();
    }

    /// The channel as a party is told of it.
    pub(crate) fn view(&self) -> Option<Box<OnLedger>> {
        let channel = self.channel()?;
        Some(Box::new(OnLedger {
            ground: channel.ground.clone(),
            steps: channel.steps.clone(),
            tip: channel.tip.commitment.clone(),
            closing: channel.closing,
        }))
    }

    /// Includes what a side posts, or says why not.
    pub(crate) fn include(
        &mut self,
        poster: Side,
        action: &Action,
        positions: &Positions,
    ) -> Result<(), &'static str> {
        let mut channel = self.channel().cloned().ok_or("no channel")?;
        let now = self.now().height;
        let open = channel.closing.is_none();
        let stays = match action {
            Action::Fund(signed) if open => channel.fund(signed, now, positions).map(|()| true),
            Action::CloseMutual(signed) => channel.close(signed, now).map(|()| false),
            Action::CloseSolo { state, .. } if open => channel
                .adopt_if(state.as_ref(), positions)
                .map(|()| channel.closing = Some(until(now)))
                .map(|()| true),
            Action::Slash { state, .. } if !open => channel
                .adopt_if(Some(state), positions)
                .map(|()| channel.closing = Some(until(now)))
                .map(|()| true),
            Action::Snapshot { state, .. } if open => {
                channel.adopt_if(Some(state), positions).map(|()| true)
            }
            Action::Force(force) => {
                let pinned = self.may_pin(force.update.env);
                channel
                    .force(poster, force, pinned, now, positions)
                    .map(|()| true)
            }
            Action::Settle { .. } if !open => channel.settle(now).map(|()| false),
            _ => Err("not now"),
        }?;
        let after = stays.then_some(channel);
        self.blocks.last_mut().unwrap().1 = after;
        Ok(())
    }

    fn channel(&self) -> Option<&Channel> {
        self.blocks.last().unwrap().1.as_ref()
    }

    fn may_pin(&self, env: Env) -> bool {
        let oldest = self.height().saturating_sub(FORCE_WINDOW);
        self.blocks()
            .any(|known| known == env && known.height.0 >= oldest)
    }
}

fn until(now: Height) -> Height {
    Height(now.0 + LOCK)
}

impl Channel {
    fn standing(&self) -> Standing {
        Standing {
            round: self.ground.round(),
            forced: u32::try_from(self.steps.len()).unwrap(),
        }
    }

    fn rest_on(&mut self, ground: Ground, commitment: &Commitment, positions: &Positions) {
        self.tip = positions[&commitment.hash()].clone();
        self.steps.clear();
        self.ground = ground;
    }

    fn adopt_if(
        &mut self,
        state: Option<&CoSigned>,
        positions: &Positions,
    ) -> Result<(), &'static str> {
        let Some(state) = state else { return Ok(()) };
        let commitment = &state.commitment;
        if commitment.channel != self.tip.commitment.channel {
            return Err("of another channel");
        }
        if commitment.total != self.tip.commitment.total {
            return Err("not what is locked");
        }
        if commitment.round <= self.ground.round() {
            return Err("stale");
        }
        keys().verify_both(state).map_err(|_| "not signed")?;
        self.rest_on(Ground::CoSigned(state.clone()), commitment, positions);
        Ok(())
    }

    fn fund(
        &mut self,
        signed: &SignedFunding,
        now: Height,
        positions: &Positions,
    ) -> Result<(), &'static str> {
        let funding = &signed.funding;
        keys().verify_funding(signed).map_err(|_| "not signed")?;
        if funding.expiry < now {
            return Err("expired");
        }
        if funding.locked_before() != Some(self.tip.commitment.total) {
            return Err("not what is locked");
        }
        if funding.commitment.round <= self.ground.round() || funding.standing < self.standing() {
            return Err("stale");
        }
        self.rest_on(
            Ground::Funding(signed.clone()),
            &funding.commitment,
            positions,
        );
        Ok(())
    }

    fn close(&self, signed: &SignedClose, now: Height) -> Result<(), &'static str> {
        keys().verify_close(signed).map_err(|_| "not signed")?;
        if signed.close.expiry < now {
            return Err("expired");
        }
        if signed.close.standing < self.standing() {
            return Err("stale");
        }
        Ok(())
    }

    fn force(
        &mut self,
        poster: Side,
        force: &Force,
        pinned: bool,
        now: Height,
        positions: &Positions,
    ) -> Result<(), &'static str> {
        if force.update.proposer != poster || !pinned {
            return Err("not the poster's, or pinned elsewhere");
        }
        self.adopt_if(force.base.as_ref(), positions)?;
        let toy = code(b"toy");
        let codes = BTreeMap::from([(toy.hash, toy.bytes)]).into();
        let applied = apply(&self.tip, &force.update, Consent::PosterOnly, &codes, &Toy)
            .map_err(|_| "refuted")?;
        if applied.next.commitment.state_root != force.predicted {
            return Err("refuted");
        }
        self.tip = applied.next;
        self.steps.push(force.update.clone());
        self.closing = self.closing.map(|_| until(now));
        Ok(())
    }

    fn settle(&self, now: Height) -> Result<(), &'static str> {
        let hold = self.tip.commitment.hold_until;
        let over = self.closing.is_some_and(|until| now >= until.max(hold));
        over.then_some(()).ok_or("too early")
    }
}

fn keys() -> Keys {
    Keys::gate(&parameters().parties).unwrap()
}
