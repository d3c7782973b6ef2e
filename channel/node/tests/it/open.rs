//! From the offer to the payout.

use twinroot_abi::Amount;
use twinroot_client::Api;
use twinroot_client::api::{Close, Coins, Stage, Which};

use crate::toy::Line;
use crate::world::{COINS, World, call, called, contract, create, newest, transfer, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_open_pay_call_force_and_close() {
    let world = World::new();
    let [alice, bob] = [world.node(1).await, world.node(2).await];
    let channel = world.channel(&alice, &bob).await;

    // Bob is asked, since nothing is signed without its user.
    let paid = called(&alice, transfer(channel, "pay", 100_000));
    let asked = wait_for(&bob.handle(), 0, "asked").await;
    let asked = wait_for(&bob.handle(), asked.id, "asked").await;
    assert!(asked.text.contains("round 1"), "{}", asked.text);
    bob.handle().approve(newest(channel)).await.expect("a step");
    let done = paid.await.expect("no panic").expect("both sign");
    assert_eq!(done.round, 1);
    let again = alice
        .handle()
        .call(transfer(channel, "pay", 100_000))
        .await
        .expect("the same answer");
    assert_eq!(again.root, done.root);

    // A refusal is told with its reason, and the step is taken back.
    let refused = called(&alice, create(channel, "contract"));
    wait_for(&bob.handle(), asked.id, "asked").await;
    bob.handle().decline(newest(channel)).await.expect("a step");
    let failure = refused.await.expect("no panic").expect_err("Bob declines");
    assert_eq!(failure.code, "TR0805", "{failure}");

    // The ledger carries out what Bob does not sign.
    let forced = tokio::spawn({
        let alice = alice.handle();
        async move { alice.force(create(channel, "by force")).await }
    });
    wait_for(&alice.handle(), 0, "posted").await;
    let forced = async {
        while !forced.is_finished() {
            world.mine(1);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        forced.await.expect("no panic")
    };
    let done = forced.await.expect("the ledger carries it out");
    assert_eq!(done.forced, 1);
    wait_for(&bob.handle(), 0, "forced").await;
    let read = alice
        .handle()
        .read(call(channel, "", contract(channel, 0), &[Line::Read(1)]))
        .await
        .expect("a read");
    assert_eq!(read.receipts[0].returned.0, vec![1]);

    // Both end it; the account has what the state says.
    bob.handle()
        .close(Close {
            channel,
            solo: false,
        })
        .await
        .expect("a close");
    wait_for(&alice.handle(), done.round, "asked").await;
    let question = loop {
        let shown = alice
            .handle()
            .show(Which { channel })
            .await
            .expect("the channel");
        if let Some(question) = shown.questions.first() {
            break question.clone();
        }
    };
    assert_eq!(question.kind, "close");
    alice
        .handle()
        .approve(newest(channel))
        .await
        .expect("a close");
    for node in [&alice, &bob] {
        world.until(node, channel, Stage::Closed).await;
    }
    let coins = bob.handle().status().await.expect("a status").coins;
    assert!(
        coins > Coins(Amount(COINS)),
        "Bob has what Alice paid: {coins:?}"
    );
    alice.stop().await;
    bob.stop().await;
}
