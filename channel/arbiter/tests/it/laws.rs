//! What holds for every sequence of transactions. Each one posted here is watched over by
//! `World::submit`: supply is conserved, a rejection leaves no trace, nonces rise by one, a refuted
//! step costs its poster and changes nothing else.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Height, QueryId, Round, Side, TimeMs};
use twinroot_arbiter::{Channel, Debt, Effect, Phase, Receipt, Rejected};
use twinroot_feed::Query;
use twinroot_rules::FORCED_STEPS;
use twinroot_wire::{Action, CoSigned, Direction, MutualClose, Operation, SignedFunding};

use bonds::{BondAct, bond_act};

use crate::toy::{Line, Toy};
use crate::world::{
    A, B, C, COINS, LOCK, SIDES, World, co_signed, create, key, secret, signed_close,
    signed_funding, transfer,
};

mod bonds;

/// The last height that any hold of these tests reaches.
const HOLD: u64 = 30;

#[derive(Clone, Debug)]
enum Act {
    /// Off chain: both sign a step.
    Agree(usize, u8),
    /// Off chain: both sign that coins move.
    AgreeToFund {
        side: usize,
        direction: Direction,
        amount: u64,
        blocks: u64,
    },
    /// Any funding that was ever signed is posted.
    Fund {
        who: usize,
        which: Index,
        spoil: u8,
    },
    Snapshot(usize, Index),
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
    /// Someone's act about the bond on one of two feeds.
    Bond(usize, bool, BondAct),
    Blocks(u64),
    /// The account is an oracle, or stays one.
    Serve(usize, u64),
    /// An oracle is asked something, to be answered within so many blocks.
    Ask {
        who: usize,
        oracle: usize,
        question: u8,
        blocks: u64,
    },
    /// Any question that was ever asked is answered.
    Respond(usize, Index),
    Refund(usize, Index),
}

fn anyone() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(A), 2 => Just(B), 1 => Just(C)]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Deposit), Just(Direction::Withdraw)]
}

fn state() -> impl Strategy<Value = Option<Index>> {
    prop::option::weighted(0.6, any::<Index>())
}

fn agree() -> impl Strategy<Value = Act> {
    (0..2usize, 0..7u8).prop_map(|(who, step)| Act::Agree(who, step))
}

fn agree_to_fund() -> impl Strategy<Value = Act> {
    (0..2usize, direction(), 0..1_500u64, 0..6u64).prop_map(|(side, direction, amount, blocks)| {
        Act::AgreeToFund {
            side,
            direction,
            amount,
            blocks,
        }
    })
}

fn fund() -> impl Strategy<Value = Act> {
    (anyone(), any::<Index>(), 0..20u8).prop_map(|(who, which, spoil)| Act::Fund {
        who,
        which,
        spoil,
    })
}

fn snapshot() -> impl Strategy<Value = Act> {
    (anyone(), any::<Index>()).prop_map(|(who, state)| Act::Snapshot(who, state))
}

fn slash() -> impl Strategy<Value = Act> {
    (anyone(), any::<Index>()).prop_map(|(who, state)| Act::Slash(who, state))
}

fn force() -> impl Strategy<Value = Act> {
    (anyone(), state(), 0..7u8, 0..12u8).prop_map(|(who, base, step, spoil)| Act::Force {
        who,
        base,
        step,
        spoil,
    })
}

fn solo() -> impl Strategy<Value = Act> {
    (anyone(), state()).prop_map(|(who, state)| Act::Solo(who, state))
}

/// What oracles of the ledger and those who ask them do.
fn oracle() -> impl Strategy<Value = Act> {
    let any_query = || (anyone(), any::<Index>());
    prop_oneof![
        2 => (anyone(), 0..2_000u64).prop_map(|(who, price)| Act::Serve(who, price)),
        4 => (anyone(), anyone(), 0..4u8, 0..4u64).prop_map(|(who, oracle, question, blocks)| Act::Ask {
            who,
            oracle,
            question,
            blocks,
        }),
        4 => any_query().prop_map(|(who, which)| Act::Respond(who, which)),
        4 => any_query().prop_map(|(who, which)| Act::Refund(who, which)),
    ]
}

/// What does not even begin to close a channel.
fn while_open() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => agree(),
        3 => agree_to_fund(),
        6 => fund(),
        2 => snapshot(),
        2 => force(),
        1 => any::<Index>().prop_map(Act::Replay),
        2 => (0..3u64).prop_map(Act::Blocks),
    ]
}

