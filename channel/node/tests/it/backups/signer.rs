//! The key lies in another process, which goes away for a while.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use twinroot_abi::Amount;
use twinroot_client::Api;
use twinroot_client::api::Coins;
use twinroot_keyring::{Guard, LocalSigner, listen, serve_signer};
use twinroot_node::Config;

use super::{PATIENCE, pay, summary};
use crate::world::{World, key, public, signing, transfer, wait_for};

/// A signer with a guard, on a socket, for as long as the tests run.
fn signer(folder: &Path, name: u8) -> PathBuf {
    let socket = folder.join("signer");
    let listener = listen(&socket).expect("a socket");
    let guard = Guard::open(&folder.join("rounds"), LocalSigner::new(key(name))).expect("a guard");
    std::thread::Builder::new()
        .spawn(move || serve_signer(&listener, &guard))
        .expect("a thread");
    socket
}

/// A way to the signer that can be cut.
struct Way(tokio::task::JoinHandle<()>);

impl Way {
    fn open(at: &Path, to: &Path) -> Self {
        let listener = UnixListener::bind(at).expect("a socket");
        let to = to.to_owned();
        Self(tokio::spawn(async move {
            let mut streams = JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                let mut to = UnixStream::connect(&to).await.expect("the signer");
                streams.spawn(async move { copy_bidirectional(&mut from, &mut to).await });
            }
        }))
    }

    async fn cut(self, at: &Path) {
        self.0.abort();
        assert!(self.0.await.unwrap_err().is_cancelled());
        std::fs::remove_file(at).expect("a socket");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_says_that_its_signer_is_away_and_goes_on_when_it_is_back() {
    let world = World::new();
    let folder = world.folder(10);
    let socket = signer(&folder, 1);
    let at = folder.join("way");
    let way = Way::open(&at, &socket);
    let config = Config {
        signer: Some(at.clone()),
        ..signing()
    };
    let find = |config: Config, expected| {
        tokio::task::spawn_blocking(move || config.remote_signer(Some(expected)))
    };
    let wrong = find(config.clone(), public(2)).await.unwrap();
    assert!(wrong.is_err(), "it has another key");
    let remote = find(config.clone(), public(1))
        .await
        .unwrap()
        .expect("a signer")
        .expect("a socket in the settings");

    let bob = world.node_with(2, &signing()).await;
    let alice = world
        .node_of(&world.folder(1), &config, Arc::new(remote))
        .await;
    let channel = world.channel(&alice, &bob).await;
    pay(&alice, channel, "there", 1_000).await;

    way.cut(&at).await;
    let waits = tokio::spawn({
        let handle = alice.handle();
        async move { handle.call(transfer(channel, "away", 2_000)).await }
    });
    let gone = wait_for(&alice.handle(), 0, "signer_gone").await;
    assert!(gone.text.contains("does not answer"), "{}", gone.text);
    assert!(!waits.is_finished());
    let way = Way::open(&at, &socket);
    let done = tokio::time::timeout(PATIENCE, waits)
        .await
        .expect("it goes on")
        .unwrap();
    assert_eq!(done.expect("both sign").round, 2);
    wait_for(&alice.handle(), gone.id, "signer_back").await;
    pay(&bob, channel, "back", 500).await;
    let balances = summary(&alice.handle(), channel).await.balances;
    assert_eq!(balances[1], Coins(Amount(400_002_500)));
    alice.stop().await;
    bob.stop().await;
    way.cut(&at).await;
}
