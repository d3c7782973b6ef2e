//! The ledger side: one channel, and what transactions make of it.

use crate::coins::{Coins, Operation, Side, TOTAL};
use crate::rules::{Bounds, Rules, Signs};

/// A state that can be co-signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Commitment {
    pub(crate) round: u8,
    pub(crate) coins: Coins,
}

/// The newest state that the ledger knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tip {
    pub(crate) round: u8,
    /// Steps forced on the co-signed state of this round.
    pub(crate) forced: u8,
    pub(crate) coins: Coins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ledger {
    pub(crate) height: u8,
    pub(crate) tip: Tip,
    pub(crate) phase: Phase,
    /// A co-signed state beat steps that were forced on a lower one.
    pub(crate) beat_steps: bool,
    /// A forced step took coins from the other side.
    pub(crate) robbed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    Open,
    Closing(Closing),
    Paid(Paid),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Closing {
    /// Who closed.
    pub(crate) by: Side,
    /// Blocks until the channel can pay out.
    pub(crate) window: u8,
    /// Steps that each side forced on this base since the close.
    pub(crate) used: [u8; 2],
    /// The newest slash is the other side's, and who closed owes its fee.
    pub(crate) slashed: bool,
    /// The close is in this block, and the honest party looks at whole blocks.
    pub(crate) unseen: bool,
    /// Blocks since the close, where they are counted.
    pub(crate) age: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Paid {
    pub(crate) payout: [u8; 2],
    /// By a mutual close.
    pub(crate) mutual: bool,
    /// This side repaid a slash.
    pub(crate) repaid: Option<Side>,
}

/// An end that both sides agreed on, as far as the ledger looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    pub(crate) round: u8,
    pub(crate) forced: u8,
    pub(crate) payout: [u8; 2],
}

/// What is posted. Whether both sides signed it is the system's business (system.rs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Transaction {
    Snapshot(Commitment),
    SoloClose(Option<Commitment>),
    Slash(Commitment),
    Force {
        base: Option<Commitment>,
        operation: Operation,
    },
    /// A forced step that execution refutes.
    ForceNonsense,
    MutualClose(Terms),
    Settle,
}

impl Transaction {
    /// The co-signed state that it shows.
    pub(crate) fn state(self) -> Option<Commitment> {
        match self {
            Self::Snapshot(state) | Self::Slash(state) => Some(state),
            Self::SoloClose(state) | Self::Force { base: state, .. } => state,
            Self::ForceNonsense | Self::MutualClose(_) | Self::Settle => None,
        }
    }
}

impl Ledger {
    pub(crate) const START: Self = Self {
        height: 0,
        tip: Tip {
            round: 0,
            forced: 0,
            coins: Coins::START,
        },
        phase: Phase::Open,
        beat_steps: false,
        robbed: false,
    };

    /// What a transaction makes of the channel; nothing where it is rejected.
    pub(crate) fn after(
        mut self,
        by: Side,
        transaction: Transaction,
        rules: &Rules,
        bounds: &Bounds,
    ) -> Option<Self> {
        match (transaction, self.phase) {
            (_, Phase::Paid(_)) => return None,
            (Transaction::Snapshot(state), Phase::Open) => self.take_over(state, rules, bounds)?,
            (Transaction::SoloClose(state), Phase::Open) => {
                if let Some(state) = state {
                    self.take_over(state, rules, bounds)?;
                }
                self.phase = Phase::Closing(Closing {
                    by,
                    window: bounds.lock,
                    used: [0, 0],
                    slashed: false,
                    unseen: bounds.whole_blocks,
                    age: 0,
                });
            }
            (Transaction::Slash(state), Phase::Closing(_)) => {
                self.take_over(state, rules, bounds)?;
                if let Phase::Closing(closing) = &mut self.phase {
                    closing.slashed = closing.by != by;
                }
            }
            (Transaction::Force { base, operation }, _) => {
                if let Some(state) = base {
                    self.take_over(state, rules, bounds)?;
                }
                self.force(by, operation, rules, bounds)?;
            }
            (Transaction::ForceNonsense, Phase::Closing(mut closing)) => {
                if rules.refuted_steps_give_no_time {
                    return None;
                }
                closing.window = bounds.lock;
                self.phase = Phase::Closing(closing);
            }
            (Transaction::MutualClose(terms), _) => {
                let known = (self.tip.round, self.tip.forced);
                if rules.closes_name_a_standing && (terms.round, terms.forced) < known {
                    return None;
                }
                self.pay_out(terms.payout, true, rules)?;
            }
            (Transaction::Settle, Phase::Closing(closing)) => {
                if closing.window > 0 || self.on_hold(rules, bounds) {
                    return None;
                }
                self.pay_out(self.tip.coins.payout(), false, rules)?;
            }
            _ => return None,
        }
        Some(self)
    }

