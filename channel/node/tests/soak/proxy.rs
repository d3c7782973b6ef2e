//! The way between the nodes. Whoever is to die when a piece passes here does; in bad weather pieces are late, and
//! connections break.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::kid::Kid;

pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    kids: [Arc<Kid>; 2],
    death: Mutex<Option<Death>>,
    weather: watch::Sender<Weather>,
}

/// Who dies when so many more pieces have passed, and whether the last of them still arrives.
struct Death {
    name: usize,
    left: u64,
    arrives: bool,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Weather {
    pub(crate) delay: Duration,
    /// How many of a thousand pieces break their connection instead of arriving.
    pub(crate) breaks: u32,
    /// Nothing gets through, and nobody is told.
    pub(crate) is_parted: bool,
}

impl Proxy {
    pub(crate) async fn between(kids: [Arc<Kid>; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a port");
        let server = kids[1].orders.listen;
        let shared = Arc::new(Shared {
            kids,
            death: Mutex::new(None),
            weather: watch::Sender::default(),
        });
        let ways = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let ways = ways.clone();
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else {
                        return;
                    };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = ways.carry(from_client, to_server) => {}
                        () = ways.carry(from_server, to_client) => {}
                    }
                });
            }
        });
        Self { address, shared }
    }

    pub(crate) fn dies_at(&self, name: usize, piece: u64, arrives: bool) {
        *self.shared.death.lock().expect("nobody panics with it") = Some(Death {
            name,
            left: piece,
            arrives,
        });
    }

    pub(crate) fn nobody_dies(&self) {
        *self.shared.death.lock().expect("nobody panics with it") = None;
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }
}

impl Shared {
    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = vec![0; 16 * 1024];
        let mut weather = self.weather.subscribe();
        loop {
            let count = match from.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            };
            let now = *weather.borrow_and_update();
            if fastrand::u32(..1_000) < now.breaks {
                return;
            }
            tokio::time::sleep(now.delay).await;
            if weather.wait_for(|now| !now.is_parted).await.is_err() {
                return;
            }
            let dies = self.count();
            if dies.is_some_and(|(_, arrives)| !arrives) {
                dies.into_iter()
                    .for_each(|(name, _)| self.kids[name].kill());
                return;
            }
            if to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
            dies.into_iter()
                .for_each(|(name, _)| self.kids[name].kill());
        }
    }

    fn count(&self) -> Option<(usize, bool)> {
        let mut death = self.death.lock().expect("nobody panics with it");
        let waiting = death.as_mut()?;
        match waiting.left.checked_sub(1) {
            Some(left) => {
                waiting.left = left;
                None
            }
            None => death.take().map(|death| (death.name, death.arrives)),
        }
    }
}
