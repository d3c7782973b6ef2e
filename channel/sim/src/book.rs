//! What the sides paid and were paid, kept beside the ledger and by other rules than its own.

use twinroot_abi::{Amount, Side};
use twinroot_arbiter::{Channel, Effect, Phase, Receipt};
use twinroot_rules::FORCED_STEPS;
use twinroot_wire::{Direction, Ground};

/// What both accounts should have, and how often each side forced a step on the present base of a
/// channel that is being closed.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    accounts: [Amount; 2],
    steps: [u8; 2],
    base: Option<Ground>,
}

impl Book {
    pub(crate) const fn begin(accounts: [Amount; 2]) -> Self {
        Self {
            accounts,
            steps: [0; 2],
            base: None,
        }
    }

    pub(crate) const fn accounts(&self) -> [Amount; 2] {
        self.accounts
    }

    /// A transaction costs its sender the fee. Beside that, coins come and go by deposits,
    /// withdrawals and the end only.
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
            _ => {}
        }
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