    /// The next block begins.
    pub(crate) fn tick(&mut self, bounds: &Bounds) {
        self.height = bounds.last_height().min(self.height + 1);
        if let Phase::Closing(closing) = &mut self.phase {
            closing.window = closing.window.saturating_sub(1);
            closing.unseen = false;
            if let Some(bound) = bounds.time {
                closing.age = (bound + 1).min(closing.age + 1);
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Open, as far as the honest party knows.
    pub(crate) fn seems_open(&self) -> bool {
        self.is_open() || self.closing().is_some_and(|closing| closing.unseen)
    }

    /// Whether the honest party can still sign steps, and count on signatures that it gets.
    pub(crate) fn leaves_time(&self, rules: &Rules, bounds: &Bounds) -> bool {
        let enough = |closing: &Closing| closing.window > bounds.fork_depth + bounds.patience;
        match rules.signs {
            Signs::WhileOpen => self.seems_open(),
            Signs::WhileTimeIsLeft => self.seems_open() || self.closing().is_some_and(enough),
            Signs::Always => self.paid().is_none(),
        }
    }

    pub(crate) fn closing(&self) -> Option<&Closing> {
        match &self.phase {
            Phase::Closing(closing) => Some(closing),
            _ => None,
        }
    }

    pub(crate) fn paid(&self) -> Option<&Paid> {
        match &self.phase {
            Phase::Paid(paid) => Some(paid),
            _ => None,
        }
    }

    pub(crate) fn is_beaten_by(&self, round: u8, rules: &Rules) -> bool {
        let tip = &self.tip;
        if !rules.rounds_before_steps {
            return round > tip.round + tip.forced;
        }
        round > tip.round || (!rules.ties_stand && round == tip.round)
    }

    fn take_over(&mut self, state: Commitment, rules: &Rules, bounds: &Bounds) -> Option<()> {
        if rules.payout_checked && state.coins.payout().iter().sum::<u8>() != TOTAL {
            return None;
        }
        if !self.is_beaten_by(state.round, rules) {
            return None;
        }
        self.beat_steps |= self.tip.forced > 0 && state.round > self.tip.round;
        self.tip = Tip {
            round: state.round,
            forced: 0,
            coins: state.coins,
        };
        if let Phase::Closing(closing) = &mut self.phase {
            closing.used = [0, 0];
            if rules.states_restart_the_window {
                closing.window = bounds.lock;
            }
        }
        Some(())
    }

    fn force(
        &mut self,
        by: Side,
        operation: Operation,
        rules: &Rules,
        bounds: &Bounds,
    ) -> Option<()> {
        match &mut self.phase {
            // Not counted: no time is gained.
            Phase::Open => {}
            Phase::Closing(closing) => {
                if let Some(limit) = rules.forced_steps {
                    let used = &mut closing.used[by.index()];
                    if *used >= limit {
                        return None;
                    }
                    *used += 1;
                }
                if rules.steps_restart_the_window {
                    closing.window = bounds.lock;
                }
            }
            Phase::Paid(_) => return None,
        }
        let takes_others_coins = operation == Operation::Pay(by.other());
        if rules.own_coins_only && takes_others_coins {
            return None;
        }
        let before = self.tip.coins;
        let after = before.after(operation, by, self.height, bounds)?;
        self.robbed |= after.worth(by.other()) < before.worth(by.other());
        self.tip.coins = after;
        self.tip.forced += 1;
        Some(())
    }

    pub(crate) fn on_hold(&self, rules: &Rules, bounds: &Bounds) -> bool {
        let hold = bounds.escrow.as_ref().map_or(0, |escrow| escrow.hold);
        rules.holds && self.tip.coins.held && self.height < hold
    }

    fn pay_out(&mut self, mut payout: [u8; 2], mutual: bool, rules: &Rules) -> Option<()> {
        if rules.payout_checked && payout.iter().sum::<u8>() != TOTAL {
            return None;
        }
        let stale = self.closing().filter(|closing| closing.slashed && !mutual);
        let repaid = stale.map(|closing| closing.by);
        if let Some(side) = repaid {
            let fee = payout[side.index()].min(SLASH_FEE);
            payout[side.index()] -= fee;
            payout[side.other().index()] += fee;
        }
        self.phase = Phase::Paid(Paid {
            payout,
            mutual,
            repaid,
        });
        Some(())
    }
}

/// What the transaction cost that showed a close to be stale. All other fees are left out: they
/// leave an account as they are paid, whatever becomes of the channel.
pub(crate) const SLASH_FEE: u8 = 1;
