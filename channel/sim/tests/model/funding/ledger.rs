//! The ledger side: a channel with two accounts beside it.

use super::{COINS, Channel};

/// A state that both signed. Index 0 is the honest party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) round: u8,
    pub(super) payout: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Funding {
    pub(super) after: State,
    /// The standing that it changes.
    pub(super) standing: (u8, u8),
    pub(super) side: usize,
    pub(super) deposit: bool,
    /// Blocks after the present one in which it can be posted.
    pub(super) left: i8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ledger {
    pub(super) accounts: [u8; 2],
    pub(super) locked: u8,
    pub(super) tip: State,
    pub(super) forced: u8,
    /// Blocks until the channel can pay out, once somebody closed it.
    pub(super) window: Option<u8>,
    pub(super) paid: bool,
    /// The round of a funding that was carried out, and the blocks since, as far as a fork goes.
    pub(super) funded: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Post {
    Fund(Funding),
    /// A snapshot, or an answer to a close.
    Show(State),
    Close(Option<State>),
    /// The poster's coin goes to the other side.
    Force(Option<State>),
    Settle,
}

impl State {
    pub(super) fn total(&self) -> u8 {
        self.payout.iter().sum()
    }
}

impl Ledger {
    pub(super) const START: Self = Self {
        accounts: [COINS; 2],
        locked: 2 * COINS,
        tip: State {
            round: 0,
            payout: [COINS; 2],
        },
        forced: 0,
        window: None,
        paid: false,
        funded: None,
    };

    pub(super) fn standing(&self) -> (u8, u8) {
        (self.tip.round, self.forced)
    }

    pub(super) fn has_carried_out(&self, funding: &Funding) -> bool {
        self.funded
            .is_some_and(|(round, _)| round == funding.after.round)
    }

    /// What a transaction makes of the channel; nothing where it is rejected.
    pub(super) fn after(mut self, by: usize, post: Post, channel: &Channel) -> Option<Self> {
        if self.paid {
            return None;
        }
        match post {
            Post::Fund(funding) => self.carry_out(funding, channel)?,
            Post::Show(state) => self.take_over(state, channel)?,
            Post::Close(state) => {
                if self.window.is_some() {
                    return None;
                }
                if let Some(state) = state {
                    self.take_over(state, channel)?;
                }
                self.window = Some(channel.lock);
            }
            Post::Force(base) => {
                if let Some(state) = base {
                    self.take_over(state, channel)?;
                }
                // Two are enough: how many there can be is a matter of system.rs.
                if self.forced >= 2 {
                    return None;
                }
                let payout = &mut self.tip.payout;
                payout[by] = payout[by].checked_sub(1)?;
                payout[1 - by] += 1;
                self.forced += 1;
                self.window = self.window.map(|_| channel.lock);
            }
            Post::Settle => {
                if self.window? > 0 {
                    return None;
                }
                self.accounts[0] += self.tip.payout[0];
                self.accounts[1] += self.tip.payout[1];
                self.paid = true;
            }
        }
        Some(self)
    }

    fn carry_out(&mut self, funding: Funding, channel: &Channel) -> Option<()> {
        let total = funding.after.total();
        let before = if funding.deposit {
            total - 1
        } else {
            total + 1
        };
        let fits = !channel.rules.total_checked || before == self.locked;
        let newer = funding.after.round > self.tip.round;
        let stale = funding.standing < self.standing();
        if self.window.is_some() || funding.left < 0 || !fits || !newer || stale {
            return None;
        }
        let account = &mut self.accounts[funding.side];
        if funding.deposit {
            *account = account.checked_sub(1)?;
            self.locked += 1;
        } else {
            *account += 1;
            self.locked -= 1;
        }
        self.tip = funding.after;
        self.forced = 0;
        self.funded = Some((funding.after.round, 0));
        Some(())
    }

    fn take_over(&mut self, state: State, channel: &Channel) -> Option<()> {
        let fits = !channel.rules.total_checked || state.total() == self.locked;
        if !fits || state.round <= self.tip.round {
            return None;
        }
        self.tip = state;
        self.forced = 0;
        self.window = self.window.map(|_| channel.lock);
        Some(())
    }
}
