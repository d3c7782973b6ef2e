//! The same of a ledger in this process and of one in another.

use twinroot_abi::{Amount, Height};
use twinroot_chain::{Answer, ChainBackend, Embedded, Query, What, codes};
use twinroot_wire::Action;

use crate::world::{COINS, coins, in_memory, key, next, pay, served, signed, submit};

/// Runs a test on a ledger in this process, and on another one over a socket.
async fn on_both<T: AsyncFn(&dyn ChainBackend, &Embedded)>(test: T) {
    let here = in_memory();
    test(&here, &here).await;
    let there = in_memory();
    test(&served(&there).await, &there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_is_included_once_and_told_in_the_next_block() {
    on_both(async |chain, ledger| {
        let mut blocks = chain.blocks(Height(0));
        assert_eq!(next(&mut blocks).await.included, []);
        let transaction = signed(chain, 1, pay(2, 500)).await;
        let name = chain
            .submit(transaction.clone())
            .await
            .expect("it is included");
        assert_eq!(
            chain.submit(transaction).await,
            Ok(name),
            "the same again is no second payment"
        );
        assert_eq!(coins(chain, key(2)).await, COINS + 500);
        ledger.mine(1).expect("a block");

        let news = next(&mut blocks).await;
        let [included] = &news.included[..] else {
            panic!("{news:?}")
        };
        assert_eq!(
            (included.transaction, included.sender, included.what),
            (name, key(1), What::Transferred)
        );
        assert_eq!(
            (included.block.height, news.block.height),
            (Height(0), Height(1))
        );
        assert_eq!(news.parent, included.block.block);
        assert_eq!(coins(chain, key(1)).await, COINS - 500 - included.fee.0);
        let Ok(Answer::Transaction(Some(again))) = chain.query(Query::Transaction(name)).await
        else {
            panic!()
        };
        assert_eq!(&again, included);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_has_a_code_of_its_own() {
    on_both(async |chain, _| {
        let early = signed(chain, 1, pay(2, 1)).await;
        submit(chain, 1, pay(2, 2)).await.expect("it is included");
        let error = chain.submit(early).await.expect_err("the number is taken");
        assert!(error.is_nonce(), "{error:?}");
        let error = submit(chain, 1, pay(2, COINS))
            .await
            .expect_err("so many coins are not there");
        assert_eq!(error.code(), codes::REJECTED);
        assert!(error.to_string().contains("coins"), "{error}");
        let error = chain
            .submit(vec![1, 2, 3])
            .await
            .expect_err("no transaction");
        assert_eq!(error.code(), codes::REJECTED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_has_its_answer() {
    on_both(async |chain, ledger| {
        submit(
            chain,
            1,
            Action::Publish {
                code: b"code".to_vec(),
            },
        )
        .await
        .expect("published");
        let Ok(Answer::Block(Some(first))) = chain.query(Query::Block(Height(0))).await else {
            panic!()
        };
        assert_eq!(first.block, chain.status().await.expect("a status").block);
        assert_eq!(
            chain.query(Query::Block(Height(1))).await,
            Ok(Answer::Block(None))
        );
        let Ok(Answer::Genesis(genesis)) = chain.query(Query::Genesis).await else {
            panic!()
        };
        assert_eq!(
            genesis.chain(),
            chain.status().await.expect("a status").chain
        );

        let until = Height(500);
        submit(
            chain,
            2,
            Action::Register {
                price: Amount(7),
                until,
            },
        )
        .await
        .expect("registered");
        let Ok(Answer::Oracle(Some(oracle))) = chain.query(Query::Oracle(key(2))).await else {
            panic!()
        };
        assert_eq!(oracle.price, Amount(7));
        assert_eq!(
            chain.query(Query::Oracle(key(1))).await,
            Ok(Answer::Oracle(None))
        );
        let (answer_by, kept_until, most) = (Height(10), Height(20), Amount(7));
        let ask = Action::Ask {
            oracle: key(2),
            question: b"who?".to_vec(),
            answer_by,
            kept_until,
            most,
        };
        submit(chain, 1, ask).await.expect("asked");
        ledger.mine(1).expect("a block");
        let Ok(Answer::Block(Some(news))) = chain.query(Query::Block(Height(1))).await else {
            panic!()
        };
        let words: Vec<_> = news.included.iter().map(|included| included.what).collect();
        assert_eq!(words, [What::Published, What::Registered, What::Asked]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_for_tries_pays_from_its_faucet() {
    let genesis = twinroot_chain::dev_genesis(twinroot_abi::TimeMs(5));
    let nothing = std::sync::Arc::new(crate::world::Nothing);
    let ledger =
        Embedded::in_memory(genesis, twinroot_chain::Mode::Manual, nothing).expect("a ledger");
    let remote = served(&ledger).await;
    assert!(remote.status().await.expect("a status").faucet);
    remote.fund(key(1), Amount(1_000)).await.expect("paid");
    remote.fund(key(1), Amount(1_000)).await.expect("paid");
    assert_eq!(coins(&remote, key(1)).await, 2_000);
    let none = served(&in_memory()).await;
    assert_eq!(
        none.fund(key(1), Amount(1))
            .await
            .expect_err("no faucet")
            .code(),
        codes::NO_FAUCET
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_come_by_themselves_and_time_never_falls() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let clock = std::sync::Arc::new(AtomicU64::new(2_000_000));
    let read = std::sync::Arc::clone(&clock);
    let mode = twinroot_chain::Mode::Every(
        std::time::Duration::from_millis(5),
        std::sync::Arc::new(move || twinroot_abi::TimeMs(read.load(Ordering::SeqCst))),
    );
    let nothing = std::sync::Arc::new(crate::world::Nothing);
    let ledger = Embedded::in_memory(crate::world::genesis(), mode, nothing).expect("a ledger");
    let remote = served(&ledger).await;
    let mut blocks = remote.blocks(Height(1));
    assert_eq!(next(&mut blocks).await.block.time.0, 2_000_000);
    // The clock is set back: time stands.
    clock.store(1_500_000, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(next(&mut blocks).await.block.time.0, 2_000_000);
    }
    // Blocks that are made faster than time passes let it run ahead, and it goes on from there.
    let before = ledger.stands().expect("a status").block;
    let after = remote.mine(11).await.expect("blocks");
    assert!(
        after.time.0 >= before.time.0 + 50 && after.height.0 >= before.height.0 + 11,
        "{before:?} {after:?}"
    );
}
