//! The rules as switches, so that each can be broken alone, and the bounds of a search.

use crate::coins::Side;

/// A rule each. `PROTOCOL` is the protocol, where all of them hold; whatever is broken must be
/// noticed (broken.rs).
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    // The ledger's.
    /// Of two commitments of one round the first one posted stands, and a base never beats a step
    /// forced on it (docs/spec/arbiter.md, 3.2). Broken: a commitment beats what has its round.
    pub(crate) ties_stand: bool,
    /// A higher round beats every step forced on a lower one (docs/spec/channel.md, 7.1). Broken:
    /// a forced step counts as much as a round.
    pub(crate) rounds_before_steps: bool,
    /// How often each side can force on one base while the channel is being closed
    /// (docs/spec/arbiter.md, 5.6).
    pub(crate) forced_steps: Option<u8>,
    /// A newer co-signed state begins the window again (docs/spec/arbiter.md, 3.3).
    pub(crate) states_restart_the_window: bool,
    /// A forced step begins the window again (docs/spec/arbiter.md, 5.5).
    pub(crate) steps_restart_the_window: bool,
    /// A refuted step gives no time (docs/spec/arbiter.md, 5.6).
    pub(crate) refuted_steps_give_no_time: bool,
    /// A forced step takes only the poster's free coins (docs/spec/channel.md, 7.3).
    pub(crate) own_coins_only: bool,
    /// A posted state or mutual close pays out what is locked (docs/spec/arbiter.md, 3.1 and 6.1).
    pub(crate) payout_checked: bool,
    /// A hold keeps a close of one side from paying out (docs/spec/channel.md, 7.2).
    pub(crate) holds: bool,
    /// A mutual close that names less than the ledger knows is stale (docs/spec/arbiter.md, 6.1).
    pub(crate) closes_name_a_standing: bool,

    // The party's.
    /// It signs no two commitments of one round (docs/spec/channel.md, 5.8).
    pub(crate) one_signature_a_round: bool,
    /// While a proposal is live its proposer proposes the same operation again, or none
    /// (docs/spec/channel.md, 5.7).
    pub(crate) one_live_operation: bool,
    /// While a proposal is live its proposer can still force another operation. Broken: it first
    /// has to force the one that it proposed.
    pub(crate) forces_beside_a_proposal: bool,
    /// It signs no step while a mutual close that it signed can be posted
    /// (docs/spec/channel.md, 6.4).
    pub(crate) no_step_beside_a_close: bool,
    /// That is until the expiry is deeper than a fork.
    pub(crate) closes_outlive_forks: bool,
    /// When it signs steps, with regard to a close.
    pub(crate) signs: Signs,
    /// A signature that comes only then promises nothing.
    pub(crate) late_signatures_promise_nothing: bool,
    /// It goes on until the payout is deeper than a fork (docs/spec/channel.md, 8.4).
    pub(crate) watches_after_the_payout: bool,
    /// Where it called a contract with a deadline, and a proposal of its own could undo the call,
    /// it closes at once: what undoes the call then comes early enough to call again.
    pub(crate) closes_before_a_deadline: bool,
    /// It may have to repay a slash where it closed while a proposal of its own was live
    /// (docs/spec/arbiter.md, 6.6). Broken: it believes that it never has to.
    pub(crate) repays_for_a_proposal: bool,
}

