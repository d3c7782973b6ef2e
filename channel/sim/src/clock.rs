//! The ledger's time: blocks, and forks that replace some of them.

use twinroot_abi::{Hash, Height, Side};
use twinroot_arbiter::{Channel, Effect as OnChain, Phase, Rejected};
use twinroot_party::Input;
use twinroot_wire::{Action as Post, Commitment};

use crate::chain::{Change, Tried};
use crate::{Broken, Count, Happened, Sim, adversary};

impl Sim<'_> {
    /// A block is made. Before that, whoever keeps to the protocol does so: it is not away, it does
    /// not lag, and its disk does not hang, for longer than it has time to answer.
    pub(crate) fn mine(&mut self) {
        let height = self.chain.block().height.0;
        for side in Side::BOTH {
            let away = height.saturating_sub(self.nodes[side.index()].awake.0);
            if self.config.honest[side.index()] && away >= self.config.lock.div_ceil(3) {
                self.be_there(side);
            }
        }
        adversary::settle_at_once(self);
        let sure = Side::BOTH.map(|side| self.sure(side));
        let [one, other] = &self.nodes;
        let keys = [&one.key, &other.key];
        let posted: Vec<Post> = self
            .chain
            .mempool
            .iter()
            .map(|(_, post)| post.clone())
            .collect();
        let first = Height(self.chain.block().height.0.saturating_add(1));
        for (tried, post) in self.chain.mine(keys, self.execute).into_iter().zip(posted) {
            self.included(tried, &post);
        }
        if let Some((payout, repaid)) = Happened::closed_in(&self.happened) {
            self.check_payout(sure, payout, repaid);
        }
        for side in Side::BOTH {
            self.tell(side, first);
        }
    }

    /// Some blocks are replaced by others.
    pub(crate) fn fork(&mut self, blocks: u64) {
        let depth = blocks.min(self.config.policy.depth);
        let before = self.chain.view();
        let blocks = usize::try_from(depth).unwrap_or(usize::MAX);
        let Some(first) = self.chain.fork(blocks, self.opened.height) else {
            self.happened.push(Happened::Nothing);
            return;
        };
        self.tally.one(Count::Forks);
        let after = self.chain.view();
        if let (Some(before), Some(after)) = (before, after) {
            let steps = before.steps.len() > after.steps.len() && before.ground == after.ground;
            self.tally.one_if(steps, Count::Undone);
            let answer = after.closing.is_some() && after.ground.round() < before.ground.round();
            self.tally.one_if(answer, Count::AnswerLost);
            let funded = matches!(before.ground, twinroot_wire::Ground::Funding(_));
            let lost = funded && before.ground != after.ground;
            self.tally.one_if(lost, Count::Unfunded);
        }
        for side in Side::BOTH {
            self.tell(side, first);
        }
    }

    /// A transaction does not get to the ledger. That happens once in a while, and to parties that post
    /// again soon enough.
    pub(crate) fn lose_post(&mut self, place: usize) {
        let soon = self.config.lock >= 20 && self.config.policy.repost <= 3;
        if soon && self.chain.lose(place) {
            self.tally.one(Count::LostPosts);
        } else {
            self.happened.push(Happened::Nothing);
        }
    }

    /// A side looks at the ledger again.
    pub(crate) fn look(&mut self, side: Side) {
        let node = &mut self.nodes[side.index()];
        if !node.lags {
            self.happened.push(Happened::Nothing);
            return;
        }
        node.lags = false;
        self.tell_all(side);
    }

    /// A side reads all blocks that still count.
    pub(crate) fn tell_all(&mut self, side: Side) {
        let height = self.chain.block().height.0;
        self.tell(side, Height(height.saturating_sub(20)));
    }

    fn included(&mut self, tried: Tried, posted: &Post) {
        let Tried {
            side,
            result,
            unlawful,
            change,
        } = tried;
        if let Some(why) = unlawful {
            self.breaks(Broken::Ledger(why));
        }
        match result {
            Ok(receipt) => {
                self.count_beside(&receipt.effect);
                if let Some(change) = change {
                    self.count(posted, &receipt.effect, &change);
                }
                let receipt = Box::new(receipt);
                self.happened.push(Happened::Included(side, receipt));
            }
            Err(error) => {
                self.tally.one(Count::Rejected);
                let used_up = matches!(error, Rejected::NoStepsLeft { .. });
                self.tally.one_if(used_up, Count::StepsUsedUp);
                let early = matches!(error, Rejected::TooEarly { .. });
                self.tally.one_if(early, Count::TooEarly);
                let forces = matches!(posted, Post::Force(_));
                let for_good = matches!(
                    error,
                    Rejected::NoStepsLeft { .. } | Rejected::NotPublished(_)
                );
                let error = Box::new(error);
                self.happened.push(Happened::Rejected(side, error));
                if forces && for_good && self.nodes[side.index()].party.is_some() {
                    self.input(side, Input::Rejected);
                }
            }
        }
    }

    /// What happens on the ledger beside the channel.
    fn count_beside(&mut self, effect: &OnChain) {
        let count = match effect {
            OnChain::Bonded { .. } => Count::Bonds,
            OnChain::Released { .. } => Count::Released,
            OnChain::Forfeited { .. } => Count::Forfeited,
            OnChain::Asked { .. } => Count::Asked,
            OnChain::Answered { .. } => Count::Answered,
            OnChain::Refunded { .. } => Count::Refunded,
            _ => return,
        };
        self.tally.one(count);
    }

    fn count(&mut self, posted: &Post, effect: &OnChain, change: &Change) {
        let Change { before, after } = change;
        let was_closing = before.phase != Phase::Open;
        let beaten = after.as_ref().is_some_and(|after| {
            after.standing.round > before.standing.round
                && before.standing.forced > 0
                && !self.follows(&after.tip, before)
        });
        self.tally.one_if(beaten, Count::Overridden);
        self.tally
            .one_if(beaten && was_closing, Count::OverriddenLate);
        let newer = after
            .as_ref()
            .is_some_and(|after| after.standing.round > before.standing.round);
        self.tally.one_if(newer && was_closing, Count::Slashed);
        let secret = matches!(posted, Post::Snapshot { state, .. } | Post::Slash { state, .. }
            if !self.ancestry.contains_key(&state.commitment.hash()));
        let both_bad = self.config.honest == [false; 2];
        self.tally
            .one_if(secret && !both_bad, Count::SecretlySigned);
        self.tally.one_if(secret && both_bad, Count::Nonsense);
        match effect {
            OnChain::Forced { .. } => {
                self.tally.one(Count::Forced);
                self.tally.one_if(was_closing, Count::ForcedLate);
            }
            OnChain::Refuted { .. } => self.tally.one(Count::Refuted),
            OnChain::Funded { .. } => self.tally.one(Count::Funded),
            OnChain::Snapshotted { .. } => self.tally.one(Count::Snapshots),
            OnChain::Closing { commitment, .. } if !was_closing => {
                self.tally.one(Count::Solo);
                let newest = self.agreed.keys().next_back();
                let stale = newest.is_some_and(|newest| commitment.round < *newest);
                self.tally.one_if(stale, Count::Disputes);
            }
            OnChain::Closed { repaid, .. } => {
                let mutual = matches!(posted, Post::CloseMutual(_));
                self.tally.one_if(mutual, Count::Mutual);
                self.tally.one_if(repaid.is_some(), Count::Repaid);
            }
            _ => {}
        }
    }

    /// Whether a state was reached from the tip of a channel, so that it undoes nothing there.
    fn follows(&self, state: &Commitment, before: &Channel) -> bool {
        self.descends(state, before.tip.hash())
    }

    /// Whether a state is another one, or was reached from it.
    pub(crate) fn descends(&self, state: &Commitment, from: Hash) -> bool {
        let mut at = Some((state.hash(), state.prev));
        while let Some((hash, prev)) = at {
            if hash == from || prev == from {
                return true;
            }
            at = self.ancestry.get(&prev).map(|before| (prev, *before));
        }
        false
    }
}
