//! A server with a few methods, and a connection without manners.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use twinroot_rpc::{Access, Endpoint, Fault, Limits, Methods, Server};

/// What tests hold of the server's inside.
#[derive(Clone, Default)]
pub(crate) struct Inside {
    /// `wait` was called.
    pub(crate) waits: Arc<Notify>,
    /// `wait` answers once this is told.
    pub(crate) go: Arc<Notify>,
}

pub(crate) fn methods(inside: &Inside) -> Methods {
    let Inside { waits, go } = inside.clone();
    Methods::new()
        .method("add", |numbers: Vec<u64>| async move {
            Ok(numbers.iter().sum::<u64>())
        })
        .method("nothing", |(): ()| async { Ok(()) })
        .method("refuse", |_: Value| async {
            Err::<(), _>(
                Fault::new("TR9999", "never")
                    .advice("Do something else.")
                    .with("least", json!(3)),
            )
        })
        .method("fail", |_: Value| async {
            let numbers: [u8; 0] = [];
            Ok(numbers[std::hint::black_box(0)])
        })
        .method("wait", move |_: Value| {
            let (waits, go) = (waits.clone(), go.clone());
            async move {
                waits.notify_one();
                go.notified().await;
                Ok("done")
            }
        })
        .subscription("count", |(to,): (u64,)| async move {
            if to > 1_000_000 {
                return Err(Fault::invalid_params("that far nobody counts"));
            }
            Ok(stream::iter((0..to).map(Ok)))
        })
        .subscription("endless", |_: Value| async {
            Ok(stream::repeat_with(|| Ok("x".repeat(64 * 1024))))
        })
        .subscription("broken", |_: Value| async {
            Ok(stream::iter([
                Ok(1),
                Err(Fault::new("TR9998", "it broke")),
                Ok(2),
            ]))
        })
}

pub(crate) fn anywhere() -> Endpoint {
    "ws://127.0.0.1:0".parse().unwrap()
}

pub(crate) async fn server(limits: Limits) -> (Server, Inside) {
    let inside = Inside::default();
    let server = Server::start(&anywhere(), methods(&inside), Access::Anyone, limits)
        .await
        .unwrap();
    (server, inside)
}

/// Impatient, and small.
pub(crate) fn small() -> Limits {
    Limits {
        message_bytes: 10_000,
        pending_bytes: 2_000,
        requests: 4,
        subscriptions: 2,
        queue: 2,
        connections: 2,
        patience: Duration::from_millis(100),
        drain: Duration::from_millis(200),
        ..Limits::default()
    }
}

/// A connection that says what it likes.
pub(crate) struct Raw(pub(crate) WebSocketStream<TcpStream>);

impl Raw {
    pub(crate) async fn connect(server: &Server) -> Self {
        let Endpoint::Tcp(address) = server.endpoint() else {
            panic!("not on TCP")
        };
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(format!("ws://{address}/"), stream)
            .await
            .unwrap();
        Self(socket)
    }

    pub(crate) async fn say(&mut self, text: impl ToString) {
        self.0.send(Message::text(text.to_string())).await.unwrap();
    }

    /// The next text, or none if the server hung up.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(text.as_str()).unwrap());
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub(crate) async fn ask(&mut self, text: impl ToString) -> Value {
        self.say(text).await;
        self.hear().await.unwrap()
    }
}

pub(crate) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}
