//! What the ledger says: blocks, channels as they stand there, coins, what became of transactions.

use serde_json::json;
use twinroot_abi::{Amount, ChannelId, CodeHash, Hash};
use twinroot_exec::Env;
use twinroot_party::{Input, OnLedger, Report};
use twinroot_rules::FORCE_WINDOW;
use twinroot_wire::{Action, Operation};

use super::line::{LastRestored, Line};
use super::operations::header;
use super::seat::Stage;
use super::{Core, tell};
use crate::desk::{Heard, Order, View};

impl Core {
    pub(super) fn heard(&mut self, heard: Heard) {
        if self.frozen.is_some() {
            return;
        }
        match heard {
            Heard::Block(block) => self.block(block),
            Heard::View { channel, view } => self.view(channel, view),
            Heard::Coins(coins) => self.funds(coins),
            Heard::CaughtUp => self.caught_up = true,
            Heard::Published(code) => self.published(code),
            Heard::Code {
                channel,
                code,
                wasm,
            } => self.code(channel, code, &wasm),
            Heard::Posted {
                channel,
                action,
                transaction,
            } => self.posted(channel, &action, transaction),
            Heard::Rejected {
                channel,
                action,
                why,
                final_,
            } => self.rejected(channel, &action, &why, final_),
        }
    }

