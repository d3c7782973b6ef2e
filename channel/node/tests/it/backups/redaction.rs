//! Logs of the finest kind have no secret in them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::LevelFilter;
use twinroot_client::api::Step;
use twinroot_client::{Client, Endpoint};
use twinroot_keyring::{BackupKey, Cost, KeyFile, LocalSigner};
use twinroot_node::serve::{Serving, token};
use twinroot_types::{SecretKey, Tag};

use super::{backups, careful, pay, restored};
use crate::world::{World, signing, transfer, wait_for};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PASSPHRASE: &str = "a passphrase that nobody guesses";
const NOTE: &str = "what the two of them say to each other";

/// The ways in which bytes come into a log.
fn shapes(secret: &[u8]) -> Vec<String> {
    let mut shapes = vec![
        hex::encode(secret),
        hex::encode_upper(secret),
        format!("{secret:?}").trim_matches(['[', ']']).to_owned(),
    ];
    shapes.extend(String::from_utf8(secret.to_vec()));
    shapes
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_logged() {
    let heard = Heard::default();
    let writer = heard.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .try_init()
        .expect("nobody else logs in these tests");
    tracing::trace!("everything is listened to");

    let world = World::new();
    let folder = world.folder(10);
    let file = folder.join("key");
    let cheap = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let seed = [2; 32];
    KeyFile::create_at_cost(&file, &SecretKey::from_seed(&seed), PASSPHRASE, cheap)
        .expect("a key file");
    let key = KeyFile::open(&file, PASSPHRASE).expect("the key");
    assert!(KeyFile::open(&file, "another passphrase").is_err());
    let signer = Arc::new(LocalSigner::new(key));
    let bob = world
        .node_of(&world.folder(2), &signing(), signer.clone())
        .await;
    let alice = world.node_with(1, &careful(folder.clone())).await;
    let api = Serving::start(
        &alice.handle(),
        &world.folder(1),
        Some(&"ws://127.0.0.1:0".parse().unwrap()),
        Default::default(),
    )
    .await;
    let api = api.expect("an API");
    let token = token(&world.folder(1)).expect("a token");
    let tcp: Endpoint = api.tcp().expect("an address").clone();
    let client = Client::connect(tcp.clone(), Some(token.clone()))
        .await
        .expect("the token is good");
    assert!(
        Client::connect(tcp, Some("not the token".into()))
            .await
            .is_err()
    );

    let channel = world.channel(&alice, &bob).await;
    client
        .message(channel, NOTE.as_bytes())
        .await
        .expect("a note");
    wait_for(&bob.handle(), 0, "message").await;
    pay(&alice, channel, "one", 1_000).await;
    let too_much: Step = transfer(channel, "too much", u64::MAX);
    assert!(client.call(too_much).await.is_err());
    drop(client);
    api.shutdown().await;
    alice.stop().await;
    let _ = restored(&world, 1, 20, &backups(&folder).pop().expect("a backup"), 1);
    bob.stop().await;

    let logged = String::from_utf8_lossy(&heard.0.lock().unwrap().clone()).into_owned();
    assert!(
        logged.contains("TRACE") && logged.contains("twinroot_"),
        "it was listened to: {} bytes",
        logged.len()
    );
    let backup_key = twinroot_keyring::Signer::sign(&*signer, Tag::BACKUP, b"backup key 1")
        .expect("a signature");
    let secrets = [
        seed.to_vec(),
        [1; 32].to_vec(),
        backup_key.to_bytes().to_vec(),
        PASSPHRASE.into(),
        token.into(),
        NOTE.into(),
    ];
    for secret in secrets {
        for shape in shapes(&secret) {
            let place = logged.find(&shape);
            let around = place.map(|place| {
                String::from_utf8_lossy(&logged.as_bytes()[place.saturating_sub(300)..place])
                    .into_owned()
            });
            assert_eq!(around, None, "{shape:.8}.. is in the logs");
        }
    }
    let _ = BackupKey::of(&*signer).map(|key| assert_eq!(format!("{key:?}"), "BackupKey(..)"));
}
