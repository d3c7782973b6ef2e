//! One run: two nodes, some channels, and many deaths.

use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use twinroot_abi::{Amount, ChannelId};
use twinroot_client::api::{Coins, Id, Open, Stage};

use crate::backups;
use crate::child::Orders;
use crate::hosts::{ADDRESSES, Hosts};
use crate::judge;
use crate::kid::Kid;
use crate::ledger::{Ledger, key};
use crate::people::{Asked, PATIENCE, User, create, forced, forgotten, paid, step};
use crate::proxy::{Proxy, Weather};

/// What goes wrong beside the kills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing.
    Kills,
    /// With the process all is lost that was not synced, or any part of it.
    PowerCuts,
    /// Pieces are late, connections break, and the two are parted for a while.
    BadWeather,
    /// The ledger loses its newest blocks.
    Forks,
    /// The log of one of the two is lost at times, and made again of a backup of some age.
    Backups,
    /// No kills: the two are on hosts of their own, with a bad line between them that is parted at times.
    Hosts,
}

impl Mode {
    /// Those with kills.
    pub(crate) const ALL: [Self; 5] = [
        Self::Kills,
        Self::PowerCuts,
        Self::BadWeather,
        Self::Forks,
        Self::Backups,
    ];
}

/// Channels at a time.
const CHANNELS: u64 = 3;
/// Coins that each side locks.
const DEPOSIT: u64 = 50_000_000;
const BLOCK: Duration = Duration::from_millis(25);
/// Where a step takes longer.
const SLOW_BLOCK: Duration = Duration::from_millis(250);
/// Where a node listens on a host of its own.
const PORT: u16 = 8641;
const ONE_WAY_MS: u64 = 20;
const LOSS_PERCENT: u64 = 5;
/// Longer than a connection is held for alive without a sign of it.
const LONG: Duration = Duration::from_secs(40);

pub(crate) struct Run {
    seed: u64,
    mode: Mode,
}

/// What happened in a run.
pub(crate) struct Story {
    kills: u64,
    channels: u64,
    steps: usize,
    forced: usize,
    events: usize,
    height: u64,
    /// Logs that were lost, and made again of a backup.
    restored: u64,
    seconds: f64,
}

struct World {
    seed: u64,
    mode: Mode,
    ledger: Arc<Ledger>,
    kids: [Arc<Kid>; 2],
    users: [Arc<User>; 2],
    proxy: Proxy,
    hosts: Option<Hosts>,
    is_over: AtomicBool,
    channels: AtomicU64,
    _folder: TempDir,
}

/// When a node dies at a transaction that it posts.
type PostDeath = Arc<std::sync::Mutex<Option<(usize, bool)>>>;

impl Run {
    pub(crate) const fn new(seed: u64, mode: Mode) -> Self {
        Self { seed, mode }
    }

