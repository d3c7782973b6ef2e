//! Coins that go into an open channel or out of it (docs/spec/arbiter.md, 4.5).

use twinroot_abi::{Amount, PublicKey, Side};
use twinroot_wire::{Direction, SignedFunding};

use crate::plan::Plan;
use crate::receipt::Effect;
use crate::{Channel, Ledger, Rejected};

/// A move of coins that both sides signed and that rests on what the ledger knows.
pub(crate) struct FundPlan {
    /// The channel after it.
    pub(crate) channel: Channel,
    /// The account that pays or is paid.
    pub(crate) account: PublicKey,
    pub(crate) direction: Direction,
    pub(crate) side: Side,
    pub(crate) amount: Amount,
}

pub(crate) fn plan(ledger: &Ledger, signed: SignedFunding) -> Result<Plan, Rejected> {
    let funding = &signed.funding;
    let after = &funding.commitment;
    let mut channel = ledger.existing(after.channel)?.clone();
    channel.check_open()?;
    channel.check_place(after)?;
    ledger.check_expiry(funding.expiry)?;
    if funding.locked_before() != Some(channel.locked()) || !after.pays_its_total() {
        return Err(channel.not_what_is_locked(after.payout));
    }
    channel.verify_funding(&signed)?;
    channel.check_round(after.round)?;
    channel.check_standing(funding.standing)?;
    let (direction, side, amount) = (funding.direction, funding.side, funding.amount);
    let account = channel.account_of(side);
    if direction == Direction::Deposit {
        ledger.check_account(account, amount)?;
    }
    channel.fund(signed);
    Ok(Plan::Fund(Box::new(FundPlan {
        channel,
        account,
        direction,
        side,
        amount,
    })))
}

impl FundPlan {
    /// Coins that an account must have for it beside whatever fee it pays.
    pub(crate) fn takes_from(&self, account: PublicKey) -> Amount {
        if self.direction == Direction::Deposit && self.account == account {
            self.amount
        } else {
            Amount::ZERO
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        Effect::Funded {
            channel: self.channel.tip.channel,
            direction: self.direction,
            side: self.side,
            amount: self.amount,
            commitment: Box::new(self.channel.tip.clone()),
        }
    }
}
