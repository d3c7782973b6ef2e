//! The life of a channel as it is told to whoever was away.

use twinroot_abi::{Amount, Height};
use twinroot_chain::{Answer, ChainBackend, ChannelAnswer, Embedded, Query, To, What};
use twinroot_types::Tag;
use twinroot_wire::{Action, Parameters, SignedParameters, VERSION};

use crate::world::{in_memory, key, next, open, secret, served, submit};

fn terms(ledger: &Embedded) -> SignedParameters {
    let parameters = Parameters {
        chain: ledger.stands().expect("a status").chain,
        version: VERSION,
        parties: [key(1), key(2)],
        deposits: [Amount(1_000), Amount(2_000)],
        lock: 3,
        nonce: 0,
        expiry: Height(100),
    };
    let signatures = [1, 2].map(|who| secret(who).sign(Tag::OPEN, &parameters.signed_bytes()));
    SignedParameters {
        parameters,
        signatures,
    }
}

async fn channel(chain: &dyn ChainBackend, ledger: &Embedded) -> ChannelAnswer {
    match chain
        .query(Query::Channel(terms(ledger).parameters.channel()))
        .await
    {
        Ok(Answer::Channel(channel)) => channel,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_opens_closes_and_is_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let ledger = open(&path).expect("a ledger");
    let remote = served(&ledger).await;
    let terms = terms(&ledger);
    let id = terms.parameters.channel();
    assert_eq!(channel(&remote, &ledger).await, ChannelAnswer::Unknown);
    submit(&remote, 1, Action::Open(terms.clone()))
        .await
        .expect("opened");
    remote.mine(1).await.expect("a block");
    let ChannelAnswer::Live(live) = channel(&remote, &ledger).await else {
        panic!("not open")
    };
    assert_eq!(
        (live.parameters, live.closing, live.opened.height),
        (terms.parameters, None, Height(0))
    );
    submit(
        &remote,
        2,
        Action::CloseSolo {
            channel: id,
            state: None,
        },
    )
    .await
    .expect("closing");
    let ChannelAnswer::Live(live) = channel(&remote, &ledger).await else {
        panic!("not open")
    };
    assert_eq!(live.closing, Some(Height(4)));
    remote.warp(Height(4)).await.expect("blocks");
    let settled = submit(&remote, 1, Action::Settle { channel: id })
        .await
        .expect("settled");
    let mut blocks = remote.blocks(Height(5));
    remote.mine(1).await.expect("a block");
    let news = next(&mut blocks).await;
    assert_eq!(
        (news.channels(), news.included[0].what),
        (vec![id], What::Closed)
    );
    let ChannelAnswer::Closed(closed) = channel(&remote, &ledger).await else {
        panic!("not closed")
    };
    assert_eq!(
        (closed.payout, closed.closed.height),
        ([Amount(1_000), Amount(2_000)], Height(4))
    );
    assert_eq!(closed.transaction, settled);
    // A fork undoes it.
    remote
        .rollback(&To::Height(Height(3)))
        .await
        .expect("a fork");
    assert!(matches!(
        channel(&remote, &ledger).await,
        ChannelAnswer::Live(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_another_ledger_is_refused() {
    let ledger = in_memory();
    let mut terms = terms(&ledger);
    terms.parameters.chain.0[0] ^= 1;
    assert!(submit(&ledger, 1, Action::Open(terms)).await.is_err());
}