/// A close at the newest state that the ledger knows, which others may know to be old.
fn begin_closing() -> impl Strategy<Value = Act> {
    (0..2usize).prop_map(|who| Act::Solo(who, None))
}

/// What goes on while a channel is being closed.
fn while_closing() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => solo(),
        4 => slash(),
        1 => force(),
        1 => fund(),
        4 => anyone().prop_map(Act::Settle),
        6 => (1..6u64).prop_map(Act::Blocks),
    ]
}

/// Whatever anyone posts but what ends the channel by agreement.
fn without_agreed_end() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => agree(),
        2 => agree_to_fund(),
        3 => fund(),
        2 => snapshot(),
        2 => solo(),
        3 => slash(),
        6 => force(),
        1 => anyone().prop_map(Act::Settle),
        1 => (anyone(), anyone(), 0..1_000u64).prop_map(|(who, to, coins)| Act::Give(who, to, coins)),
        1 => anyone().prop_map(Act::Open),
        2 => bond_act(),
        3 => oracle(),
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

/// The world, and what happened in it before.
struct Watch {
    world: World,
    posted: Vec<(usize, Vec<u8>)>,
    fundings: Vec<SignedFunding>,
    /// All that was ever asked of oracles.
    queries: Vec<QueryId>,
    /// All that went into the ledger.
    fed: Vec<Fed>,
}

enum Fed {
    Bytes(Vec<u8>),
    Block(TimeMs),
}

impl Watch {
    fn new() -> Self {
        Self {
            world: World::open(),
            posted: Vec::new(),
            fundings: Vec::new(),
            queries: Vec::new(),
            fed: Vec::new(),
        }
    }

    fn is_open(&self) -> bool {
        self.world.ledger.channel(self.world.id()).is_some()
    }

    fn co_signed(&self, which: &Index) -> Option<CoSigned> {
        let signed = &self.world.signed;
        signed.get(which.index(signed.len().max(1))).cloned()
    }

    fn submit(&mut self, who: usize, bytes: &[u8]) -> (usize, Result<Receipt, Rejected>) {
        self.fed.push(Fed::Bytes(bytes.to_vec()));
        (who, self.world.submit(who, bytes))
    }

