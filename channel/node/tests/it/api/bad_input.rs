//! What the server refuses, and how it says so.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use twinroot_client::api::Id;
use twinroot_client::{Client, Error};
use twinroot_node::serve::{TokenError, codes, token};
use twinroot_rpc::{CallError, Fault};

use super::Served;
use super::toy::CHANNEL;

async fn refusal(served: &Served, method: &str, params: Value) -> Fault {
    match served.raw().await.call::<_, Value>(method, &params).await {
        Err(CallError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_failure_keeps_its_code_and_its_advice() {
    let served = Served::start().await;
    let error = served.client().await.show(Id([9; 32])).await.unwrap_err();
    assert_eq!((error.code(), error.todo()), ("TR0801", Some("List them.")));
    assert!(
        error.to_string().starts_with("there is no channel 0909"),
        "{error}"
    );
}

#[tokio::test]
async fn params_that_do_not_fit_are_refused() {
    let served = Served::start().await;
    for (method, params) in [
        ("channel.show", json!({})),
        ("channel.show", json!({ "channel": "07" })),
        ("channel.show", json!({ "channel": CHANNEL, "besides": 1 })),
        ("channel.list", json!({ "besides": 1 })),
        (
            "channel.open",
            json!({ "key": "k", "peer": CHANNEL, "deposit": "18446744073709551616", "peer_deposit": "0", "lock": 1, "expiry": 1 }),
        ),
        (
            "channel.open",
            json!({ "key": "k", "peer": CHANNEL, "deposit": 5, "peer_deposit": "0", "lock": 1, "expiry": 1 }),
        ),
        (
            "channel.call",
            json!({ "channel": CHANNEL, "key": "k", "operations": [{ "do": "transfer", "amount": "-1" }] }),
        ),
        (
            "channel.call",
            json!({ "channel": CHANNEL, "key": "k", "operations": [{ "do": "steal" }] }),
        ),
        ("events.ack", json!({ "up_to": -1 })),
    ] {
        let fault = refusal(&served, method, params.clone()).await;
        assert_eq!(
            (fault.code, fault.stable()),
            (-32_602, Some("TR0701")),
            "{method} {params}: {fault:?}"
        );
    }
    assert_eq!(
        refusal(&served, "channel.steal", json!({})).await.stable(),
        Some("TR0702")
    );
    assert!(served.toy.keys.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_without_a_key_is_refused() {
    let served = Served::start().await;
    for key in [String::new(), "k".repeat(129)] {
        let step = json!({ "channel": CHANNEL, "key": key, "operations": [] });
        for method in ["channel.call", "channel.force"] {
            assert_eq!(
                refusal(&served, method, step.clone()).await.stable(),
                Some(codes::KEY)
            );
        }
    }
    let without = json!({ "channel": CHANNEL, "operations": [] });
    let _: Value = served
        .raw()
        .await
        .call("channel.read", &without)
        .await
        .unwrap();
}

#[tokio::test]
async fn over_tcp_the_token_opens() {
    let served = Served::start().await;
    let address = served.serving.tcp().unwrap().clone();
    let token = token(served.folder.path()).unwrap();
    for wrong in [
        None,
        Some("0".repeat(64)),
        Some(token.to_uppercase() + "0"),
        Some("a\nb".into()),
    ] {
        let error = Client::connect(address.clone(), wrong).await.unwrap_err();
        assert!(
            matches!(&error, Error::Connect(_)) && error.code() == "TR0703",
            "{error:?}"
        );
    }
    Client::connect(address, Some(token))
        .await
        .unwrap()
        .status()
        .await
        .unwrap();
}

#[test]
fn the_token_is_made_once_and_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let first = token(folder.path()).unwrap();
    assert_eq!((first.len(), token(folder.path()).unwrap()), (64, first));
    let path = folder.path().join("token");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(token(folder.path()), Err(TokenError::Open(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "short").unwrap();
    assert!(matches!(token(folder.path()), Err(TokenError::Other(_))));
}
