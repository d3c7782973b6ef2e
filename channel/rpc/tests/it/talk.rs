//! Calls and subscriptions that work.

use std::os::unix::fs::PermissionsExt;

use futures_util::StreamExt;
use serde_json::{Value, json};
use twinroot_rpc::{Access, CallError, Client, ConnectError, Endpoint, Limits, Server, codes};

use crate::world::{Inside, anywhere, methods, server};

async fn talk(endpoint: &Endpoint, token: Option<&str>) {
    let client = Client::connect(endpoint, token).await.unwrap();
    assert_eq!(client.call::<_, u64>("add", &[2, 3]).await.unwrap(), 5);
    client.call::<_, ()>("nothing", &()).await.unwrap();
    let items = client.subscribe::<_, u64>("count", &3).await;
    assert!(
        matches!(items, Err(CallError::Fault(fault)) if fault.code == -32_600),
        "a bare number is no `params`"
    );
}

#[tokio::test]
async fn a_call_is_answered_over_tcp_and_over_a_local_socket() {
    let (tcp, _) = server(Limits::default()).await;
    talk(tcp.endpoint(), None).await;
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::Unix(folder.path().join("socket"));
    // A local socket asks for no token.
    let access = || Access::Token("secret".into());
    let local = Server::start(
        &endpoint,
        methods(&Inside::default()),
        access(),
        Limits::default(),
    )
    .await
    .unwrap();
    talk(&endpoint, None).await;
    let mode = std::fs::metadata(folder.path().join("socket"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = Server::start(
        &endpoint,
        methods(&Inside::default()),
        access(),
        Limits::default(),
    )
    .await;
    assert!(second.is_err(), "one server at a time");
    local.shutdown().await;
    assert!(!folder.path().join("socket").exists());
}

#[tokio::test]
async fn the_socket_of_a_server_that_was_killed_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let endpoint = Endpoint::Unix(path);
    let _server = Server::start(
        &endpoint,
        methods(&Inside::default()),
        Access::Anyone,
        Limits::default(),
    )
    .await
    .unwrap();
    talk(&endpoint, None).await;
}

#[tokio::test]
async fn a_token_is_asked_for() {
    let access = Access::Token("secret".into());
    let server = Server::start(
        &anywhere(),
        methods(&Inside::default()),
        access,
        Limits::default(),
    )
    .await
    .unwrap();
    talk(server.endpoint(), Some("secret")).await;
    for wrong in [
        None,
        Some(""),
        Some("secre"),
        Some("secrets"),
        Some("line\nbreak"),
    ] {
        let error = Client::connect(server.endpoint(), wrong).await.unwrap_err();
        assert!(matches!(error, ConnectError::Token(_)), "{error}");
        assert_eq!(error.code(), codes::TOKEN);
    }
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let (server, _) = server(Limits::default()).await;
    let endpoint = server.endpoint().clone();
    server.shutdown().await;
    let error = Client::connect(&endpoint, None).await.unwrap_err();
    assert_eq!(error.code(), codes::NOBODY, "{error}");
    assert!(error.to_string().contains(&endpoint.to_string()), "{error}");
    let nowhere = Endpoint::Unix("/nowhere/at/all".into());
    assert_eq!(
        Client::connect(&nowhere, None).await.unwrap_err().code(),
        codes::NOBODY
    );
}

#[tokio::test]
async fn a_server_of_something_else_is_said_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::Tcp(listener.local_addr().unwrap().to_string());
    let other = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // What nobody has read would break the connection at its end.
        let mut asked = [0; 4096];
        tokio::io::AsyncReadExt::read(&mut stream, &mut asked)
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.example ESMTP\r\n\r\n")
            .await
            .unwrap();
    });
    let error = Client::connect(&endpoint, None).await.unwrap_err();
    assert_eq!(error.code(), codes::UNINTELLIGIBLE, "{error}");
    other.await.unwrap();
}

#[tokio::test]
async fn a_server_that_goes_in_the_middle_of_a_greeting_is_not_there() {
    for reads in [false, true] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::Tcp(listener.local_addr().unwrap().to_string());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            if reads {
                tokio::io::AsyncReadExt::read(&mut stream, &mut asked)
                    .await
                    .unwrap();
            } else {
                stream.readable().await.unwrap();
            }
        });
        let error = Client::connect(&endpoint, None).await.unwrap_err();
        assert_eq!(error.code(), codes::NOBODY, "{error}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn items_come_in_order_and_end() {
    let (server, _) = server(Limits::default()).await;
    let client = Client::connect(server.endpoint(), None).await.unwrap();
    let items = client.subscribe::<_, u64>("count", &[2_000]).await.unwrap();
    let items: Vec<u64> = items.map(Result::unwrap).collect().await;
    assert_eq!(items, (0..2_000).collect::<Vec<_>>());
    let broken: Vec<_> = client
        .subscribe::<_, u64>("broken", &())
        .await
        .unwrap()
        .collect()
        .await;
    assert!(
        matches!(&broken[..], [Ok(1), Err(error)] if error.code() == "TR9998"),
        "{broken:?}"
    );
}

#[tokio::test]
async fn a_fault_brings_its_code_and_what_to_do() {
    let (server, _) = server(Limits::default()).await;
    let client = Client::connect(server.endpoint(), None).await.unwrap();
    let error = client.call::<_, ()>("refuse", &()).await.unwrap_err();
    assert_eq!(error.code(), "TR9999");
    let CallError::Fault(fault) = error else {
        panic!("{error}")
    };
    assert_eq!(fault.what_to_do(), Some("Do something else."));
    assert_eq!(fault.data.unwrap()["least"], json!(3));
    // One that panics takes nobody with it.
    let error = client.call::<_, Value>("fail", &()).await.unwrap_err();
    assert_eq!(error.code(), codes::INTERNAL);
    assert_eq!(client.call::<_, u64>("add", &[1]).await.unwrap(), 1);
    let error = client.call::<_, String>("add", &[1]).await.unwrap_err();
    assert!(matches!(error, CallError::Answer(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_dies_is_noticed_in_the_middle_of_a_call() {
    let (server, inside) = server(Limits::default()).await;
    let client = Client::connect(server.endpoint(), None).await.unwrap();
    let mut items = client.subscribe::<_, String>("endless", &()).await.unwrap();
    items.next().await.unwrap().unwrap();
    let call = client.call::<_, String>("wait", &());
    let death = async {
        inside.waits.notified().await;
        drop(server);
    };
    let (result, ()) = tokio::join!(call, death);
    assert!(matches!(result, Err(CallError::Lost(_))), "{result:?}");
    client.closed().await;
    assert!(matches!(
        client.call::<_, u64>("add", &[1]).await,
        Err(CallError::Lost(_))
    ));
    let last = items
        .filter(|item| core::future::ready(item.is_err()))
        .next()
        .await;
    assert!(
        matches!(last, Some(Err(CallError::Lost(_) | CallError::Slow))),
        "{last:?}"
    );
}

#[tokio::test]
async fn a_server_that_ends_answers_what_it_was_asked() {
    let (server, inside) = server(Limits::default()).await;
    let client = Client::connect(server.endpoint(), None).await.unwrap();
    let call = client.call::<_, String>("wait", &());
    let ending = async {
        inside.waits.notified().await;
        let end = server.shutdown();
        inside.go.notify_one();
        end.await;
    };
    let (result, ()) = tokio::join!(call, ending);
    assert_eq!(result.unwrap(), "done");
}