    /// Who posted what became of it, if anything was posted.
    fn act(&mut self, act: &Act) -> Option<(usize, Result<Receipt, Rejected>)> {
        let channel = self.world.id();
        let (who, action) = match act {
            Act::Agree(who, which) => {
                let operations = step(&self.world, *who, *which);
                self.world.agree(*who, operations);
                return None;
            }
            Act::AgreeToFund {
                side,
                direction,
                amount,
                blocks,
            } => {
                let expiry = self.world.ledger.block().height.0 + blocks;
                let signed = self
                    .world
                    .agree_to_fund(*direction, *side, *amount, expiry)?;
                self.fundings.push(signed);
                return None;
            }
            Act::Blocks(blocks) => {
                for _ in 0..*blocks {
                    self.world.advance(1);
                    self.fed.push(Fed::Block(self.world.ledger.block().time));
                }
                return None;
            }
            Act::Replay(which) => {
                let (who, bytes) = self
                    .posted
                    .get(which.index(self.posted.len().max(1)))?
                    .clone();
                return Some(self.submit(who, &bytes));
            }
            Act::Spoiled(who, at, with) => {
                let (_, mut bytes) = self.posted.last()?.clone();
                let place = at.index(bytes.len());
                bytes[place] ^= with.max(&1);
                return Some(self.submit(*who, &bytes));
            }
            Act::Fund { who, which, spoil } => {
                let newest = self.fundings.len().checked_sub(1)?;
                // Mostly the newest, since an older one hardly ever counts.
                let which = if spoil % 2 == 0 {
                    newest
                } else {
                    which.index(newest + 1)
                };
                let mut signed = self.fundings[which].clone();
                let funding = &mut signed.funding;
                match spoil {
                    10 => funding.amount.0 += 1,
                    11 => funding.commitment.total.0 += 1,
                    12 => funding.commitment.payout.swap(0, 1),
                    13 => funding.standing.round.0 = 0,
                    14 => funding.expiry.0 += 1,
                    _ => {}
                }
                // What both sign beyond reason would change what they hold off chain; the payout
                // and the expiry stay unsigned.
                if matches!(spoil, 10 | 11) {
                    signed = signed_funding(signed.funding);
                }
                (*who, Action::Fund(signed))
            }
            Act::Snapshot(who, which) => {
                let state = self.co_signed(which)?;
                (*who, Action::Snapshot { channel, state })
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
            Act::Bond(who, which, act) => (*who, act.action(*which)),
            Act::Serve(who, price) => {
                let price = Amount(*price);
                let until = Height(self.world.ledger.block().height.0 + 5);
                let serves = self.world.ledger.oracle(key(*who)).is_some();
                let action = if serves {
                    Action::Extend { price, until }
                } else {
                    Action::Register { price, until }
                };
                (*who, action)
            }
            Act::Ask {
                who,
                oracle,
                question,
                blocks,
            } => {
                let answer_by = Height(self.world.ledger.block().height.0 + blocks);
                let query = Query {
                    oracle: key(*oracle),
                    question: Query::hash(&[*question]),
                    answer_by,
                    kept_until: Height(answer_by.0 + 3),
                };
                self.queries.push(query.id());
                let action = Action::Ask {
                    oracle: query.oracle,
                    question: vec![*question],
                    answer_by,
                    kept_until: query.kept_until,
                    most: Amount(1_900),
                };
                (*who, action)
            }
            Act::Respond(who, which) => {
                let query = *self.queries.get(which.index(self.queries.len().max(1)))?;
                let oracle = self.world.ledger.query(query).map(|asked| asked.oracle);
                // Mostly the one that was asked.
                let who = [A, B, C]
                    .into_iter()
                    .find(|it| Some(key(*it)) == oracle && *who != B);
                let answer = vec![7];
                (who.unwrap_or(B), Action::Respond { query, answer })
            }
            Act::Refund(who, which) => {
                let query = *self.queries.get(which.index(self.queries.len().max(1)))?;
                (*who, Action::Refund { query })
            }
        };
        let bytes = self
            .world
            .transaction(who, action)
            .sign(&secret(who))
            .encode();
        self.posted.push((who, bytes.clone()));
        Some(self.submit(who, &bytes))
    }

    /// Acts, and checks what no act may do to a channel.
    fn check(&mut self, act: &Act) -> Result<(), TestCaseError> {
        self.check_channel(act)?;
        self.check_sum()
    }

    fn check_channel(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let id = self.world.id();
        let before = self.world.ledger.channel(id).cloned();
        let (height, coins) = (self.world.ledger.block().height, self.coins());
        let result = self.act(act);
        self.check_sum()?;
        let after = self.world.ledger.channel(id).cloned();
        let (Some(before), Some((who, Ok(receipt)))) = (before, result) else {
            return Ok(());
        };
        match (&receipt.effect, after) {
            (Effect::Closed { payout, repaid, .. }, after) => {
                prop_assert!(after.is_none());
                let repaid_coins = repaid.map_or(0, |repaid| repaid.amount.0);
                prop_assert_eq!(payout[0].0 + payout[1].0 + repaid_coins, before.locked().0);
                if let Act::Settle(_) = act {
                    check_settled(&before, *payout, repaid, height)?;
                } else {
                    prop_assert!(repaid.is_none(), "who agrees pays what was agreed");
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
                prop_assert_eq!(after.standing.round, after.tip.round);
                prop_assert_eq!(after.ground.round(), after.standing.round);
                self.check_locked(&before, &after, who, coins, &receipt)?;
                check_debt(&before, &after, who, &receipt)?;
                if let Phase::Closing { until, steps, .. } = after.phase {
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

    /// Only a funding changes what is locked, and exactly one account with it
    /// (docs/spec/arbiter.md, 8.2).
    fn check_locked(
        &self,
        before: &Channel,
        after: &Channel,
        who: usize,
        coins: [u64; 3],
        receipt: &Receipt,
    ) -> Result<(), TestCaseError> {
        let Effect::Funded {
            direction,
            side,
            amount,
            ..
        } = receipt.effect
        else {
            prop_assert_eq!(after.locked(), before.locked());
            return Ok(());
        };
        prop_assert!(before.phase == Phase::Open);
        let mut expected = coins;
        expected[who] -= receipt.fee.0;
        let account = &mut expected[side.index()];
        let locked = match direction {
            Direction::Deposit => {
                *account -= amount.0;
                before.locked().0 + amount.0
            }
            Direction::Withdraw => {
                *account += amount.0;
                before.locked().0 - amount.0
            }
        };
        prop_assert_eq!(after.locked(), Amount(locked));
        prop_assert_eq!(self.coins(), expected);
        Ok(())
    }

    fn coins(&self) -> [u64; 3] {
        [A, B, C].map(|who| self.world.ledger.account(key(who)).coins.0)
    }

    /// The honest initiator's answer to what the ledger shows: close, slash, settle.
    fn defend(&mut self) {
        let id = self.world.id();
        let newest = self.world.signed.last().cloned();
        let newer = |channel: &Channel| {
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

/// A settlement pays out the tip when its time has come, and takes no more than the debt from who
/// owes it.
fn check_settled(
    before: &Channel,
    payout: [Amount; 2],
    repaid: &Option<twinroot_arbiter::Repaid>,
    height: Height,
) -> Result<(), TestCaseError> {
    let Phase::Closing {
        by, until, debt, ..
    } = before.phase
    else {
        return Err(TestCaseError::fail("an open channel settled"));
    };
    prop_assert!(height >= until && height >= before.tip.hold_until);
    prop_assert_eq!(repaid.is_some(), debt.is_some());
    let mut whole = payout;
    if let (Some(repaid), Some(debt)) = (repaid, debt) {
        whole[by.index()].0 += repaid.amount.0;
        prop_assert_eq!((repaid.by, repaid.to), (by, debt.to));
        prop_assert_eq!(
            repaid.amount,
            debt.amount.min(before.tip.payout[by.index()])
        );
    }
    prop_assert_eq!(whole, before.tip.payout);
    Ok(())
}

/// A slash of anyone but the closer makes the one debt; nothing else touches it.
fn check_debt(
    before: &Channel,
    after: &Channel,
    who: usize,
    receipt: &Receipt,
) -> Result<(), TestCaseError> {
    let (Some((by, was)), Some((_, is))) = (debt(before), debt(after)) else {
        prop_assert_eq!(debt(after).and_then(|(_, debt)| debt), None);
        return Ok(());
    };
    let expected = match receipt.effect {
        Effect::Closing { .. } => (who != by.index()).then_some(Debt {
            to: key(who),
            amount: receipt.fee,
        }),
        _ => was,
    };
    prop_assert_eq!(is, expected);
    Ok(())
}

/// Who began the close, and what is owed.
fn debt(channel: &Channel) -> Option<(Side, Option<Debt>)> {
    match channel.phase {
        Phase::Open => None,
        Phase::Closing { by, debt, .. } => Some((by, debt)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_channel_only_moves_forward(
        open in vec(while_open(), 0..30),
        close in begin_closing(),
        closing in vec(while_closing(), 0..20),
        anything in vec(act(), 0..20),
    ) {
        let mut watch = Watch::new();
        for act in open.iter().chain([&close]).chain(&closing).chain(&anything) {
            watch.check(act)?;
        }
    }

    #[test]
    fn one_honest_party_closes_from_any_state(
        open in vec(while_open(), 0..20),
        anything in vec(without_agreed_end(), 0..40),
    ) {
        let mut watch = Watch::new();
        for act in open.iter().chain(&anything) {
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

    /// docs/spec/arbiter.md, 10.2.
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
    fn the_newest_state_is_paid_to_a_party_that_defends_itself(
        open in vec(while_open(), 0..20),
        anything in vec(without_agreed_end(), 0..30),
    ) {
        let mut watch = Watch::new();
        for act in open.iter().chain(&anything) {
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
        let Effect::Closed { mut payout, repaid, .. } = receipt.effect else {
            return Err(TestCaseError::fail("it did not settle"));
        };
        if let Some(repaid) = repaid {
            payout[repaid.by.index()].0 += repaid.amount.0;
        }
        prop_assert_eq!(payout, expected);
    }

    #[test]
    fn two_ledgers_fed_the_same_are_the_same(
        open in vec(while_open(), 0..20),
        anything in vec(act(), 0..20),
    ) {
        let mut watch = Watch::new();
        for act in open.iter().chain(&anything) {
            watch.act(act);
        }
        let mut other = World::open().ledger;
        for fed in &watch.fed {
            match fed {
                Fed::Bytes(bytes) => { let _ = other.submit(bytes, &Toy); }
                Fed::Block(time) => other.advance(*time),
            }
        }
        let mut one = watch.world.ledger;
        prop_assert_eq!(one.present(), other.present());
        prop_assert_eq!(one.leaves(), other.leaves());
        let time = one.block().time;
        one.advance(time);
        other.advance(time);
        prop_assert_eq!(one.app_hash(), other.app_hash());
        prop_assert_eq!(one.block(), other.block());
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
        if !watch.is_open() {
            return Ok(());
        }
        let mut above = watch.world.newest.commitment.clone();
        above.round = Round(watch.world.last_round() + 1);
        let above = co_signed(&above);
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
