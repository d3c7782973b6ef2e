//! What of channels the ledger itself does not keep: how they were opened, what was forced, how they ended.

use std::collections::BTreeMap;

use twinroot_abi::{ChannelId, Height};
use twinroot_arbiter::{Channel, Effect, Ledger, Phase, Receipt};
use twinroot_exec::Env;
use twinroot_wire::{Ground, Parameters, Update};

use crate::query::{ChannelAnswer, ClosedChannel, LiveChannel};

/// The lives of all channels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channels {
    live: BTreeMap<ChannelId, Live>,
    closed: BTreeMap<ChannelId, ClosedChannel>,
}

#[derive(Clone, Debug)]
struct Live {
    parameters: Parameters,
    opened: Env,
    /// What both signed last.
    ground: Ground,
    /// Forced on that, in order.
    steps: Vec<Update>,
}

impl Channels {
    /// Notes what a transaction did to a channel.
    pub(crate) fn note(&mut self, id: ChannelId, ledger: &Ledger, receipt: &Receipt) {
        if let Effect::Closed { payout, .. } = receipt.effect {
            if let Some(live) = self.live.remove(&id) {
                let (parameters, closed, transaction) =
                    (live.parameters, receipt.block, receipt.transaction);
                self.closed.insert(
                    id,
                    ClosedChannel {
                        parameters,
                        payout,
                        closed,
                        transaction,
                    },
                );
            }
            return;
        }
        let Some(channel) = ledger.channel(id) else {
            return;
        };
        let live = self
            .live
            .entry(id)
            .or_insert_with(|| Live::new(channel, receipt.block));
        if live.ground != channel.ground {
            live.ground = channel.ground.clone();
            live.steps.clear();
        }
        if let Effect::Forced { update, .. } = &receipt.effect {
            live.steps.push((**update).clone());
        }
    }

    /// A channel as it is.
    pub(crate) fn answer(&self, id: ChannelId, ledger: &Ledger) -> ChannelAnswer {
        match (ledger.channel(id), self.live.get(&id), self.closed.get(&id)) {
            (Some(channel), Some(live), _) => ChannelAnswer::Live(Box::new(live.answer(channel))),
            (_, _, Some(closed)) => ChannelAnswer::Closed(Box::new(closed.clone())),
            _ => ChannelAnswer::Unknown,
        }
    }
}

impl Live {
    fn new(channel: &Channel, opened: Env) -> Self {
        Self {
            parameters: channel.parameters.clone(),
            opened,
            ground: channel.ground.clone(),
            steps: Vec::new(),
        }
    }

    fn answer(&self, channel: &Channel) -> LiveChannel {
        LiveChannel {
            parameters: self.parameters.clone(),
            opened: self.opened,
            ground: self.ground.clone(),
            steps: self.steps.clone(),
            tip: channel.tip.clone(),
            closing: closing(channel),
        }
    }
}

const fn closing(channel: &Channel) -> Option<Height> {
    match channel.phase {
        Phase::Open => None,
        Phase::Closing { until, .. } => Some(until),
    }
}
