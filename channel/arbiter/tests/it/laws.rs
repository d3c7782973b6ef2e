//! What holds for every sequence of transactions. Each one posted here is watched over by
//! `World::submit`: supply is conserved, a rejection leaves no trace, nonces rise by one, a refuted
//! step costs its poster and changes nothing else.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Height};
use twinroot_arbiter::{Effect, Phase, Receipt, Rejected};
use twinroot_rules::FORCED_STEPS;
use twinroot_wire::{Action, CoSigned, MutualClose, Operation};

use crate::toy::Line;
use crate::world::{
    A, B, C, COINS, LOCK, SIDES, World, co_signed, create, key, secret, signed_close, transfer,
};

/// The last height that any hold of these tests reaches.
const HOLD: u64 = 30;

#[derive(Clone, Debug)]
enum Act {
    /// Off chain: both sign a step.
    Agree(usize, u8),
    Solo(usize, Option<Index>),
    Slash(usize, Index),
    Force {
        who: usize,
        base: Option<Index>,
        step: u8,
        spoil: u8,
    },
    Mutual {
        who: usize,
        blocks: u64,
        move_coins: u64,
    },
    Settle(usize),
    Give(usize, usize, u64),
    Open(usize),
    Replay(Index),
    Spoiled(usize, Index, u8),
    Blocks(u64),
}

fn anyone() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(A), 2 => Just(B), 1 => Just(C)]
}

fn state() -> impl Strategy<Value = Option<Index>> {
    prop::option::weighted(0.6, any::<Index>())
}

/// Whatever anyone posts but what ends the channel by agreement.
fn without_agreed_end() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..2usize, 0..7u8).prop_map(|(who, step)| Act::Agree(who, step)),
        2 => (anyone(), state()).prop_map(|(who, state)| Act::Solo(who, state)),
        3 => (anyone(), any::<Index>()).prop_map(|(who, state)| Act::Slash(who, state)),
        6 => (anyone(), state(), 0..7u8, 0..12u8)
            .prop_map(|(who, base, step, spoil)| Act::Force { who, base, step, spoil }),
        1 => anyone().prop_map(Act::Settle),
        1 => (anyone(), anyone(), 0..1_000u64).prop_map(|(who, to, coins)| Act::Give(who, to, coins)),
        1 => anyone().prop_map(Act::Open),
        1 => any::<Index>().prop_map(Act::Replay),
        1 => any::<(Index, u8)>().prop_map(|(at, with)| Act::Spoiled(A, at, with)),
        3 => (0..4u64).prop_map(Act::Blocks),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        20 => without_agreed_end(),
        1 => (anyone(), anyone(), 0..COINS).prop_map(|(who, to, coins)| Act::Give(who, to, coins)),
        1 => (anyone(), 0..4u64, 0..3u64)
            .prop_map(|(who, blocks, move_coins)| Act::Mutual { who, blocks, move_coins }),
    ]
}

fn step(world: &World, who: usize, which: u8) -> Vec<Operation> {
    let who = who % 2;
    match which {
        0 => create(HOLD),
        1 => {
            let mut lawful = create(0);
            if let Operation::Create { fallback, .. } = &mut lawful[0] {
                *fallback = twinroot_exec::Fallback::all_to(SIDES[who]);
            }
            lawful
        }
        2 => world.call(50, &[Line::Stamp(0)]),
        3 => world.call(0, &[Line::Pay(SIDES[who], 20), Line::Read(0)]),
        4 => transfer(1 - who, 5),
        5 => [transfer(who, 1), world.call(3, &[Line::Store(1, 2)])].concat(),
        _ => transfer(who, 5),
    }
}

/// The world, and what was posted before.
struct Watch {
    world: World,
    posted: Vec<(usize, Vec<u8>)>,
}

impl Watch {
    fn new() -> Self {
        Self {
            world: World::open(),
            posted: Vec::new(),
        }
    }

    fn is_open(&self) -> bool {
        self.world.ledger.channel(self.world.id()).is_some()
    }

    fn co_signed(&self, which: &Index) -> Option<CoSigned> {
        let signed = &self.world.signed;
        signed.get(which.index(signed.len().max(1))).cloned()
    }

