//! A network that can be had on one machine: everything that goes through it may be late, held up, altered or cut.
//!
//! It knows nothing of what it carries, so that tests of other rooms can use it as it is.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The way between all who connect to it and one server. It ends when it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
    cuts: Arc<watch::Sender<u64>>,
    connections: Arc<watch::Sender<u64>>,
    recorded: Arc<Mutex<[Vec<u8>; 2]>>,
    accepting: JoinHandle<()>,
}

/// How it is on the way.
#[derive(Clone, Copy, Default)]
pub(crate) struct Weather {
    /// Of everything, each way.
    pub(crate) delay: Duration,
    /// How many of a hundred reads are late by `resend` on top of it, as bytes are whose packet was lost.
    pub(crate) loss: u32,
    pub(crate) resend: Duration,
    /// How many of a thousand reads end the connection instead.
    pub(crate) cuts: u32,
    /// Nothing gets through, and nobody is told.
    pub(crate) is_parted: bool,
    /// One byte of each connection is another one.
    pub(crate) altered: Option<(Way, u64)>,
    /// Each connection ends after so many bytes of that way.
    pub(crate) ends: Option<(Way, u64)>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From who has connected to the server.
    There,
    /// Back.
    Back,
}

impl Proxy {
    /// A way to `server`, in fine weather.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Arc::new(watch::Sender::new(Weather::default()));
        let cuts = Arc::new(watch::Sender::new(0));
        let connections = Arc::new(watch::Sender::new(0));
        let recorded = Arc::new(Mutex::default());
        let shared = (
            weather.clone(),
            cuts.clone(),
            connections.clone(),
            Arc::clone(&recorded),
        );
        let accepting = tokio::spawn(async move {
            let (weather, cuts, connections, recorded) = shared;
            loop {
                let (client, _) = listener.accept().await.unwrap();
                connections.send_modify(|count| *count += 1);
                let Ok(server) = TcpStream::connect(server).await else {
                    continue;
                };
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let relay = |way, from, to| {
                    let relay = Relay {
                        way,
                        weather: weather.subscribe(),
                        recorded: Arc::clone(&recorded),
                    };
                    relay.run(from, to)
                };
                let there = relay(Way::There, from_client, to_server);
                let back = relay(Way::Back, from_server, to_client);
                let mut cut = cuts.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = cut.changed() => {}
                        () = there => {}
                        () = back => {}
                    }
                });
            }
        });
        Self {
            address,
            weather,
            cuts,
            connections,
            recorded,
            accepting,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Ends all connections at once.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many have connected so far.
    pub(crate) fn connections(&self) -> u64 {
        *self.connections.borrow()
    }

    /// Waits until so many have connected.
    pub(crate) async fn connected(&self, count: u64) {
        let mut connections = self.connections.subscribe();
        connections.wait_for(|now| *now >= count).await.unwrap();
    }

    /// All bytes that came, of all connections.
    pub(crate) fn recorded(&self, way: Way) -> Vec<u8> {
        self.recorded.lock().unwrap()[way as usize].clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

struct Relay {
    way: Way,
    weather: watch::Receiver<Weather>,
    recorded: Arc<Mutex<[Vec<u8>; 2]>>,
}

impl Relay {
    /// Carries bytes until the connection ends.
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut carried = 0_u64;
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let count = match from.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            };
            let weather = *self.weather.borrow_and_update();
            if fastrand::u32(..1_000) < weather.cuts {
                return;
            }
            let late = if fastrand::u32(..100) < weather.loss {
                weather.resend
            } else {
                Duration::ZERO
            };
            tokio::time::sleep(weather.delay + late).await;
            if self.weather.wait_for(|now| !now.is_parted).await.is_err() {
                return;
            }
            let mut count = count;
            if let Some((way, place)) = weather.altered
                && way == self.way
                && (carried..carried + count as u64).contains(&place)
            {
                bytes[(place - carried) as usize] ^= 0x01;
            }
            let mut is_over = false;
            if let Some((way, end)) = weather.ends
                && way == self.way
                && carried + count as u64 > end
            {
                count = end.saturating_sub(carried) as usize;
                is_over = true;
            }
            carried += count as u64;
            self.recorded.lock().unwrap()[self.way as usize].extend_from_slice(&bytes[..count]);
            if to.write_all(&bytes[..count]).await.is_err() || is_over {
                return;
            }
        }
    }
}
