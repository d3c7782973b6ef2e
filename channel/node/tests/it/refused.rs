//! What cannot be done is told with a code, and nothing is lost by asking.

use twinroot_abi::Gas;
use twinroot_client::Api;
use twinroot_client::api::{Args, Bytes, Id, Operation, Step, Which, Work};
use twinroot_node::codes;

use crate::toy::Line;
use crate::world::{
    DEPOSIT, World, agree, call, config_of, contract, create, signing, terms, transfer,
};

/// The same step with operations that were changed.
fn with(mut step: Step, change: impl FnOnce(&mut Vec<Operation>)) -> Step {
    change(&mut step.operations);
    step
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_limits_has_a_code_and_costs_nothing() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node_with(2, &signing()).await];
    let channel = world.channel(&alice, &bob).await;
    let made = agree(&alice, &bob, create(channel, "contract")).await;
    made.expect("both sign");
    let handle = alice.handle();
    let held = handle.balances(Which { channel }).await.expect("coins");
    assert_eq!(held.free.0, terms(&bob).deposit.0);

    let run = |number| {
        call(
            channel,
            "run",
            contract(channel, number),
            &[Line::Store(1, 1)],
        )
    };
    let cases = [
        (transfer(Id([9; 32]), "of nobody", 1), codes::NO_CHANNEL),
        (transfer(channel, "all", u64::MAX), codes::IMPOSSIBLE),
        (
            with(transfer(channel, "twice", u64::MAX), |all| {
                all.push(all[0].clone())
            }),
            codes::IMPOSSIBLE,
        ),
        (
            with(transfer(channel, "many", 1), |all| {
                *all = vec![all[0].clone(); 17]
            }),
            codes::IMPOSSIBLE,
        ),
        (run(7), codes::NO_CONTRACT),
        (
            with(run(0), |all| {
                if let [Operation::Call { gas, .. }] = &mut all[..] {
                    *gas = Some(Work(Gas(u64::MAX)));
                }
            }),
            codes::IMPOSSIBLE,
        ),
        (
            with(run(0), |all| {
                if let [Operation::Call { args, .. }] = &mut all[..] {
                    let bytes = Bytes(vec![0; 300 << 10]);
                    *args = Args::Encoded { bytes };
                }
            }),
            codes::IMPOSSIBLE,
        ),
    ];
    for (number, (step, code)) in cases.into_iter().enumerate() {
        for forced in [false, true] {
            let mut step = step.clone();
            step.key = format!("{number} {forced}");
            let answer = if forced {
                handle.force(step).await
            } else {
                handle.call(step).await
            };
            let failure = answer.expect_err("it cannot be done");
            assert_eq!(
                failure.code, code,
                "case {number}, forced {forced}: {failure}"
            );
        }
    }

    let after = handle.balances(Which { channel }).await.expect("coins");
    assert_eq!(after.free.0, held.free.0);
    let good = handle.call(transfer(channel, "good", 5)).await;
    good.expect("both sign");
    alice.stop().await;
    bob.stop().await;
}

/// What the own policy does not sign is told at once, and nothing waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_not_worth_its_next_forced_step_is_not_proposed() {
    let world = World::new();
    let careful = config_of("[policy]\nunaffordable = 'refuse'");
    let alice = world.node_with(1, &careful).await;
    let bob = world.node_with(2, &signing()).await;
    let channel = world.channel(&alice, &bob).await;
    let handle = alice.handle();
    let all_but_little = transfer(channel, "all", DEPOSIT - 500);
    let failure = handle.call(all_but_little).await.expect_err("too little");
    assert_eq!(failure.code, codes::UNAFFORDABLE, "{failure}");
    let good = handle.call(transfer(channel, "good", 5)).await;
    good.expect("both sign");
    alice.stop().await;
    bob.stop().await;
}