    fn act(&mut self, act: &Act) -> Option<Result<Receipt, Rejected>> {
        let channel = self.world.id();
        let (who, action) = match act {
            Act::Agree(who, which) => {
                let operations = step(&self.world, *who, *which);
                self.world.agree(*who, operations);
                return None;
            }
            Act::Blocks(blocks) => {
                self.world.advance(*blocks);
                return None;
            }
            Act::Replay(which) => {
                let (who, bytes) = self
                    .posted
                    .get(which.index(self.posted.len().max(1)))?
                    .clone();
                return Some(self.world.submit(who, &bytes));
            }
            Act::Spoiled(who, at, with) => {
                let (_, mut bytes) = self.posted.last()?.clone();
                let place = at.index(bytes.len());
                bytes[place] ^= with.max(&1);
                return Some(self.world.submit(*who, &bytes));
            }
            Act::Solo(who, state) => {
                let state = state.as_ref().and_then(|which| self.co_signed(which));
                (*who, Action::CloseSolo { channel, state })
            }
            Act::Slash(who, which) => {
                let state = self.co_signed(which)?;
                (*who, Action::Slash { channel, state })
            }
            Act::Force {
                who,
                base,
                step: which,
                spoil,
            } => {
                self.world.ledger.channel(channel)?;
                let base = base.as_ref().and_then(|which| self.co_signed(which));
                let operations = step(&self.world, *who, *which);
                let mut force = self.world.force(*who % 2, base, operations);
                match spoil {
                    0 => force.predicted.0[0] ^= 1,
                    1 => force.update.base.0[0] ^= 1,
                    2 => force.update.operations.clear(),
                    3 => force.update.env.height.0 += 1,
                    4 => force.witness.push(0),
                    _ => {}
                }
                (*who, Action::Force(force))
            }
            Act::Mutual {
                who,
                blocks,
                move_coins,
            } => {
                let expiry = Height(self.world.ledger.block().height.0 + blocks);
                let mut close = self.world.mutual(expiry.0);
                let [one, other] = close.payout.map(|it| it.0);
                let moved = (*move_coins).min(one);
                close.payout = [one - moved, other + moved].map(Amount);
                (*who, signed_close(MutualClose { expiry, ..close }))
            }
            Act::Settle(who) => (*who, Action::Settle { channel }),
            Act::Give(who, to, coins) => {
                let (to, amount) = (key(*to), Amount(*coins));
                (*who, Action::Transfer { to, amount })
            }
            Act::Open(who) => (*who, self.world.opening()),
        };
        let bytes = self
            .world
            .transaction(who, action)
            .sign(&secret(who))
            .encode();
        self.posted.push((who, bytes.clone()));
        Some(self.world.submit(who, &bytes))
    }

    /// Acts, and checks what no act may do to a channel.
    fn check(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let id = self.world.id();
        let before = self.world.ledger.channel(id).cloned();
        let (height, coins) = (self.world.ledger.block().height, self.coins());
        let result = self.act(act);
        let after = self.world.ledger.channel(id).cloned();
        let (Some(before), Some(Ok(receipt))) = (before, result) else {
            return Ok(());
        };
        match (&receipt.effect, after) {
            (Effect::Closed { payout, .. }, after) => {
                prop_assert!(after.is_none());
                prop_assert_eq!(payout[0].0 + payout[1].0, before.locked().0);
                if let Act::Settle(_) = act {
                    let Phase::Closing { until, .. } = before.phase else {
                        return Err(TestCaseError::fail("an open channel settled"));
                    };
                    prop_assert!(height >= until && height >= before.tip.hold_until);
                    prop_assert_eq!(payout, &before.tip.payout);
                }
                let paid: u64 = self.coins().iter().sum();
                prop_assert_eq!(
                    paid,
                    coins.iter().sum::<u64>() + before.locked().0 - receipt.fee.0
                );
            }
            (_, None) => prop_assert!(false, "only a close ends a channel"),
            (_, Some(after)) => {
                let rises = after.standing > before.standing;
                let stays = after.standing == before.standing && after.tip == before.tip;
                prop_assert!(rises || stays, "a state never gets older");
                prop_assert!(after.tip.pays_its_total());
                prop_assert_eq!(after.tip.total, before.tip.total);
                prop_assert_eq!(after.standing.round, after.tip.round);
                if let Phase::Closing { until, steps } = after.phase {
                    prop_assert!(steps.iter().all(|steps| *steps <= FORCED_STEPS));
                    if rises || before.phase == Phase::Open {
                        prop_assert_eq!(until.0, height.0 + LOCK, "everyone has a full window");
                    } else {
                        prop_assert_eq!(after.phase, before.phase, "no time without a newer state");
                    }
                }
                prop_assert!(before.phase == Phase::Open || after.phase != Phase::Open);
            }
        }
        Ok(())
    }

    fn coins(&self) -> [u64; 3] {
        [A, B, C].map(|who| self.world.ledger.account(key(who)).coins.0)
    }

