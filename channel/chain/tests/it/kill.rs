//! A server that is killed: what it accepted is there when it is started again, and whoever follows it misses nothing.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use twinroot_abi::{Height, PublicKey, TimeMs};
use twinroot_chain::{Answer, ChainBackend, Embedded, Mode, Query, Remote};
use twinroot_rpc::Endpoint;

use crate::world::{Nothing, coins, genesis, next, pay, submit};

const FILE: &str = "TWINROOT_TEST_LEDGER";
const PORT: &str = "TWINROOT_TEST_PORT";
const KILLS: u64 = 6;

/// Not a test by itself: what the killed process does.
#[tokio::test(flavor = "multi_thread")]
async fn server() {
    let Ok(path) = std::env::var(FILE) else {
        return;
    };
    let mode = Mode::Every(Duration::from_millis(20), Arc::new(|| TimeMs(1_000_000)));
    let ledger = Embedded::open(
        Path::new(&path),
        genesis,
        mode,
        Arc::new(Nothing),
        &mut |_| {},
    )
    .expect("the ledger");
    let port = std::env::var(PORT).expect("a port");
    let endpoint: Endpoint = format!("ws://127.0.0.1:{port}")
        .parse()
        .expect("an address");
    let served = ledger.serve(&endpoint).await.expect("it listens");
    println!("listening at {}", served.endpoint());
    served.until(std::future::pending()).await.expect("it runs");
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL.
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }
}

fn start(path: &Path, port: &str) -> (Server, Endpoint) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["kill::server", "--exact", "--nocapture"])
        .env(FILE, path)
        .env(PORT, port)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let said = lines.map_while(Result::ok).find_map(|line| {
        Some(
            line.split_once("listening at ")?
                .1
                .parse()
                .expect("an address"),
        )
    });
    (Server(child), said.expect("it listens"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_accepted_is_lost_and_a_follower_misses_no_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let (mut server, endpoint) = start(&path, "0");
    let Endpoint::Tcp(address) = &endpoint else {
        panic!("{endpoint}")
    };
    let port = address.rsplit_once(':').expect("a port").1.to_owned();
    let remote = Remote::new(endpoint.clone());
    let mut blocks = remote.blocks(Height(0));
    let mut told = vec![next(&mut blocks).await];
    let mut accepted = Vec::new();
    for kill in 0..KILLS {
        for number in 0..5 {
            // Each account is another one, so that a payment that is made twice would show.
            let name = submit(
                &remote,
                1,
                pay(u8::try_from(100 + kill * 5 + number).expect("few"), 11),
            )
            .await
            .expect("accepted");
            accepted.push(name);
        }
        let doomed = tokio::spawn({
            let remote = remote.clone();
            async move { submit(&remote, 2, pay(3, 1)).await }
        });
        drop(server);
        (server, _) = start(&path, &port);
        // Whether it was killed before, while or after: it is posted once in the end.
        doomed
            .await
            .expect("a task")
            .expect("posted again until it is there");
        for name in &accepted {
            let found = remote.query(Query::Transaction(*name)).await;
            assert!(
                matches!(found, Ok(Answer::Transaction(Some(_)))),
                "{name} was accepted: {found:?}"
            );
        }
        let height = remote.status().await.expect("a status").block.height;
        while told.last().is_none_or(|last| last.block.height < height) {
            told.push(next(&mut blocks).await);
        }
    }
    for pair in told.windows(2) {
        assert_eq!(
            (pair[1].block.height.0, pair[1].parent),
            (pair[0].block.height.0 + 1, pair[0].block.block),
            "no block is missed"
        );
    }
    for who in 100..100 + u8::try_from(KILLS * 5).expect("few") {
        assert_eq!(coins(&remote, crate::world::key(who)).await, 11);
    }
    assert_eq!(nonce(&remote, crate::world::key(2)).await, KILLS);
    drop(server);
}

async fn nonce(remote: &Remote, key: PublicKey) -> u64 {
    match remote.query(Query::Account(key)).await {
        Ok(Answer::Account(account)) => account.nonce,
        other => panic!("{other:?}"),
    }
}