    #[expect(clippy::disallowed_types, reason = "it is told how long it took")]
    pub(crate) async fn play(self, kills: u64) -> Story {
        let start = std::time::Instant::now();
        let mut random = fastrand::Rng::with_seed(self.seed);
        let post_death = PostDeath::default();
        let world = Arc::new(World::new(self.seed, self.mode, &post_death, &mut random).await);
        let tasks = world.tasks();
        let channels: Vec<JoinHandle<Vec<Asked>>> = (0..CHANNELS)
            .map(|number| tokio::spawn(world.clone().channels(number, random.u64(..))))
            .collect();
        for number in 0..kills {
            sleep(Duration::from_millis(random.u64(..120))).await;
            match self.mode {
                Mode::Hosts => world.part(number, &mut random).await,
                _ => world.death(number, &post_death, &mut random).await,
            }
        }
        world.is_over.store(true, Ordering::SeqCst);
        world.proxy.set(Weather::default());
        let mut asked = Vec::new();
        for channel in channels {
            asked.extend(channel.await.expect("a channel goes well"));
        }
        for user in &world.users {
            user.caught_up().await;
            user.check_events().await;
        }
        judge::coins(&world.ledger);
        let events = judge::events(&world.users);
        for task in tasks {
            assert!(
                !task.is_finished(),
                "somebody who watches has gone: see above"
            );
            task.abort();
        }
        world.kids.iter().for_each(|kid| kid.kill());
        while !world.kids.iter().all(|kid| kid.is_dead()) {
            sleep(Duration::from_millis(5)).await;
        }
        if world.kids[0].orders.checkpoint_every > 1_000_000 {
            judge::logs([&world.kids[0].orders.folder, &world.kids[1].orders.folder]);
        }
        Story {
            kills: if self.mode == Mode::Hosts { 0 } else { kills },
            channels: world.channels.load(Ordering::SeqCst),
            steps: asked.iter().filter(|asked| asked.answer.is_ok()).count(),
            forced: asked
                .iter()
                .filter(|asked| asked.is_forced && asked.answer.is_ok())
                .count(),
            events,
            height: world.ledger.height(),
            restored: world
                .users
                .iter()
                .map(|user| user.restored.load(Ordering::SeqCst))
                .sum(),
            seconds: start.elapsed().as_secs_f64(),
        }
    }
}

impl World {
    async fn new(
        seed: u64,
        mode: Mode,
        post_death: &PostDeath,
        random: &mut fastrand::Rng,
    ) -> Self {
        let folder = TempDir::new().expect("a folder");
        let socket = folder.path().join("ledger.sock");
        let checkpoint_every = if random.bool() { 16 } else { usize::MAX };
        let hosts = (mode == Mode::Hosts).then(two_hosts).flatten();
        let kids = [0, 1].map(|name| {
            let own = folder.path().join(name.to_string());
            std::fs::create_dir_all(&own).expect("a folder");
            // Addresses of a namespace cannot be tried from here.
            let listen = hosts.as_ref().map_or_else(free, |_| ([0; 4], PORT).into());
            let power_cut = mode == Mode::PowerCuts;
            Arc::new(Kid::new(Orders {
                name,
                folder: own,
                ledger: socket.clone(),
                listen,
                host: hosts.as_ref().map(|hosts| hosts.names[name].clone()),
                power_cut,
                checkpoint_every,
                backups: mode == Mode::Backups && name == 0,
                seed,
            }))
        });
        let (dying, posts) = (kids.clone(), post_death.clone());
        let ledger = Arc::new(Ledger::new(move |name, before| {
            let mut death = posts.lock().expect("nobody panics with it");
            if *death == Some((name, before)) {
                *death = None;
                dying[name].kill();
            }
        }));
        ledger.clone().serve(&socket).await;
        let proxy = Proxy::between(kids.clone()).await;
        for kid in &kids {
            kid.start(random.u64(..)).await;
        }
        let users = [0, 1].map(|name| Arc::new(User::new(name, kids[name].orders.folder.clone())));
        let (is_over, channels) = (AtomicBool::new(false), AtomicU64::new(0));
        Self {
            seed,
            mode,
            ledger,
            kids,
            users,
            proxy,
            hosts,
            is_over,
            channels,
            _folder: folder,
        }
    }

    /// What goes on beside everything.
    fn tasks(self: &Arc<Self>) -> Vec<JoinHandle<()>> {
        let mut tasks = vec![
            tokio::spawn(self.clone().blocks()),
            tokio::spawn(self.clone().weather()),
        ];
        for user in &self.users {
            let (one, other) = (user.clone(), user.clone());
            tasks.push(tokio::spawn(async move { one.listen().await }));
            tasks.push(tokio::spawn(async move { other.agree().await }));
        }
        tasks
    }