    fn block(&mut self, block: Env) {
        if block.height <= self.height() {
            // A fork: a payout that was there may be in another block now, or in none.
            self.seats.values_mut().for_each(|seat| seat.gone = None);
        }
        self.blocks.retain(|known| known.height < block.height);
        self.blocks.push_back(block);
        let oldest = block.height.0.saturating_sub(FORCE_WINDOW);
        self.blocks.retain(|known| known.height.0 >= oldest);
        metrics::gauge!("twinroot_height").set(height_of(block));
        let all: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| !seat.is_over())
            .map(|(id, _)| *id)
            .collect();
        for id in all {
            self.input(id, Input::Block(block));
            self.force_overdue(id, block.height);
            // Open or closed for good only once its block is deep enough; what the ledger rejected may be there.
            if self.seats.get_mut(&id).is_some_and(|seat| {
                matches!(seat.stage, Stage::Opening(_))
                    || seat.gone.is_some()
                    || seat.rejected.is_some()
            }) {
                self.order(Order::Look(id));
            }
        }
    }

    fn view(&mut self, id: ChannelId, view: Option<Box<View>>) {
        // Without the newest blocks nothing can be built on it; it is looked at again once they are known.
        if !self.caught_up {
            return;
        }
        if let Some(coming) = self.coming.remove(&id) {
            self.came(id, coming, view);
            return;
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        match (&seat.stage, view) {
            (Stage::Opening(_), Some(view)) => self.opened_at(id, *view),
            (Stage::Opening(_), None) if seat.expired => {
                if let Some(words) = tell::report(&Report::OfferExpired) {
                    self.tell(Some(id), &words);
                }
                self.over(id);
            }
            (Stage::Opening(_) | Stage::Over, _) => {}
            (Stage::Open(_), view) => {
                let first = !seat.looked;
                let opened = seat.opened;
                let deep = self.parts.limits.policy.depth;
                if view.is_none()
                    && opened.is_some_and(|env| env.height.0.saturating_add(deep) > self.height().0)
                {
                    tracing::warn!(channel = %id, "the ledger does not know the channel; a fork may have lost its opening");
                    return;
                }
                let gone = view.is_none();
                let on_ledger = view.map(|view| Box::new(on_ledger(*view)));
                if self.try_input(id, Input::Ledger(on_ledger)).is_err() {
                    return;
                }
                if first {
                    self.looked(id);
                }
                self.gone(id, gone);
                self.not_there(id);
            }
        }
    }

    /// The ledger has rejected a step. It may have been there already, or wait for a block that is not known here yet; where it is
    /// not there some blocks later, the party gives it up.
    fn not_there(&mut self, id: ChannelId) {
        let (now, deep) = (self.height(), self.parts.limits.policy.depth);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some((_, update)) = seat
            .rejected
            .take_if(|(at, _)| at.0.saturating_add(deep) <= now.0)
        else {
            return;
        };
        let forcing = seat.party().and_then(|party| party.forcing());
        if forcing.is_some_and(|forcing| *forcing == update) {
            self.input(id, Input::Rejected);
        }
    }

    /// A channel that the ledger does not have has paid out; for good once no fork can bring it back.
    fn gone(&mut self, id: ChannelId, gone: bool) {
        let (now, deep) = (self.height(), self.parts.limits.policy.depth);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if !gone {
            seat.gone = None;
        } else if seat.gone.get_or_insert(now).0.saturating_add(deep) <= now.0 {
            self.paid_out(id);
        }
    }

    /// The party knows the ledger as it is now: from here on it hears the rest.
    fn looked(&mut self, id: ChannelId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.looked = true;
        let peer = seat.peer();
        let coins = self.coins;
        self.input(id, Input::Funds(coins));
        let codes: Vec<CodeHash> = self.codes.keys().copied().collect();
        for code in codes {
            self.order(Order::IsPublished(code));
        }
        if self.parts.peers.connected().contains(&peer) {
            self.connected(id);
        }
        // What was to be forced before a restart still is.
        self.force_overdue(id, self.height());
    }

    /// The time for opening is over. Whether the channel was opened in it, only the ledger knows.
    pub(super) fn offer_expired(&mut self, id: ChannelId) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.expired = true;
        }
        self.order(Order::Look(id));
    }

    /// The ledger has the channel. Once no fork can lose that any more, its party begins.
    fn opened_at(&mut self, id: ChannelId, view: View) {
        let deep = view
            .opened
            .height
            .0
            .saturating_add(self.parts.limits.policy.depth);
        if deep > self.height().0 {
            return;
        }
        if self.restored.is_some() {
            self.opened_in_doubt(id, view);
            return;
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let stage = std::mem::replace(&mut seat.stage, Stage::Over);
        let Stage::Opening(opening) = stage else {
            seat.stage = stage;
            return;
        };
        let mut party = match opening.opened(view.opened) {
            Ok(party) => party,
            Err(error) => {
                seat.broken = Some(error.to_string());
                return;
            }
        };
        for (hash, bytes) in self.codes.iter() {
            let spec = self.modules.get(hash).cloned().unwrap_or_default();
            party.learn_with(
                twinroot_exec::Code {
                    hash: *hash,
                    bytes: bytes.clone(),
                },
                spec,
            );
        }
        seat.stage = Stage::Open(Box::new(party));
        seat.opened = Some(view.opened);
        seat.todo.clear();
        self.begun(id, view);
    }

    /// The log was once made of a copy: for all that it knows, the channel is not new, and states of it are signed and lost.
    fn opened_in_doubt(&mut self, id: ChannelId, view: View) {
        let source = LastRestored::source(self.restored, None);
        let Some(mut seat) = self.seats.remove(&id) else {
            return;
        };
        seat.todo.clear();
        let reopened = self.reopen(&mut seat, view.opened, source, Vec::new());
        let good = reopened.is_ok();
        seat.broken = reopened.err();
        self.seats.insert(id, seat);
        if good {
            self.begun(id, view);
        }
    }

    /// The party of a channel begins.
    pub(super) fn begun(&mut self, id: ChannelId, view: View) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.question = None;
        }
        self.line(id, &Line::Opened(view.opened));
        self.tell(
            Some(id),
            &tell::words(
                "opened",
                "the channel is open",
                json!({ "height": view.opened.height.0 }),
            ),
        );
        let blocks: Vec<Env> = self
            .blocks
            .iter()
            .filter(|block| block.height > view.opened.height)
            .copied()
            .collect();
        for block in blocks {
            self.input(id, Input::Block(block));
        }
        self.view(id, Some(Box::new(view)));
    }

    fn funds(&mut self, coins: Amount) {
        if coins == self.coins {
            return;
        }
        self.coins = coins;
        let open: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.party().is_some())
            .map(|(id, _)| *id)
            .collect();
        for id in open {
            self.input(id, Input::Funds(coins));
        }
    }

    fn published(&mut self, code: CodeHash) {
        let open: Vec<ChannelId> = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.party().is_some())
            .map(|(id, _)| *id)
            .collect();
        for id in open {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.publishing.remove(&code.0);
            }
            self.input(id, Input::Published(code));
        }
    }

    /// Code that the ledger knows and a forced step needs.
    fn code(&mut self, id: ChannelId, hash: CodeHash, wasm: &[u8]) {
        let Ok(code) = self.parts.execute.admit(wasm) else {
            return;
        };
        if code.hash != hash {
            return;
        }
        self.keep_code(hash, code.bytes.clone(), Vec::new());
        if let Some(Stage::Open(party)) = self.seats.get_mut(&id).map(|seat| &mut seat.stage) {
            party.learn(code);
        }
        self.order(Order::Look(id));
    }

    /// A forced step runs where only the ledger's codes are: those that it lacks are posted before.
    pub(super) fn publish_codes(&mut self, id: ChannelId, operations: &[Operation]) {
        let Some(party) = self.seats.get(&id).and_then(|seat| seat.party()) else {
            return;
        };
        let mut needed: Vec<CodeHash> = operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::Create { code, .. } => Some(*code),
                Operation::Call(call) => {
                    header(party.state(), call.contract).map(|header| header.code)
                }
                _ => None,
            })
            .collect();
        // A receipt names the contracts that were called by others.
        if let Ok(run) = party.dry_run(operations.to_vec(), &*self.parts.execute) {
            needed.extend(
                run.receipts
                    .iter()
                    .flat_map(|receipt| receipt.called.iter().map(|(_, header)| header.code)),
            );
        }
        needed.sort_unstable();
        needed.dedup();
        for code in needed {
            let Some(bytes) = self.codes.get(&code).cloned() else {
                continue;
            };
            let new = self
                .seats
                .get_mut(&id)
                .is_some_and(|seat| seat.publishing.insert(code.0));
            if new {
                self.order(Order::Publish {
                    channel: id,
                    code,
                    bytes,
                });
            }
        }
    }

    fn posted(&mut self, id: ChannelId, action: &Action, transaction: Hash) {
        let (what, why) = tell::action(action);
        metrics::counter!("twinroot_posted_total", "action" => what).increment(1);
        let details =
            json!({ "action": what, "transaction": twinroot_client::api::Id::from(transaction) });
        self.tell(
            Some(id),
            &tell::words(
                "posted",
                format!("{what} was posted to the ledger: {why}"),
                details,
            ),
        );
    }

    fn rejected(&mut self, id: ChannelId, action: &Action, why: &str, final_: bool) {
        let (what, _) = tell::action(action);
        self.tell(
            Some(id),
            &tell::words(
                "rejected",
                format!("the ledger rejects {what}: {why}"),
                json!({ "action": what, "reason": why }),
            ),
        );
        let (height, Action::Force(force)) = (self.height(), action) else {
            return;
        };
        if final_ && let Some(seat) = self.seats.get_mut(&id) {
            seat.rejected = Some((height, force.update.clone()));
        }
    }
}

fn on_ledger(view: View) -> OnLedger {
    OnLedger {
        ground: view.ground,
        steps: view.steps,
        tip: view.tip,
        closing: view.closing,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; heights are far below 2^52"
)]
fn height_of(block: Env) -> f64 {
    block.height.0 as f64
}