    /// The honest initiator's answer to what the ledger shows: close, slash, settle.
    fn defend(&mut self) {
        let id = self.world.id();
        let newest = self.world.signed.last().cloned();
        let newer = |channel: &twinroot_arbiter::Channel| {
            newest.filter(|state| state.commitment.round > channel.standing.round)
        };
        let channel = self.world.channel();
        let action = match (channel.phase, newer(channel)) {
            (Phase::Open, state) => Some(Action::CloseSolo { channel: id, state }),
            (Phase::Closing { .. }, Some(state)) => Some(Action::Slash { channel: id, state }),
            (Phase::Closing { .. }, None) => None,
        };
        if let Some(action) = action {
            self.world.must(A, action);
        }
        let _ = self.world.post(A, self.world.settle());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_channel_only_moves_forward(acts in vec(act(), 1..60)) {
        let mut watch = Watch::new();
        for act in &acts {
            watch.check(act)?;
        }
    }

    #[test]
    fn one_honest_party_closes_from_any_state(acts in vec(without_agreed_end(), 0..60)) {
        let mut watch = Watch::new();
        for act in &acts {
            watch.act(act);
        }
        let start = watch.world.ledger.block().height.0;
        while watch.is_open() {
            watch.defend();
            watch.world.advance(1);
            let height = watch.world.ledger.block().height.0;
            prop_assert!(height <= (start + 2 * LOCK).max(HOLD) + 2);
        }
    }

    #[test]
    fn one_honest_party_closes_while_the_other_does_what_it_can(
        before in vec(without_agreed_end(), 0..40),
        against in vec(without_agreed_end(), 50..150),
    ) {
        let mut watch = Watch::new();
        for act in &before {
            watch.act(act);
        }
        let start = watch.world.ledger.block().height.0;
        let mut against = against.iter().filter(|act| is_against_initiator(act));
        while watch.is_open() {
            watch.defend();
            // As late as it can be, so that each act costs as many blocks as possible.
            if watch.is_open() && watch.world.ledger.block().height.0 + 1 >= watch.world.until() && let Some(act) = against.next() {
                watch.act(act);
            }
            watch.world.advance(1);
            let steps = u64::from(FORCED_STEPS);
            // The other's steps before the answer, the answer, the other's steps after it.
            let windows = 1 + steps + 1 + steps;
            let height = watch.world.ledger.block().height.0;
            prop_assert!(height <= (start + windows * LOCK).max(HOLD) + 2);
        }
    }

    #[test]
    fn the_newest_state_is_paid_to_a_party_that_defends_itself(acts in vec(without_agreed_end(), 0..60)) {
        let mut watch = Watch::new();
        for act in &acts {
            watch.act(act);
        }
        if !watch.is_open() {
            return Ok(());
        }
        watch.defend();
        let Some(channel) = watch.world.ledger.channel(watch.world.id()) else { return Ok(()) };
        let newest = watch.world.signed.last().map(|state| state.commitment.round);
        prop_assert!(newest.is_none_or(|round| channel.standing.round >= round));
        let expected = channel.tip.payout;
        watch.world.advance(LOCK + HOLD);
        let receipt = watch.world.must(C, watch.world.settle());
        let is_paid = matches!(receipt.effect, Effect::Closed { payout, .. } if payout == expected);
        prop_assert!(is_paid);
    }

    #[test]
    fn a_co_signed_round_above_the_base_always_wins(
        acts in vec(without_agreed_end(), 0..40),
        forced in vec((0..2usize, 0..7u8), 0..10),
    ) {
        let mut watch = Watch::new();
        for act in &acts {
            watch.act(act);
        }
        let above = match (watch.is_open(), watch.world.signed.last()) {
            (true, Some(state)) => {
                let mut above = state.commitment.clone();
                above.round.0 += 1;
                co_signed(&above)
            }
            _ => return Ok(()),
        };
        for (who, which) in forced {
            watch.act(&Act::Force { who, base: None, step: which, spoil: 9 });
        }
        let channel = watch.world.id();
        let closing = watch.world.channel().phase != Phase::Open;
        let action = if closing {
            Action::Slash { channel, state: above.clone() }
        } else {
            Action::CloseSolo { channel, state: Some(above.clone()) }
        };
        watch.world.must(A, action);
        prop_assert_eq!(&watch.world.channel().tip, &above.commitment);
    }
}

fn is_against_initiator(act: &Act) -> bool {
    match act {
        Act::Agree(..) | Act::Blocks(_) => false,
        Act::Solo(who, _) | Act::Slash(who, _) | Act::Force { who, .. } | Act::Settle(who) => {
            *who != A
        }
        _ => true,
    }
}