    /// Blocks come while both are there: whoever is away for longer than the time to answer has lost by the rules.
    async fn blocks(self: Arc<Self>) {
        let mut random = fastrand::Rng::with_seed(self.seed);
        loop {
            sleep(if self.mode == Mode::Hosts {
                SLOW_BLOCK
            } else {
                BLOCK
            })
            .await;
            if self.kids.iter().any(|kid| kid.is_dead()) {
                continue;
            }
            if self.mode == Mode::Forks && random.u8(..30) == 0 {
                self.ledger.fork(random.u64(1..3));
            }
            self.ledger.mine();
        }
    }

    async fn weather(self: Arc<Self>) {
        let mut random = fastrand::Rng::with_seed(self.seed);
        loop {
            sleep(Duration::from_millis(random.u64(50..600))).await;
            if self.mode == Mode::BadWeather && !self.is_over.load(Ordering::SeqCst) {
                let delay = Duration::from_millis(random.u64(..20));
                self.proxy.set(Weather {
                    delay,
                    breaks: random.u32(..50),
                    is_parted: random.u8(..6) == 0,
                });
            }
        }
    }

    /// One or both die, somewhere; then they begin again.
    async fn death(&self, number: u64, post_death: &PostDeath, random: &mut fastrand::Rng) {
        let name = usize::from(random.bool());
        let kid = &self.kids[name];
        let arrives = random.bool();
        let point = random.u8(..6);
        match point {
            0 => kid.kill(),
            1 | 2 => {
                kid.dies_at(
                    random.u64(..40),
                    random
                        .choice(["before", "after", "torn"])
                        .unwrap_or("before"),
                )
                .await
            }
            3 | 4 => self.proxy.dies_at(name, random.u64(..30), arrives),
            _ => *post_death.lock().expect("nobody panics with it") = Some((name, arrives)),
        }
        let both = random.u8(..8) == 0;
        for _ in 0..300 {
            if kid.is_dead() {
                break;
            }
            sleep(Duration::from_millis(2)).await;
        }
        // Nothing came by at that point.
        *post_death.lock().expect("nobody panics with it") = None;
        self.proxy.nobody_dies();
        kid.kill();
        if both {
            self.kids[1 - name].kill();
        }
        if std::env::var_os("TWINROOT_SOAK_TELL").is_some() {
            println!(
                "soak: kill {number} of {name} at point {point}, both {both}, height {}",
                self.ledger.height()
            );
        }
        for kid in &self.kids {
            let dies = both || kid.orders.name == name;
            while dies && !kid.is_dead() {
                sleep(Duration::from_millis(1)).await;
            }
            // The other may have died at a point of its own, of an earlier order.
            if kid.is_dead() {
                if kid.orders.backups
                    && random.u8(..3) == 0
                    && backups::replace(&kid.orders.folder, kid.orders.name, random)
                {
                    self.users[kid.orders.name]
                        .restored
                        .fetch_add(1, Ordering::SeqCst);
                }
                kid.start(random.u64(..)).await;
            }
        }
    }

    /// Nothing gets through for a while: now and then for so long that the connection is given up.
    async fn part(&self, number: u64, random: &mut fastrand::Rng) {
        sleep(Duration::from_millis(random.u64(2_000..6_000))).await;
        self.weather_at_hosts(true);
        sleep(match number {
            1 => LONG,
            _ => Duration::from_millis(random.u64(500..4_000)),
        })
        .await;
        self.weather_at_hosts(false);
    }

    /// Without hosts of their own, bytes are late, and a connection breaks where a packet would be lost.
    fn weather_at_hosts(&self, is_parted: bool) {
        match &self.hosts {
            Some(hosts) => hosts.toggle(),
            None => self.proxy.set(Weather {
                delay: Duration::from_millis(ONE_WAY_MS),
                breaks: 5,
                is_parted,
            }),
        }
    }

