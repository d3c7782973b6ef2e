//! A node in a process of its own: what `twinroot node run` starts, with clocks around its engine and its signer.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use twinroot_abi::PublicKey;
use twinroot_client::{Client, Endpoint};
use twinroot_feed::FeedJudge;
use twinroot_host::{Backend, Host};
use twinroot_keyring::LocalSigner;
use twinroot_node::serve::{Metrics, SOCKET, Serving};
use twinroot_node::{Config, Node, SignKind, SignRule};
use twinroot_types::SecretKey;

use crate::clocked::{Engine, Pen};
use crate::process;

/// The variable that makes this program a node.
pub(crate) const FOLDER: &str = "TWINROOT_BENCH_NODE";
const CONFIG: &str = "node.toml";
const COMPILED: &str = "compiled";

/// Runs a node until whoever started it says so, or is gone.
pub(crate) fn be(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("the machine has threads");
    runtime.block_on(async {
        let config = Config::read(&folder.join(CONFIG)).expect("a configuration");
        let metrics = Metrics::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
            .expect("a port is free");
        let chain = twinroot_chain::Remote::new(config.chain.parse().expect("an address"));
        let host = Host::new(Backend::Cranelift, FeedJudge)
            .and_then(|host| host.with_folder(&folder.join(COMPILED)))
            .expect("this machine runs wasm");
        let node = Node::start(
            folder,
            &config,
            Arc::new(Engine(host)),
            Arc::new(Pen(LocalSigner::new(key(folder)))),
            Arc::new(chain),
        )
        .await
        .expect("the node starts");
        let limits = twinroot_rpc::Limits::default();
        let serving = Serving::start(&node.handle(), folder, None, limits)
            .await
            .expect("the API is served");
        println!("{}", metrics.address());
        let end =
            tokio::task::spawn_blocking(|| std::io::stdin().lock().read_line(&mut String::new()));
        // Whatever ends it, it ends.
        let _ = end.await;
        serving.shutdown().await;
        node.stop().await;
    });
}

/// The key of the node in that folder, by the folder's name.
fn key(folder: &Path) -> SecretKey {
    let name = folder.file_name().expect("a folder has a name");
    let mut seed = [0; 32];
    for (byte, of) in seed.iter_mut().zip(name.as_encoded_bytes()) {
        *byte = *of;
    }
    SecretKey::from_seed(&seed)
}

/// The process of a node.
pub(crate) struct Kid {
    folder: PathBuf,
    config: Config,
    running: Option<Running>,
}

struct Running {
    child: Child,
    stdin: ChildStdin,
    client: Client,
    metrics: SocketAddr,
}

impl Kid {
    /// A node that agrees to all offers and signs what its peer pays, not started yet.
    pub(crate) fn new(folder: PathBuf, chain: &Endpoint) -> Self {
        std::fs::create_dir_all(folder.join(COMPILED)).expect("the disk has room");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let mut config = Config {
            chain: chain.to_string(),
            listen: Some(free.local_addr().expect("it has an address")),
            ..Config::default()
        };
        config.policy.accept_offers = true;
        config.policy.sign.push(SignRule {
            loses: 0,
            gas: u64::MAX >> 2,
            same_hold: false,
            only: vec![SignKind::Transfer],
        });
        Self {
            folder,
            config,
            running: None,
        }
    }

    /// From its next start on it signs that as well.
    pub(crate) fn signs(&mut self, kinds: impl Iterator<Item = SignKind>) {
        self.config.policy.sign[0].only.extend(kinds);
    }

    pub(crate) fn key(&self) -> PublicKey {
        key(&self.folder).public()
    }

    pub(crate) fn listens(&self) -> SocketAddr {
        self.config.listen.expect("it has an address")
    }

    /// Starts it, and says how long it took to its first answer.
    pub(crate) async fn start(&mut self) -> Duration {
        let text = toml::to_string(&self.config).expect("a configuration");
        std::fs::write(self.folder.join(CONFIG), text).expect("the disk has room");
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .env(FOLDER, &self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("its output is read");
        let metrics = line.trim().parse().expect("the node starts");
        let client = Client::connect(Endpoint::Unix(self.folder.join(SOCKET)), None)
            .await
            .expect("the node listens");
        client.status().await.expect("the node answers");
        let took = begun.elapsed();
        self.running = Some(Running {
            stdin: child.stdin.take().expect("its input"),
            child,
            client,
            metrics,
        });
        took
    }

    /// Has it end in order.
    pub(crate) fn stop(&mut self) {
        if let Some(Running {
            mut child,
            stdin,
            client: _client,
            ..
        }) = self.running.take()
        {
            drop(stdin);
            let ended = child.wait().expect("it ends");
            assert!(ended.success(), "{} fails: {ended}", self.folder.display());
        }
    }

    /// Has it end at once, in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.child.kill().expect("it runs");
            running.child.wait().expect("it ends");
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the node runs")
    }

    pub(crate) fn client(&self) -> &Client {
        &self.running().client
    }

    pub(crate) fn resident(&self) -> u64 {
        process::resident(self.running().child.id())
    }

    pub(crate) fn cpu(&self) -> Duration {
        process::cpu(self.running().child.id())
    }

    /// Bytes of its log.
    pub(crate) fn log_bytes(&self) -> u64 {
        let log = std::fs::metadata(self.folder.join(twinroot_node::LOG));
        log.expect("it has a log").len()
    }

    /// All numbers that it tells of itself.
    pub(crate) fn numbers(&self) -> BTreeMap<String, f64> {
        let mut stream = TcpStream::connect(self.running().metrics).expect("it tells its numbers");
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
            .expect("it listens");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        text.lines()
            .filter_map(|line| {
                let (name, number) = line.rsplit_once(' ')?;
                Some((name.to_owned(), number.parse().ok()?))
            })
            .collect()
    }
}

impl Drop for Kid {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            // It may have ended by itself.
            drop(running.child.kill());
            drop(running.child.wait());
        }
    }
}
