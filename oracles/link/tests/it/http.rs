//! Feeds over HTTP.

use std::net::SocketAddr;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use twinroot_feed::{Equivocation, Signed};
use twinroot_link::http::{Address, describe, listen, serve};
use twinroot_link::{Event, Evidence, Keeper, LinkState, Origin, Place, Running};

use crate::world::{Disk, NO_MESSAGE, chain, feed, has, message, message_of, next, roomy, within};

struct Server {
    address: SocketAddr,
    keeper: Keeper,
    _running: Running,
}

impl Server {
    async fn start(messages: &[Signed]) -> Self {
        let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
        deliver(&keeper, messages).await;
        Self::of(keeper, "127.0.0.1:0").await
    }

    async fn of(keeper: Keeper, address: &str) -> Self {
        let listener = within(async {
            loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => return listener,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        })
        .await;
        Self {
            address: listener.local_addr().unwrap(),
            keeper: keeper.clone(),
            _running: serve(listener, [keeper]),
        }
    }

    fn url(&self) -> String {
        format!("http://{}/v1/feeds/{}", self.address, feed(1).id())
    }

    fn address(&self) -> Address {
        Address::of_url(&self.url()).unwrap()
    }

    async fn get(&self, path: &str) -> (u16, Json) {
        let response = within(reqwest::get(format!("{}{path}", self.url())))
            .await
            .unwrap();
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        let status = response.status().as_u16();
        let bytes = within(response.bytes()).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn events(&self, path: &str, last: Option<&str>) -> Events {
        let mut request = reqwest::Client::new().get(format!("{}/events{path}", self.url()));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = within(request.send()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        Events {
            response,
            text: String::new(),
        }
    }
}

/// Server-sent events as a browser reads them.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// Kind, id and data of the next event.
    async fn next(&mut self) -> (String, String, Json) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                if event.starts_with(':') {
                    continue;
                }
                let data = serde_json::from_str(&field("data:")).unwrap();
                return (field("event:"), field("id:"), data);
            }
            let chunk = within(self.response.chunk()).await.unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.next().await.1);
        }
        ids
    }
}

async fn deliver(keeper: &Keeper, messages: &[Signed]) {
    for message in messages {
        let bytes = message.bytes().to_vec();
        let receipt = keeper.deliver(&Origin::new("test"), bytes).await.unwrap();
        within(receipt.done()).await.unwrap();
    }
}

#[tokio::test]
async fn a_feed_tells_what_it_is_and_how_it_stands() {
    let messages = chain(5);
    let server = Server::start(&[&messages[..2], &messages[4..]].concat()).await;
    let (status, json) = server.get("").await;
    assert_eq!(status, 200);
    assert_eq!(json["feed"], feed(1).id().to_string());
    assert_eq!(json["descriptor"]["unit"], "Cel");
    assert_eq!(json["descriptor"]["scale"], -3);
    assert_eq!(json["descriptor_bytes"], hex::encode(feed(1).encode()));
    assert_eq!(json["messages"], 3);
    assert_eq!(
        json["gaps"],
        serde_json::json!([{ "epoch": 0, "first": 2, "last": 3 }])
    );
    assert_eq!(json["latest"]["seq"], 4);
    assert_eq!(json["latest"]["value"], 4_929);
    assert_eq!(json["latest"]["bytes"], hex::encode(messages[4].bytes()));
    assert_eq!(json["equivocation"], Json::Null);
    assert_eq!(json["dropped"], Json::Null);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let server = Server::start(&[]).await;
    let (status, json) = server.get("/messages?since=nonsense").await;
    assert_eq!(status, 400);
    assert_eq!(json["error"], "a place is an epoch and a seq, such as 0-17");
    let other = format!("http://{}/v1/feeds/{}", server.address, feed(2).id());
    let response = within(reqwest::get(other)).await.unwrap();
    assert_eq!(response.status(), 404);
    let (status, json) = server.get("/messages").await;
    assert_eq!((status, &json["messages"]), (200, &serde_json::json!([])));
}

