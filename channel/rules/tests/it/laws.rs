//! What holds for every history of updates.

use std::sync::{Arc, Mutex};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{Amount, Gas, Hash, Height, Round, Side};
use twinroot_exec::{Call, Fallback};
use twinroot_rules::{Applied, Consent, Position, Refusal, genesis};
use twinroot_state::{Missing, Read, State, Touched, Tree};
use twinroot_wire::{Commitment, Direction, Operation, Parameters, Update};

use crate::model::Model;
use crate::toy::Line;
use crate::world::{
    A, B, DEPOSITS, call, contract, create, deposit, env, free, lower_hold, opened, parameters,
    run, shown, transfer, withdraw,
};

/// An update before it is known what it follows.
#[derive(Clone, Debug)]
struct Draft {
    consent: Consent,
    proposer: Side,
    blocks: u64,
    operations: Vec<DraftOperation>,
}

#[derive(Clone, Debug)]
enum DraftOperation {
    Transfer(Side, u64),
    Create(u16, u64, Vec<Line>),
    Call(Index, u64, u64, Vec<Line>),
    Deposit(Side, u64),
    Withdraw(Side, u64),
    LowerHold(u64),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(A), Just(B)]
}

fn script() -> impl Strategy<Value = Vec<Line>> {
    let line = prop_oneof![
        4 => (0..6u8, any::<u8>()).prop_map(|(key, value)| Line::Store(key, value)),
        2 => (0..6u8).prop_map(Line::Remove),
        2 => (0..6u8).prop_map(Line::Read),
        2 => (0..6u8).prop_map(Line::Stamp),
        4 => (side(), 0..300u64).prop_map(|(to, coins)| Line::Pay(to, coins)),
        1 => (0..200u64).prop_map(Line::Burn),
        1 => (0..8u16).prop_map(Line::Scan),
        1 => Just(Line::Revert(7)),
    ];
    vec(line, 0..5)
}

fn operation() -> impl Strategy<Value = DraftOperation> {
    prop_oneof![
        1 => (side(), 0..400u64).prop_map(|(from, coins)| DraftOperation::Transfer(from, coins)),
        1 => (0..=10_000u16, 0..99u64, script())
            .prop_map(|(split, hold, script)| DraftOperation::Create(split, hold, script)),
        4 => (any::<Index>(), 0..400u64, 60..400u64, script())
            .prop_map(|(which, value, gas, script)| DraftOperation::Call(which, value, gas, script)),
        1 => (0..120u64).prop_map(DraftOperation::LowerHold),
    ]
}

fn move_of_coins() -> impl Strategy<Value = DraftOperation> {
    let amount = || prop_oneof![9 => 0..400u64, 1 => (u64::MAX - 2_000)..];
    prop_oneof![
        (side(), amount()).prop_map(|(side, amount)| DraftOperation::Deposit(side, amount)),
        (side(), amount()).prop_map(|(side, amount)| DraftOperation::Withdraw(side, amount)),
    ]
}

/// Moves of coins are alone, as they must be, or among others, as they may not.
fn operations() -> impl Strategy<Value = Vec<DraftOperation>> {
    prop_oneof![
        6 => vec(operation(), 1..4),
        2 => vec(move_of_coins(), 1),
        1 => vec(prop_oneof![operation(), move_of_coins()], 1..4),
    ]
}

fn history() -> impl Strategy<Value = Vec<Draft>> {
    let consent = prop_oneof![3 => Just(Consent::Both), 2 => Just(Consent::PosterOnly)];
    let draft = (consent, side(), 0..3u64, operations()).prop_map(
        |(consent, proposer, blocks, operations)| Draft {
            consent,
            proposer,
            blocks,
            operations,
        },
    );
    vec(draft, 1..16)
}

impl Draft {
    fn update(&self, base: &Commitment, contracts: usize) -> Update {
        let operation = |draft: &DraftOperation| match draft {
            DraftOperation::Transfer(from, coins) => transfer(*from, *coins),
            DraftOperation::Create(..) if self.consent == Consent::PosterOnly => {
                create(Fallback::all_to(self.proposer), 0, &[Line::Store(0, 1)])
            }
            DraftOperation::Create(split, hold, script) => {
                create(Fallback::new(*split).unwrap(), *hold, script)
            }
            DraftOperation::Call(which, value, gas, script) => {
                let count = u64::try_from(which.index(contracts.max(1))).unwrap();
                Operation::Call(Call {
                    gas: Gas(*gas),
                    ..call(contract(base.channel, count), *value, script)
                })
            }
            DraftOperation::Deposit(side, amount) => deposit(*side, *amount),
            DraftOperation::Withdraw(side, amount) => withdraw(*side, *amount),
            DraftOperation::LowerHold(until) => lower_hold(*until),
        };
        Update {
            channel: base.channel,
            base: base.hash(),
            round: match self.consent {
                Consent::Both => Round(base.round.0 + 1),
                Consent::PosterOnly => base.round,
            },
            proposer: self.proposer,
            env: env(base.env.height.0 + self.blocks),
            operations: self.operations.iter().map(operation).collect(),
        }
    }
}