impl Rules {
    pub(crate) const PROTOCOL: Self = Self {
        ties_stand: true,
        rounds_before_steps: true,
        forced_steps: Some(2),
        states_restart_the_window: true,
        steps_restart_the_window: true,
        refuted_steps_give_no_time: true,
        own_coins_only: true,
        payout_checked: true,
        holds: true,
        closes_name_a_standing: true,
        one_signature_a_round: true,
        one_live_operation: true,
        forces_beside_a_proposal: true,
        no_step_beside_a_close: true,
        closes_outlive_forks: true,
        signs: Signs::WhileOpen,
        late_signatures_promise_nothing: true,
        watches_after_the_payout: true,
        closes_before_a_deadline: true,
        repays_for_a_proposal: true,
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    /// Not once it can see that the channel is being closed.
    WhileOpen,
    /// Also later, where the window leaves time to post the state, even if a fork drops it once.
    WhileTimeIsLeft,
    Always,
}

/// How far a search goes, and what there is in it.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Which sides are the honest one, in a world each.
    pub(crate) honest: &'static [Side],
    /// The highest round that is signed.
    pub(crate) rounds: u8,
    /// Steps forced on one base before a close. The protocol has no such limit.
    pub(crate) steps_while_open: u8,
    /// How often the ledger may be rolled back.
    pub(crate) forks: u8,
    /// Blocks that a fork drops at most, the present one among them.
    pub(crate) fork_depth: u8,
    /// Mutual closes that the honest party signs.
    pub(crate) closes: u8,
    /// Blocks after the present one in which a mutual close can be posted.
    pub(crate) close_expiry: u8,
    /// The lock, in blocks.
    pub(crate) lock: u8,
    /// Blocks that may pass while the honest party has something to post. A lock has room for more
    /// than one chance, because a fork can take the first one.
    pub(crate) patience: u8,
    /// The honest party looks at the ledger between blocks only, so that it may sign something in
    /// the block of a close. It posts at any time.
    pub(crate) whole_blocks: bool,
    /// Coins change sides.
    pub(crate) payments: bool,
    /// There may be an escrow.
    pub(crate) escrow: Option<Escrow>,
    /// Both sides sign a state that makes coins of nothing. Nobody is owed anything then.
    pub(crate) nonsense: bool,
    /// The most blocks that a close may take, where they are counted.
    pub(crate) time: Option<u8>,
}

/// The initiator's coin for the responder, who has to call for it; otherwise it falls back.
#[derive(Clone, Debug)]
pub(crate) struct Escrow {
    /// From this height on the responder's claim succeeds.
    pub(crate) ripe: u8,
    /// From this height on it fails again.
    pub(crate) deadline: Option<u8>,
    /// Below this height no close of one side pays out.
    pub(crate) hold: u8,
}

impl Bounds {
    /// Payments between both sides in up to three rounds: two that both signed, and a withheld
    /// signature.
    pub(crate) const PAYMENTS: Self = Self {
        honest: &[Side::Initiator, Side::Responder],
        rounds: 3,
        steps_while_open: 1,
        forks: 0,
        fork_depth: 2,
        closes: 0,
        close_expiry: 1,
        lock: 3,
        patience: 1,
        whole_blocks: false,
        payments: true,
        escrow: None,
        nonsense: false,
        time: None,
    };

    /// An escrow whose hold leaves the beneficiary a lock after the claim is ripe.
    pub(crate) const ESCROW: Self = Self {
        payments: false,
        escrow: Some(Escrow {
            ripe: 2,
            deadline: None,
            hold: 5,
        }),
        ..Self::PAYMENTS
    };

    /// An escrow that can be claimed up to some height only. The honest party is to claim it.
    pub(crate) const fn deadline(deadline: u8) -> Self {
        Self {
            honest: &[Side::Responder],
            rounds: 2,
            steps_while_open: 0,
            payments: true,
            escrow: Some(Escrow {
                ripe: 1,
                deadline: Some(deadline),
                hold: 4,
            }),
            ..Self::ESCROW
        }
    }

    /// Every close, newer state and forced step begins a window, and each window has an end that
    /// someone has to post.
    pub(crate) fn timed(self, rules: &Rules) -> Self {
        let bases = 1 + self.rounds;
        let windows = bases * (1 + 2 * rules.forced_steps.unwrap_or(0));
        Self {
            time: Some(windows * (self.lock + self.patience)),
            ..self
        }
    }

    pub(crate) fn has_deadline(&self) -> bool {
        let escrow = self.escrow.as_ref();
        escrow.is_some_and(|escrow| escrow.deadline.is_some())
    }

    pub(crate) fn claim_succeeds(&self, height: u8) -> bool {
        self.escrow.as_ref().is_some_and(|escrow| {
            height >= escrow.ripe && escrow.deadline.is_none_or(|deadline| height < deadline)
        })
    }

    /// The height after which no height matters any more.
    pub(crate) fn last_height(&self) -> u8 {
        self.escrow
            .as_ref()
            .map_or(0, |escrow| escrow.hold.max(escrow.deadline.unwrap_or(0)))
    }
}
