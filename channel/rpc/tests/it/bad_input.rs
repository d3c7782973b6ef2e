//! What a server does with those who do not behave.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use twinroot_rpc::{Endpoint, Limits, codes};

use crate::world::{Raw, request, server, small};

fn code(answer: &Value) -> (&Value, i64, &str) {
    let error = &answer["error"];
    (
        &answer["id"],
        error["code"].as_i64().unwrap(),
        error["data"]["code"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn what_is_no_request_gets_a_typed_answer_and_the_connection_stays() {
    let (server, _) = server(Limits::default()).await;
    let mut raw = Raw::connect(&server).await;
    let bad = [
        ("", -32_700, Value::Null),
        ("{", -32_700, Value::Null),
        ("nul\u{0}", -32_700, Value::Null),
        ("7", -32_600, Value::Null),
        (
            r#"[{"jsonrpc":"2.0","id":1,"method":"nothing"}]"#,
            -32_600,
            Value::Null,
        ),
        ("[]", -32_600, Value::Null),
        (r#"{"id":1,"method":"nothing"}"#, -32_600, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32_600, json!(1)),
        (
            r#"{"jsonrpc":"2.0","id":{},"method":"nothing"}"#,
            -32_600,
            Value::Null,
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"nothing","params":3}"#,
            -32_600,
            json!("a"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"add","params":["a"]}"#,
            -32_602,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"add","params":[-1]}"#,
            -32_602,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"unsubscribe","params":[]}"#,
            -32_602,
            json!(1),
        ),
    ];
    for (text, number, id) in bad {
        let answer = raw.ask(text).await;
        assert_eq!(code(&answer), (&id, number, codes::REQUEST), "{text}");
    }
    let answer = raw.ask(request(1, "nosuch\n", Value::Null)).await;
    assert_eq!(code(&answer), (&json!(1), -32_601, codes::METHOD));
    raw.0.send(Message::binary(vec![0xff; 8])).await.unwrap();
    assert_eq!(code(&raw.hear().await.unwrap()).1, -32_600);
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"add","params":{}"#,
        "[".repeat(5_000)
    );
    assert_eq!(code(&raw.ask(deep).await).1, -32_700);
    assert_eq!(
        raw.ask(request(2, "add", json!([1, 2]))).await["result"],
        json!(3)
    );
}

#[tokio::test]
async fn a_message_that_is_too_long_is_answered_and_ends_the_connection() {
    let (server, _) = server(small()).await;
    let mut raw = Raw::connect(&server).await;
    raw.say("x".repeat(20_000)).await;
    let answer = raw.hear().await.unwrap();
    assert_eq!(code(&answer), (&Value::Null, -32_000, codes::TOO_MUCH));
    assert_eq!(raw.hear().await, None);
    assert_eq!(
        Raw::connect(&server)
            .await
            .ask(request(1, "add", json!([1])))
            .await["result"],
        json!(1)
    );
}

#[tokio::test]
async fn a_flood_of_requests_is_refused_one_by_one() {
    let (server, inside) = server(small()).await;
    let mut raw = Raw::connect(&server).await;
    for id in 0..4 {
        raw.say(request(id, "wait", Value::Null)).await;
    }
    for id in 4..50 {
        let answer = raw.ask(request(id, "add", json!([1]))).await;
        assert_eq!(code(&answer), (&json!(id), -32_000, codes::TOO_MUCH));
    }
    for _ in 0..4 {
        inside.go.notify_one();
        assert_eq!(raw.hear().await.unwrap()["result"], json!("done"));
    }
    assert_eq!(
        raw.ask(request(50, "add", json!([1]))).await["result"],
        json!(1)
    );
    // And by their length together.
    let long = json!(["x".repeat(1_500)]);
    raw.say(request(51, "wait", long.clone())).await;
    let answer = raw.ask(request(52, "wait", long)).await;
    assert_eq!(code(&answer), (&json!(52), -32_000, codes::TOO_MUCH));
    inside.go.notify_one();
    assert_eq!(raw.hear().await.unwrap()["id"], json!(51));
}

#[tokio::test]
async fn there_are_so_many_subscriptions_and_no_more() {
    let limits = Limits {
        subscriptions: 2,
        ..Limits::default()
    };
    let (server, _) = server(limits).await;
    let mut raw = Raw::connect(&server).await;
    let mut refused = 0;
    for id in 1..=3 {
        raw.say(request(id, "endless", Value::Null)).await;
    }
    while refused == 0 {
        let heard = raw.hear().await.unwrap();
        if heard.get("error").is_some() {
            assert_eq!(code(&heard), (&json!(3), -32_000, codes::TOO_MUCH));
            refused += 1;
        }
    }
    raw.say(request(4, "unsubscribe", json!({ "subscription": 1 })))
        .await;
    while raw.hear().await.unwrap()["id"] != json!(4) {}
    raw.say(request(5, "count", json!([1]))).await;
    while raw.hear().await.unwrap()["id"] != json!(5) {}
    let answer = loop {
        raw.say(request(6, "unsubscribe", json!({ "subscription": 77 })))
            .await;
        let heard = raw.hear().await.unwrap();
        if heard["id"] == json!(6) {
            break heard;
        }
    };
    assert_eq!(answer["result"], json!(false));
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_told_and_dropped() {
    let (server, _) = server(small()).await;
    let mut raw = Raw::connect(&server).await;
    raw.say(request(1, "endless", Value::Null)).await;
    assert_eq!(raw.hear().await.unwrap()["result"], json!(1));
    // Not reading is what takes time here: until the sockets are full, and the server's patience is over.
    tokio::time::sleep(small().patience * 5).await;
    let mut items = 0;
    let ended = loop {
        let heard = raw.hear().await.unwrap();
        match heard["method"].as_str() {
            Some("subscription") => items += 1,
            _ => break heard,
        }
    };
    assert!(items > 0);
    assert_eq!(ended["method"], json!("subscription.ended"));
    assert_eq!(ended["params"]["subscription"], json!(1));
    assert_eq!(ended["params"]["error"]["data"]["code"], json!(codes::SLOW));
    assert_eq!(
        raw.ask(request(2, "add", json!([1]))).await["result"],
        json!(1)
    );
}

#[tokio::test]
async fn one_connection_too_many_waits_for_another_to_end() {
    let (server, _) = server(small()).await;
    let first = Raw::connect(&server).await;
    let mut second = Raw::connect(&server).await;
    let mut third = Box::pin(Raw::connect(&server));
    for id in 0..20 {
        assert_eq!(
            second.ask(request(id, "add", json!([1]))).await["result"],
            json!(1)
        );
        assert!(futures_util::poll!(&mut third).is_pending());
    }
    drop(first);
    assert_eq!(
        third.await.ask(request(1, "add", json!([1]))).await["result"],
        json!(1)
    );
}

#[tokio::test]
async fn a_page_of_a_browser_is_not_let_in() {
    let (server, _) = server(Limits::default()).await;
    let Endpoint::Tcp(address) = server.endpoint() else {
        panic!("not on TCP")
    };
    let mut request = format!("ws://{address}/").into_client_request().unwrap();
    request
        .headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    let stream = TcpStream::connect(address).await.unwrap();
    let error = client_async(request, stream).await.unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
}