/// A full state that notes what it is asked for.
#[derive(Clone)]
struct Noting {
    tree: Tree,
    noted: Arc<Mutex<Touched>>,
}

impl Read for Noting {
    fn read(&self, key: &Hash) -> Result<Option<Arc<[u8]>>, Missing> {
        self.noted.lock().unwrap().read.insert(*key);
        self.tree.read(key)
    }
}

impl State for Noting {
    fn root(&self) -> twinroot_abi::Root {
        self.tree.root()
    }

    fn updated(&self, changes: &twinroot_state::Changes) -> Result<Self, Missing> {
        self.noted.lock().unwrap().written = changes.keys().copied().collect();
        Ok(Self {
            tree: self.tree.updated(changes)?,
            noted: Arc::clone(&self.noted),
        })
    }
}

/// Walks a history in which `check` sees each update on the state that it meets.
fn walk(
    history: &[Draft],
    mut check: impl FnMut(&Position<Tree>, &Model, &Update, Consent) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut position = opened();
    let mut model = Model::new(position.commitment.channel);
    for draft in history {
        let update = draft.update(&position.commitment, model.contracts.len());
        check(&position, &model, &update, draft.consent)?;
        if let Ok(applied) = run(&position, &update, draft.consent) {
            position = applied.next;
            model = model.after(&update, draft.consent).unwrap();
        }
    }
    Ok(())
}

fn noted(
    base: &Position<Tree>,
    update: &Update,
    consent: Consent,
) -> (Result<Applied<Noting>, Refusal>, Touched) {
    let noted = Arc::new(Mutex::new(Touched::default()));
    let position = Position {
        commitment: base.commitment.clone(),
        state: Noting {
            tree: base.state.clone(),
            noted: Arc::clone(&noted),
        },
    };
    let result = run(&position, update, consent);
    let touched = noted.lock().unwrap().clone();
    (result, touched)
}

