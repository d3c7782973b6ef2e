//! What a server is not to be asked.

use serde_json::{Value, json};
use twinroot_chain::ChainBackend;
use twinroot_rpc::{CallError, Client};

use crate::world::{in_memory, served};

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_refused_with_a_code_and_nothing_is_changed() {
    let ledger = in_memory();
    let remote = served(&ledger).await;
    let client = Client::connect(remote.endpoint(), None)
        .await
        .expect("it listens");
    let before = ledger.stands().expect("a status");
    let short = "ab".repeat(31);
    for (method, params) in [
        ("chain.submit", json!({ "transaction": "xyz" })),
        ("chain.submit", json!({ "transaction": [1, 2] })),
        ("chain.submit", json!({})),
        ("chain.query", json!({ "query": "nonsense" })),
        ("chain.query", json!({ "query": { "account": short } })),
        (
            "chain.query",
            json!({ "query": { "account": format!("{short}abcd") } }),
        ),
        (
            "chain.query",
            json!({ "query": { "proof": { "account": "" } } }),
        ),
        ("chain.query", json!({ "query": { "block": -1 } })),
        (
            "chain.query",
            json!({ "query": { "block": 1, "account": 2 } }),
        ),
        ("chain.mine", json!({ "blocks": 1.5 })),
        ("chain.mine", json!({ "blocks": 1, "more": 2 })),
        ("chain.warp", json!({ "height": "9" })),
        ("chain.rollback", json!({ "to": { "yesterday": 1 } })),
        ("chain.fund", json!({ "key": "ab".repeat(32), "amount": 5 })),
        (
            "chain.fund",
            json!({ "key": "ab".repeat(32), "amount": "-5" }),
        ),
        (
            "chain.fund",
            json!({ "key": "ab".repeat(32), "amount": "18446744073709551616" }),
        ),
        (
            "chain.fund",
            json!({ "key": "ab".repeat(32), "amount": "05" }),
        ),
        ("chain.blocks", json!({ "from": null })),
    ] {
        let refused: Result<Value, _> = client.call(method, &params).await;
        match refused {
            Err(CallError::Fault(fault)) => assert_eq!(
                fault.stable(),
                Some(twinroot_rpc::codes::REQUEST),
                "{method} {params}: {fault}"
            ),
            other => panic!("{method} {params}: {other:?}"),
        }
    }
    let unknown: Result<Value, _> = client.call("chain.steal", &json!({})).await;
    assert!(
        matches!(unknown, Err(CallError::Fault(fault)) if fault.stable() == Some(twinroot_rpc::codes::METHOD))
    );
    assert_eq!(remote.status().await.expect("it is still there"), before);
}
