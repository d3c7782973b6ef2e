//! What a forced step is asked before it is carried out. What refutes one is in `life.rs`.

use twinroot_abi::{Amount, Gas, Side};
use twinroot_arbiter::Rejected;
use twinroot_exec::Fallback;
use twinroot_rules::FORCED_STEPS;
use twinroot_state::{Touched, WitnessError};
use twinroot_types::{DecodeError, Limits};
use twinroot_wire::{Action, Operation};

use super::{NOWHERE, check_action, drain, rules, spoiled_state, states::state_rules};
use crate::toy::code;
use crate::world::{A, B, C, SIDES, World, create, transfer};

/// A contract that this side may create by force.
fn lawful(who: usize) -> Vec<Operation> {
    let mut operations = create(0);
    if let Operation::Create { fallback, gas, .. } = &mut operations[0] {
        *fallback = Fallback::all_to(SIDES[who]);
        *gas = Gas(50_000_000);
    }
    operations
}

/// docs/spec/arbiter.md, 5.2 and 5.3.
#[test]
fn a_forced_step() {
    let mut rules = rules![
        "channel" => Rejected::NoChannel(_),
        "party" => Rejected::NotAParty,
        "proposer" => Rejected::NotTheProposer,
    ];
    rules.extend(state_rules());
    rules.extend(rules![
        "pinned block" => Rejected::PinnedBlock,
        "witness" => Rejected::Witness(WitnessError::Bytes(_)),
        "root" => Rejected::WitnessRoot { .. },
        "code" => Rejected::NotPublished(_),
        "gas" => Rejected::Funds { .. },
    ]);
    check_action(&rules, |broken| {
        let mut world = World::before_open();
        if !broken.has("code") {
            let code = b"toy".to_vec();
            world.must(A, Action::Publish { code });
        }
        world.must(A, world.opening());
        assert!(world.agree(A, transfer(A, 10)));
        let base = spoiled_state(&world.state(1), broken);
        let mut step = world.force(B, Some(world.state(1)), lawful(B));
        step.base = Some(base);
        if broken.has("channel") {
            step.update.channel = NOWHERE;
        }
        if broken.has("proposer") {
            step.update.proposer = Side::Initiator;
        }
        if broken.has("pinned block") {
            step.update.env.height.0 += 1;
        }
        if broken.has("root") {
            let other = &world.states[&world.channel().tip.hash()];
            step.witness = other.state.prove(&Touched::default());
        }
        if broken.has("witness") {
            step.witness.push(0);
        }
        if broken.has("gas") {
            // Enough for the transaction, not for the gas that it may use.
            drain(&mut world, B, 50_000);
        }
        let who = if broken.has("party") { C } else { B };
        (world, who, Action::Force(step))
    });
}

/// The fifth rule of docs/spec/arbiter.md, 5.2: the steps that are left are counted before the block is looked at.
#[test]
fn a_forced_step_beyond_the_budget() {
    let rules = rules![
        "steps" => Rejected::NoStepsLeft { limit: FORCED_STEPS },
        "pinned block" => Rejected::PinnedBlock,
    ];
    check_action(&rules, |broken| {
        let mut world = World::open();
        world.must(A, world.solo(None));
        let steps = FORCED_STEPS - u8::from(!broken.has("steps"));
        for _ in 0..steps {
            let step = world.force(B, None, transfer(B, 1));
            world.must(B, Action::Force(step));
        }
        let mut step = world.force(B, None, transfer(B, 1));
        if broken.has("pinned block") {
            step.update.env.time.0 += 1;
        }
        (world, B, Action::Force(step))
    });
}

#[test]
fn a_pinned_block_is_the_ledgers_in_all_three_values() {
    let mut world = World::open();
    let step = world.force(A, None, transfer(A, 1));
    for spoil in 0..3 {
        let mut step = step.clone();
        match spoil {
            0 => step.update.env.height.0 += 1,
            1 => step.update.env.time.0 += 1,
            _ => step.update.env.block.0[0] ^= 1,
        }
        assert_eq!(
            world.post(A, Action::Force(step)),
            Err(Rejected::PinnedBlock)
        );
    }
    world.must(A, Action::Force(step));
}

#[test]
fn a_witness_has_at_most_so_many_bytes() {
    let mut world = World::open();
    let mut step = world.force(A, None, transfer(A, 1));
    let limit = Limits::V1.witness_bytes;
    let have = limit + 1;
    step.witness = vec![0; have];
    let too_long = WitnessError::Bytes(DecodeError::TooLong { have, limit });
    assert_eq!(
        world.post(A, Action::Force(step)),
        Err(Rejected::Witness(too_long))
    );
}

/// The last rule of docs/spec/arbiter.md, 5.2, counts for a contract that the witness shows as well.
#[test]
fn code_that_is_called_is_published_too() {
    let mut world = World::before_open();
    world.must(A, world.opening());
    assert!(world.agree(A, create(0)));
    let step = world.force(B, Some(world.state(1)), world.call(0, &[]));
    let none = Rejected::NotPublished(code(b"toy").hash);
    assert_eq!(world.post(B, Action::Force(step.clone())), Err(none));
    let code = b"toy".to_vec();
    world.must(C, Action::Publish { code });
    world.must(B, Action::Force(step));
}

/// docs/spec/arbiter.md, 2.3: the gas limits count, not the gas that is used.
#[test]
fn the_poster_has_the_price_of_all_gas_that_it_asks_for() {
    let mut world = World::open();
    let step = world.force(B, None, lawful(B));
    drain(&mut world, B, 50_600);
    let have = Amount(50_600);
    let rejected = world.post(B, Action::Force(step)).unwrap_err();
    assert!(
        matches!(rejected, Rejected::Funds { have: there, need } if there == have && need > have)
    );
    let mut cheap = lawful(B);
    if let Operation::Create { gas, .. } = &mut cheap[0] {
        *gas = Gas(1_000);
    }
    let step = world.force(B, None, cheap);
    world.must(B, Action::Force(step));
}

#[test]
fn gas_limits_without_a_sum_are_rejected() {
    let mut world = World::open();
    let mut step = world.force(B, None, transfer(B, 1));
    step.update.operations = [lawful(B), lawful(B)].concat();
    for operation in &mut step.update.operations {
        if let Operation::Create { gas, .. } = operation {
            *gas = Gas(u64::MAX);
        }
    }
    assert_eq!(world.post(B, Action::Force(step)), Err(Rejected::Overflow));
}
