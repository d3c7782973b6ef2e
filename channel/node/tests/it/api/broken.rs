//! What a client does where its connection breaks.

use std::path::Path;

use futures_util::StreamExt;
use serde_json::json;
use twinroot_client::api::{Event, Events, Step};
use twinroot_client::{Client, Error};
use twinroot_node::serve::Serving;
use twinroot_rpc::Limits;

use super::Served;
use super::toy::{CHANNEL, Toy};

/// Serves again, once the server before has left the socket: it does so when its task is next looked at.
async fn restart(toy: &Toy, folder: &Path) -> Serving {
    loop {
        if let Ok(serving) = Serving::start(toy, folder, None, Limits::default()).await {
            return serving;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_that_broke_is_asked_again_under_its_key() {
    let Served {
        toy,
        folder,
        serving,
    } = Served::start().await;
    let client = Client::connect(serving.local().clone(), None)
        .await
        .unwrap();
    toy.waiting.send_replace(true);
    let call = tokio::spawn(async move { client.call(Step::on(CHANNEL).transfer(5)).await });
    let arrived = async || {
        while toy.keys.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    arrived().await;
    // Cut, not drained: the call has no answer.
    drop(serving);
    let _again = restart(&toy, folder.path()).await;
    toy.waiting.send_replace(false);
    call.await.unwrap().unwrap();
    let keys = toy.keys.lock().unwrap();
    assert_eq!((keys.len(), keys[0].len()), (2, 32));
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn keys_of_the_callers_own_stay() {
    let served = Served::start().await;
    let client = served.client().await;
    let step = Step::on(CHANNEL)
        .call(CHANNEL, "pay", json!({}))
        .keyed("mine");
    client.call(step.clone()).await.unwrap();
    client.force(step).await.unwrap();
    client.transfer(CHANNEL, 1).await.unwrap();
    let keys = served.toy.keys.lock().unwrap();
    assert_eq!(keys[..2], ["mine", "mine"]);
    assert_ne!(keys[2], "mine");
}

#[tokio::test]
async fn events_go_on_behind_the_last_one() {
    let Served {
        toy,
        folder,
        serving,
    } = Served::start().await;
    let client = Client::connect(serving.local().clone(), None)
        .await
        .unwrap();
    let mut events = client.events(Events {
        after: Some(2),
        ..Events::default()
    });
    toy.newest.send_replace(4);
    let mut seen: Vec<Event> = events.by_ref().take(2).map(Result::unwrap).collect().await;
    drop(serving);
    toy.newest.send_replace(6);
    let serving = restart(&toy, folder.path()).await;
    seen.extend(
        events
            .by_ref()
            .take(2)
            .map(Result::unwrap)
            .collect::<Vec<_>>()
            .await,
    );
    // A server that ends as it should says so to its subscribers.
    serving.shutdown().await;
    toy.newest.send_replace(7);
    let _again = restart(&toy, folder.path()).await;
    seen.push(events.next().await.unwrap().unwrap());
    assert_eq!(
        seen.iter().map(|event| event.id).collect::<Vec<_>>(),
        [3, 4, 5, 6, 7]
    );
}

#[tokio::test]
async fn what_has_no_key_is_not_asked_again() {
    let Served {
        toy: _toy,
        folder: _folder,
        serving,
    } = Served::start().await;
    let client = Client::connect(serving.local().clone(), None)
        .await
        .unwrap();
    drop(serving);
    let error = client.message(CHANNEL, b"hello").await.unwrap_err();
    assert!(
        matches!(error, Error::Lost(_) | Error::Connect(_)),
        "{error:?}"
    );
}