#[tokio::test]
async fn pages_lead_through_the_whole_history() {
    let messages = chain(600);
    let server = Server::start(&messages).await;
    let mut since = "0-3".to_owned();
    let mut pages = 0;
    let mut seen = Vec::new();
    loop {
        let (_, page) = server.get(&format!("/messages?since={since}")).await;
        seen.extend(page["messages"].as_array().unwrap().iter().cloned());
        pages += 1;
        match page["next"].as_str() {
            Some(next) => since = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    let expected = messages[3..]
        .iter()
        .map(|message| hex::encode(message.bytes()));
    assert!(seen.iter().map(|one| one.as_str().unwrap()).eq(expected));
}

#[tokio::test]
async fn a_browser_that_connects_again_misses_nothing() {
    let messages = chain(400);
    let server = Server::start(&messages[..300]).await;
    let mut events = server.events("?since=0-0", None).await;
    let (kind, id, data) = events.next().await;
    assert_eq!((kind.as_str(), id.as_str()), ("reading", "0-0"));
    assert_eq!(data["bytes"], hex::encode(messages[0].bytes()));
    let seen = events.ids(150).await;
    drop(events);
    deliver(&server.keeper, &messages[300..350]).await;

    // What the browser asked for at first stays in the address; the header counts.
    let last = seen.last().unwrap();
    let mut events = server.events("?since=0-0", Some(last)).await;
    assert_eq!(
        &events.next().await.1,
        last,
        "a place can have two messages"
    );
    let rest = events.ids(199).await;
    deliver(&server.keeper, &messages[350..]).await;
    let live = events.ids(50).await;
    let expected: Vec<String> = (1..400).map(|seq| format!("0-{seq}")).collect();
    assert_eq!([seen, rest, live].concat(), expected);
}

#[tokio::test]
async fn gaps_and_lies_are_events() {
    let messages = chain(4);
    let server = Server::start(&messages[..1]).await;
    let mut events = server.events("", None).await;
    deliver(&server.keeper, &messages[3..]).await;
    let (kind, id, data) = events.next().await;
    assert_eq!((kind.as_str(), id.as_str()), ("gap", ""));
    assert_eq!(
        data,
        serde_json::json!({ "epoch": 0, "first": 1, "last": 2 })
    );
    assert_eq!(events.ids(1).await, ["0-3"]);
    deliver(&server.keeper, &[message(0, 3, messages[2].id(), 1)]).await;
    assert_eq!(events.ids(1).await, ["0-3"]);
    let (kind, _, data) = events.next().await;
    assert_eq!(kind, "equivocation");
    let proof = hex::decode(data["proof"].as_str().unwrap()).unwrap();
    Equivocation::decode(&proof).unwrap().verify().unwrap();
}

#[tokio::test]
async fn a_program_follows_a_server_that_comes_and_goes() {
    let messages = chain(700);
    let server = Server::start(&messages[..400]).await;
    assert_eq!(within(describe(&server.address(), |_| {})).await, feed(1));
    let disk = Disk::new();
    let keeper = Keeper::start(Evidence::from(disk.open().unwrap().0));
    let mut events = keeper.subscribe();
    let _listens = listen(&server.address(), Place::FIRST, keeper.clone());
    within(has(&keeper, &messages[..400])).await;
    deliver(&server.keeper, &messages[400..410]).await;
    within(has(&keeper, &messages[..410])).await;

    let (address, source) = (server.address.to_string(), server.keeper.clone());
    drop(server);
    let is_down = |event| {
        matches!(
            event,
            Event::Link {
                state: LinkState::Down { .. },
                ..
            }
        )
    };
    while !is_down(next(&mut events).await) {}
    deliver(&source, &messages[410..]).await;
    let _server = Server::of(source, &address).await;
    within(has(&keeper, &messages)).await;
    assert_eq!(keeper.overview().await.unwrap().gaps, []);
}

#[tokio::test]
async fn a_lie_that_a_server_knows_of_convinces_its_listeners() {
    let messages = chain(3);
    let server = Server::start(&messages).await;
    deliver(&server.keeper, &[message(0, 1, messages[0].id(), 1)]).await;
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    // From a place on at which nothing is wrong.
    let from = Place { epoch: 0, seq: 2 };
    let _listens = listen(&server.address(), from, keeper.clone());
    while !matches!(next(&mut events).await, Event::Equivocation(_)) {}
    assert!(keeper.overview().await.unwrap().proof.is_some());
}

/// Says to everyone what it was given, whatever was asked.
async fn hostile(said: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            let is_page = String::from_utf8_lossy(&request[..read]).contains("/messages");
            let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice();
            let page = br#"{"messages":["00","zz"],"next":null}"#.as_slice();
            let body = if is_page { page } else { &said };
            // Whoever was offended has gone.
            drop(stream.write_all(&[head, body].concat()).await);
        }
    });
    address
}

#[tokio::test]
async fn a_hostile_server_is_refused_and_counted() {
    let event = |bytes: &[u8]| {
        format!(
            "event: reading\ndata: {{\"bytes\":\"{}\"}}\n\n",
            hex::encode(bytes)
        )
    };
    let mut mutated = chain(1)[0].bytes().to_vec();
    mutated[100] ^= 1;
    let foreign = message_of(2, 0, 0, NO_MESSAGE, 1);
    let said = [
        event(b"junk"),
        event(&mutated),
        event(foreign.bytes()),
        event(chain(1)[0].bytes()),
    ]
    .concat();
    let endless = [said.as_bytes(), &[b'x'; 1_000_000]].concat();
    let address = hostile(endless).await;
    let keeper = Keeper::start(Evidence::memory(feed(1), roomy()));
    let mut events = keeper.subscribe();
    let address = Address::of_url(&format!("http://{address}/v1/feeds/{}", feed(1).id())).unwrap();
    let _listens = listen(&address, Place::FIRST, keeper.clone());
    let reason = loop {
        if let Event::Link {
            state: LinkState::Down { reason },
            ..
        } = next(&mut events).await
        {
            break reason;
        }
    };
    assert!(reason.contains("max line length exceeded"), "{reason}");
    let overview = keeper.overview().await.unwrap();
    assert_eq!(overview.messages, 1, "the one that the feed signed");
    assert!(
        overview.refused.values().sum::<u64>() >= 4,
        "{:?}",
        overview.refused
    );
}