proptest! {
    #[test]
    fn a_history_comes_out_as_plain_numbers_say(history in history()) {
        walk(&history, |base, model, update, consent| {
            let expected = model.after(update, consent);
            let result = run(base, update, consent);
            prop_assert_eq!(result.is_ok(), expected.is_some(), "{:?}", result.err());
            if let (Ok(applied), Some(expected)) = (result, expected) {
                let commitment = &applied.next.commitment;
                prop_assert_eq!(commitment.payout, expected.payout());
                prop_assert_eq!(commitment.total, Amount(expected.total));
                prop_assert_eq!(commitment.hold_until, Height(expected.hold_until));
                prop_assert_eq!(commitment.state_root, expected.tree().root());
                prop_assert_eq!(commitment.state_root, applied.next.state.root());
                prop_assert_eq!(applied.gas, Gas(expected.gas));
            }
            Ok(())
        })?;
    }

    #[test]
    fn coins_are_conserved(history in history()) {
        walk(&history, |base, model, _, _| {
            prop_assert_eq!(model.coins(), model.total);
            prop_assert_eq!(base.state.root(), model.tree().root());
            prop_assert_eq!(base.commitment.total, Amount(model.total));
            prop_assert!(base.commitment.pays_its_total());
            Ok(())
        })?;
    }

    #[test]
    fn twin_roots_agree(history in history()) {
        walk(&history, |base, _, update, consent| {
            let (full, touched) = noted(base, update, consent);
            let shown = shown(base, &touched);
            prop_assert_eq!(shown.state.root(), base.state.root());
            match (full, run(&shown, update, consent)) {
                (Ok(full), Ok(part)) => {
                    prop_assert_eq!(part.next.state.root(), full.next.state.root());
                    prop_assert_eq!(part.next.commitment, full.next.commitment);
                    prop_assert_eq!(part.receipts, full.receipts);
                    prop_assert_eq!(part.gas, full.gas);
                    prop_assert_eq!(&part.touched, &touched);
                    prop_assert_eq!(full.touched, touched);
                }
                (full, part) => prop_assert_eq!(full.err(), part.err()),
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_witness_shows_all_that_is_read_or_is_not_enough(history in history()) {
        walk(&history, |base, _, update, consent| {
            let Ok(applied) = run(base, update, consent) else { return Ok(()) };
            let whole = base.state.prove(&applied.touched);
            for key in &applied.touched.read {
                let mut less = applied.touched.clone();
                less.read.remove(key);
                less.written.remove(key);
                if base.state.prove(&less) != whole {
                    prop_assert!(run(&shown(base, &less), update, consent).is_err());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_refused_update_changes_nothing(history in history()) {
        walk(&history, |base, model, update, consent| {
            let before = base.clone();
            if run(base, update, consent).is_err() {
                prop_assert_eq!(base.state.root(), before.state.root());
                prop_assert_eq!(base.state.root(), model.tree().root());
                prop_assert_eq!(&base.commitment, &before.commitment);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_forced_update_never_takes_the_others_free_coins(history in history()) {
        let mut position = opened();
        for draft in &history {
            let forced = Draft { consent: Consent::PosterOnly, ..draft.clone() };
            for (draft, keep) in [(&forced, false), (draft, true)] {
                let update = draft.update(&position.commitment, 4);
                let Ok(applied) = run(&position, &update, draft.consent) else { continue };
                if draft.consent == Consent::PosterOnly {
                    let other = update.proposer.other();
                    prop_assert!(free(&applied.next.state, other) >= free(&position.state, other));
                }
                if keep {
                    position = applied.next;
                }
            }
        }
    }

    #[test]
    fn what_is_locked_changes_by_exactly_what_both_move(history in history()) {
        walk(&history, |base, _, update, consent| {
            let Ok(applied) = run(base, update, consent) else { return Ok(()) };
            let (old, new) = (&base.commitment, &applied.next.commitment);
            let Some((direction, coins)) = update.moves() else {
                prop_assert_eq!(new.total, old.total);
                return Ok(());
            };
            prop_assert_eq!((consent, update.operations.len()), (Consent::Both, 1));
            let moved = |coins: Amount, by: Amount| match direction {
                Direction::Deposit => Amount(coins.0 + by.0),
                Direction::Withdraw => Amount(coins.0 - by.0),
            };
            prop_assert_eq!(new.total, moved(old.total, coins.amount));
            for side in Side::BOTH {
                let by = if side == coins.side { coins.amount } else { Amount::ZERO };
                prop_assert_eq!(new.payout[side.index()], moved(old.payout[side.index()], by));
                let before = Amount(free(&base.state, side));
                prop_assert_eq!(Amount(free(&applied.next.state, side)), moved(before, by));
            }
            prop_assert_eq!(new.hold_until, old.hold_until);
            prop_assert!(applied.receipts.is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn a_hold_falls_only_where_both_lower_it(history in history()) {
        walk(&history, |base, _, update, consent| {
            let Ok(applied) = run(base, update, consent) else { return Ok(()) };
            let lowers = |operation: &Operation| matches!(operation, Operation::LowerHold { .. });
            let both_lower_it = consent == Consent::Both && update.operations.iter().any(lowers);
            let (old, new) = (base.commitment.hold_until, applied.next.commitment.hold_until);
            prop_assert!(new >= old || both_lower_it);
            Ok(())
        })?;
    }

    #[test]
    fn a_forced_update_moves_no_coins_and_lowers_no_hold(history in history()) {
        walk(&history, |base, _, update, _| {
            let forced = Update { round: base.commitment.round, ..update.clone() };
            let Ok(applied) = run(base, &forced, Consent::PosterOnly) else { return Ok(()) };
            let (old, new) = (&base.commitment, &applied.next.commitment);
            prop_assert_eq!(new.total, old.total);
            prop_assert!(new.hold_until >= old.hold_until);
            Ok(())
        })?;
    }

    #[test]
    fn a_state_names_its_update(history in history()) {
        walk(&history, |base, _, update, consent| {
            if let Ok(applied) = run(base, update, consent) {
                let (old, new) = (&base.commitment, &applied.next.commitment);
                prop_assert_eq!((new.prev, new.round, new.env), (old.hash(), update.round, update.env));
                prop_assert_eq!((new.chain, new.channel, new.version), (old.chain, old.channel, old.version));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_channel_begins_with_the_deposits(deposits: [u64; 2]) {
        let terms = Parameters { deposits: deposits.map(Amount), ..parameters() };
        let first = genesis(&terms, env(3));
        match deposits[0].checked_add(deposits[1]) {
            None => prop_assert_eq!(first.err(), Some(twinroot_rules::Refused::Overflow)),
            Some(total) => {
                let first = first.unwrap();
                let commitment = &first.commitment;
                prop_assert_eq!(Side::BOTH.map(|side| free(&first.state, side)), deposits);
                prop_assert_eq!((commitment.total, commitment.payout), (Amount(total), terms.deposits));
                prop_assert_eq!((commitment.round, commitment.env), (Round(0), env(3)));
                prop_assert_eq!(commitment.channel, terms.channel());
                prop_assert_eq!(first.state.leaves(), 2);
            }
        }
    }
}

#[test]
fn an_update_of_nothing_keeps_the_root() {
    let base = opened();
    let update = crate::world::update(&base.commitment, Consent::Both, Vec::new());
    let next = run(&base, &update, Consent::Both).unwrap().next;
    assert_eq!(next.state.root(), base.state.root());
    assert_eq!(next.commitment.payout, DEPOSITS.map(Amount));
    assert_eq!(next.commitment.round, Round(1));
}
