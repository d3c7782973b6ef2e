//! What the sides paid and were paid, kept beside the ledger and by other rules than its own.

use std::collections::BTreeMap;

use twinroot_abi::{Amount, PublicKey, QueryId, Side};
use twinroot_arbiter::{Channel, Effect, Phase, Receipt};
use twinroot_rules::FORCED_STEPS;
use twinroot_wire::{Direction, Ground};

/// What both accounts should have, and how often each side forced a step on the present base of a
/// channel that is being closed.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    parties: [PublicKey; 2],
    accounts: [Amount; 2],
    /// What stands for a feed, of each side.
    bonds: [Amount; 2],
    /// Who asked, and what is held for the answer of the other side.
    held: BTreeMap<QueryId, (Side, Amount)>,
    steps: [u8; 2],
    base: Option<Ground>,
}

impl Book {
    pub(crate) const fn begin(parties: [PublicKey; 2], accounts: [Amount; 2]) -> Self {
        Self {
            parties,
            accounts,
            bonds: [Amount::ZERO; 2],
            held: BTreeMap::new(),
            steps: [0; 2],
            base: None,
        }
    }

    pub(crate) const fn accounts(&self) -> [Amount; 2] {
        self.accounts
    }

    /// A transaction costs its sender the fee. Beside that, coins come and go by deposits,
    /// withdrawals and the end only; and by bonds and questions, which the channel knows nothing of.
    pub(crate) fn enter(&mut self, sender: Side, receipt: &Receipt) {
        self.take(sender, receipt.fee);
        match &receipt.effect {
            Effect::Funded {
                direction: Direction::Deposit,
                side,
                amount,
                ..
            } => self.take(*side, *amount),
            Effect::Funded { side, amount, .. } => self.give(*side, *amount),
            Effect::Closed { payout, repaid, .. } => {
                for side in Side::BOTH {
                    self.give(side, payout[side.index()]);
                }
                if let Some(repaid) = repaid {
                    self.give(repaid.by.other(), repaid.amount);
                }
            }
            Effect::Bonded { amount, .. } => {
                let before = self.bonds[sender.index()];
                self.take(sender, Amount(amount.0.saturating_sub(before.0)));
                self.bonds[sender.index()] = *amount;
            }
            Effect::Released { bond, .. } => {
                if let Some((owner, coins)) = self.end_bond(bond.owner) {
                    self.give(owner, coins);
                }
            }
            Effect::Forfeited { bond, .. } => {
                if let Some((_, coins)) = self.end_bond(bond.owner) {
                    self.give(sender, two_fifths(coins));
                }
            }
            Effect::Asked { query, asked } => {
                self.take(sender, asked.held);
                self.held.insert(*query, (sender, asked.held));
            }
            Effect::Answered { query, .. } => {
                if let Some((asker, coins)) = self.held.remove(query) {
                    self.give(asker.other(), coins);
                }
            }
            Effect::Refunded { query, .. } => {
                if let Some((asker, coins)) = self.held.remove(query) {
                    self.give(asker, coins);
                }
            }
            _ => {}
        }
    }

    /// Whose bond it was, and what stood in it.
    fn end_bond(&mut self, owner: PublicKey) -> Option<(Side, Amount)> {
        let side = Side::BOTH
            .into_iter()
            .find(|side| self.parties[side.index()] == owner)?;
        Some((side, std::mem::take(&mut self.bonds[side.index()])))
    }

    /// Counts the steps that gain time.
    pub(crate) fn count_steps(
        &mut self,
        poster: Side,
        receipt: &Receipt,
        after: Option<&Channel>,
    ) -> Result<(), String> {
        let Some(channel) = after else {
            return Ok(());
        };
        let ground = Some(channel.ground.clone());
        if ground != self.base || channel.phase == Phase::Open {
            self.base = ground;
            self.steps = [0; 2];
        }
        let closing = channel.phase != Phase::Open;
        if closing && matches!(receipt.effect, Effect::Forced { .. }) {
            let steps = &mut self.steps[poster.index()];
            *steps = steps.saturating_add(1);
            if *steps > FORCED_STEPS {
                return Err(format!("the {poster} forced {steps} steps on one base"));
            }
        }
        Ok(())
    }

    fn take(&mut self, side: Side, coins: Amount) {
        let account = &mut self.accounts[side.index()];
        account.0 = account.0.saturating_sub(coins.0);
    }

    fn give(&mut self, side: Side, coins: Amount) {
        let account = &mut self.accounts[side.index()];
        account.0 = account.0.saturating_add(coins.0);
    }
}

/// Rounded down.
fn two_fifths(coins: Amount) -> Amount {
    let reward = u128::from(coins.0) * 2 / 5;
    Amount(u64::try_from(reward).unwrap_or_default())
}