    /// One channel after the other, until it is over.
    async fn channels(self: Arc<Self>, number: u64, seed: u64) -> Vec<Asked> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut all = Vec::new();
        let mut life = 0;
        while !self.is_over.load(Ordering::SeqCst) {
            let name = format!("{number}-{life}");
            if let Some(channel) = self.open(&name).await {
                self.channels.fetch_add(1, Ordering::SeqCst);
                all.extend(self.live(channel, &name, &mut random).await);
            }
            life += 1;
        }
        all
    }

    async fn open(&self, name: &str) -> Option<Id> {
        let open = Open {
            key: name.into(),
            peer: key(1).public().into(),
            address: Some(match &self.hosts {
                Some(_) => format!("{}:{PORT}", ADDRESSES[1]),
                None => self.proxy.address.to_string(),
            }),
            deposit: Coins(Amount(DEPOSIT)),
            peer_deposit: Coins(Amount(DEPOSIT)),
            lock: 20,
            expiry: 90,
        };
        let channel = loop {
            match self.users[0].client().await.open(open.clone()).await {
                Ok(opened) => break opened.channel,
                Err(_) => sleep(BLOCK).await,
            }
        };
        let stage = self
            .until(channel, |stages| {
                stages.iter().all(|stage| *stage == Stage::Open) || stages[0] == Stage::Closed
            })
            .await;
        (stage[0] == Stage::Open).then_some(channel)
    }

    /// Waits until the channel stands so at both.
    async fn until(&self, channel: Id, done: impl Fn([Stage; 2]) -> bool) -> [Stage; 2] {
        let seen = std::sync::Mutex::new(None);
        let wait = async {
            loop {
                let look = [
                    self.users[0].look(channel).await,
                    self.users[1].look(channel).await,
                ];
                *seen.lock().expect("nobody panics with it") = Some(look.clone());
                if let [Some(one), other] = look {
                    let stages = [one.stage, other.map_or(Stage::Opening, |other| other.stage)];
                    if done(stages) {
                        return stages;
                    }
                }
                sleep(2 * BLOCK).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| panic!("channel {channel:?} is stuck: {seen:?}"))
    }

    /// A channel from its first step to its payout.
    async fn live(
        self: &Arc<Self>,
        channel: Id,
        name: &str,
        random: &mut fastrand::Rng,
    ) -> Vec<Asked> {
        let steps = random.u32(20..120);
        let first = create(channel, format!("{name}-create"));
        let first = self.users[0].ask(first, false).await;
        let workers: Vec<_> = (0..4)
            .map(|number| {
                tokio::spawn(self.clone().work(
                    channel,
                    format!("{name}-{number}"),
                    number % 2,
                    steps,
                    random.u64(..),
                ))
            })
            .collect();
        let mut asked = [vec![first], Vec::new()];
        for (number, worker) in workers.into_iter().enumerate() {
            asked[number % 2].extend(worker.await.expect("a user has all answers"));
        }
        let free = self.settled(channel, &asked).await;
        self.close(channel, random.bool()).await;
        judge::payout(&self.ledger, ChannelId::from(channel), free);
        // Whoever asks again hears the same, however long ago it was.
        for (user, asked) in self.users.iter().zip(&asked) {
            // What a lost log knew is not known any more.
            if user.restored.load(Ordering::SeqCst) > 0 {
                continue;
            }
            for asked in asked {
                let again = user.insist(&asked.step, asked.is_forced).await;
                assert_eq!(
                    again, asked.answer,
                    "{} is told something else of {}",
                    user.name, asked.step.key
                );
            }
        }
        asked.into_iter().flatten().collect()
    }

    async fn work(
        self: Arc<Self>,
        channel: Id,
        name: String,
        user: usize,
        steps: u32,
        seed: u64,
    ) -> Vec<Asked> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut all = Vec::new();
        for number in 0..steps {
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            let step = step(&mut random, channel, format!("{name}-{number}"));
            let is_forced = random.u8(..25) == 0;
            all.push(self.users[user].ask(step, is_forced).await);
            if random.u8(..3) == 0 {
                sleep(Duration::from_millis(random.u64(..30))).await;
            }
        }
        all
    }

    /// Both have the same newest state, and it holds what was answered: nothing twice, nothing lost. A node whose log was lost
    /// may make a step again that had no answer yet, and does not know of one that the ledger carried out for it and a late
    /// signature has beaten (docs/spec/channel.md, 7.4).
    async fn settled(&self, channel: Id, asked: &[Vec<Asked>; 2]) -> [u64; 2] {
        let [to_responder, to_initiator] = [paid(&asked[0]), paid(&asked[1])];
        let free = [
            DEPOSIT + to_initiator - to_responder,
            DEPOSIT + to_responder - to_initiator,
        ];
        let again = forgotten(&asked[0]);
        let has_lost_logs = self.users[0].restored.load(Ordering::SeqCst) > 0;
        let owed = if has_lost_logs { forced(&asked[0]) } else { 0 };
        let right = free[0] - again..=free[0] + owed;
        let is_right =
            |held: [u64; 2]| right.contains(&held[0]) && held[0] + held[1] == 2 * DEPOSIT;
        let seen = std::sync::Mutex::new(None);
        let wait = async {
            loop {
                let look = [
                    self.users[0].look(channel).await,
                    self.users[1].look(channel).await,
                ];
                if let [Some(one), Some(other)] = &look {
                    let held = [one.balances[0].0.0, one.balances[1].0.0];
                    let theirs = [other.balances[1].0.0, other.balances[0].0.0];
                    if is_right(held)
                        && theirs == held
                        && one.round == other.round
                        && one.forced == other.forced
                    {
                        return held;
                    }
                }
                *seen.lock().expect("nobody panics with it") = Some(look);
                sleep(2 * BLOCK).await;
            }
        };
        let settled = tokio::time::timeout(PATIENCE / 4, wait).await;
        settled.unwrap_or_else(|_| {
            panic!(
                "seed {}: channel {channel:?} is to hold {free:?}, or {again} moved again, or {owed} not, and has {seen:#?}; refused were {:#?}",
                self.seed,
                asked.iter().flatten().filter(|asked| asked.answer.is_err()).map(|asked| (&asked.step.key, &asked.answer, &asked.step.operations)).collect::<Vec<_>>()
            )
        })
    }

    async fn close(&self, channel: Id, solo: bool) {
        for attempt in 0.. {
            let client = self.users[0].client().await;
            // Alone where the peer does not come to it.
            let _ = if solo || attempt > 5 {
                client.close_solo(channel).await
            } else {
                client.close(channel).await
            };
            let wait = self.until(channel, |stages| stages == [Stage::Closed; 2]);
            if tokio::time::timeout(Duration::from_secs(3), wait)
                .await
                .is_ok()
            {
                return;
            }
            assert!(
                attempt < 40,
                "seed {}: channel {channel:?} does not close",
                self.seed
            );
        }
    }
}

/// Nothing where the machine does not allow it, and that is no failure.
fn two_hosts() -> Option<Hosts> {
    let hosts = Hosts::start(&ONE_WAY_MS.to_string(), &LOSS_PERCENT.to_string());
    if hosts.is_none() {
        assert!(
            std::env::var_os("TWINROOT_NAMESPACES").is_none(),
            "no network namespaces here: they take root, iproute2, python3 and /dev/net/tun"
        );
        println!(
            "soak: no network namespaces here (root, iproute2, python3, /dev/net/tun); a proxy on the loopback stands in"
        );
    }
    hosts
}

/// An address of the loopback that nobody listens at.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|taken| taken.local_addr())
        .expect("a port")
}

impl Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kills,
            channels,
            steps,
            forced,
            events,
            height,
            restored,
            seconds,
        } = self;
        write!(
            f,
            "{kills} kills, {channels} channels, {steps} steps of which {forced} forced, {events} events, {height} blocks, {restored} logs made of a backup, {seconds:.1} s"
        )
    }
}
