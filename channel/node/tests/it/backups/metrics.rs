//! What Prometheus is told.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use twinroot_client::Api;
use twinroot_client::api::Close;
use twinroot_node::serve::Metrics;

use super::{PATIENCE, backups, blocks, careful, pay};
use crate::world::{World, public, signing, wait_for};

async fn told(metrics: &Metrics) -> String {
    let mut stream = TcpStream::connect(metrics.address())
        .await
        .expect("a listener");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .await
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_what_a_node_does_and_nothing_else() {
    let metrics = Metrics::start(([127, 0, 0, 1], 0).into())
        .await
        .expect("a listener");
    let world = World::new();
    let folder = world.folder(10);
    let bob = world.node_with(2, &signing()).await;
    let alice = world.node_with(1, &careful(folder.clone())).await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "one", 1_000).await;
    alice
        .handle()
        .close(Close {
            channel,
            solo: true,
        })
        .await
        .expect("a close");
    let mining = blocks(&world);
    wait_for(&bob.handle(), 0, "closed").await;
    mining.abort();
    // Gauges are set with the next tick.
    let all = async {
        loop {
            let told = told(&metrics).await;
            let missing = WANTED.iter().find(|wanted| !told.contains(**wanted));
            match missing {
                None => return told,
                Some(missing) => tracing::debug!(missing),
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let Ok(told) = tokio::time::timeout(PATIENCE, all).await else {
        let told = told(&metrics).await;
        panic!(
            "{:?} is missing",
            WANTED
                .iter()
                .filter(|wanted| !told.contains(**wanted))
                .collect::<Vec<_>>()
        );
    };
    for name in [
        channel.to_string(),
        hex::encode(public(1).0),
        hex::encode([1_u8; 32]),
    ] {
        assert!(!told.contains(&name), "{name} is nobody's business");
    }
    alice.stop().await;
    assert!(!backups(&folder).is_empty());
    bob.stop().await;
}

const WANTED: [&str; 16] = [
    "HTTP/1.1 200",
    "twinroot_rounds_total ",
    "twinroot_commit_seconds_bucket",
    "twinroot_commit_batches_bucket",
    "twinroot_commits_total ",
    "twinroot_frames_sent_total ",
    "twinroot_frames_received_total ",
    "twinroot_height ",
    "twinroot_peers_connected ",
    "twinroot_wants_waiting ",
    "twinroot_posted_total{action=\"close_solo\"}",
    "twinroot_posted_total{action=\"settle\"}",
    "twinroot_channels{stage=\"open\"}",
    "twinroot_channels{stage=\"closed\"}",
    "twinroot_events_total{kind=\"agreed\"}",
    "twinroot_unwritten_batches ",
];
