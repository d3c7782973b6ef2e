//! Signed readings: how much of the time is the signature's, and what a chain saves.

#![expect(clippy::float_arithmetic, reason = "time is what is measured here")]

use std::hint::black_box;

use cpu_time::ProcessTime;
use ed25519_dalek::{Signature, VerifyingKey};
use rayon::{ThreadPool, ThreadPoolBuilder};
use twinroot_abi::{FeedId, Fixed, Hash, Height, Policy, TimeMs};
use twinroot_exec::{Bundle, Env, Judge, Question};
use twinroot_feed::{Descriptor, Envelope, Feed, FeedJudge, Mode, Signer, open, open_run};
use twinroot_link::Verifier;
use twinroot_types::{SecretKey, Tag};

use crate::{Figure, compare};

/// A device that measures temperature once a second.
///
/// # Panics
/// Never: the descriptor is in order.
#[must_use]
pub fn thermometer(envelope: Envelope) -> Signer {
    let secret = SecretKey::from_seed(&[1; 32]);
    let descriptor = Descriptor {
        key: secret.public(),
        envelope,
        mode: Mode::Counter,
        urn: "urn:dev:thermometer:1".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms: SECOND_MS as u32,
        valid_from: TimeMs(0),
        valid_to: TimeMs(u64::MAX),
    };
    Signer::new(secret, descriptor).expect("the descriptor is in order")
}

/// Readings of one device, a second apart.
pub struct Readings {
    feed: Feed,
    messages: Vec<Vec<u8>>,
}

impl Readings {
    /// So many of them.
    ///
    /// # Panics
    /// Never, for a count of less than a year.
    #[must_use]
    pub fn new(envelope: Envelope, count: u64) -> Self {
        let mut signer = thermometer(envelope);
        let reading = |second: u64| {
            let t = TimeMs(BEGIN_MS + second * SECOND_MS);
            signer.reading(t, OUT).expect("the device has a counter")
        };
        let messages = (0..count).map(reading).collect();
        Self {
            feed: signer.feed().clone(),
            messages,
        }
    }

    /// Opens each of them by itself.
    pub fn open(&self) {
        for message in &self.messages {
            black_box(open(&self.feed, message)).expect("the device signed it");
        }
    }

    /// Opens them a run at a time, each run with one signature.
    pub fn open_runs(&self, of: usize) {
        for run in self.messages.chunks(of) {
            black_box(open_run(&self.feed, run)).expect("the device signed it");
        }
    }

    /// Opens them by themselves on the cores of `pool`.
    pub fn open_on(&self, pool: &ThreadPool) {
        let verifier = Verifier::new(self.feed.clone());
        let opened = pool.install(|| verifier.open(&self.messages));
        assert!(opened.iter().all(Result::is_ok), "the device signed them");
    }

    /// Nothing but the signatures: keys, signatures and signed bytes lie ready.
    fn bare(&self) -> impl FnMut() {
        let key = VerifyingKey::from_bytes(&self.feed.descriptor().key.0).expect("it is a key");
        let signed: Vec<(Vec<u8>, Signature)> = self
            .messages
            .iter()
            .map(|message| {
                let (rest, signature) = message.split_last_chunk().expect("a message is longer");
                let body = rest.split_first().expect("it has an envelope").1;
                let bytes = [Tag::READING.bytes(), body].concat();
                (bytes, Signature::from_bytes(signature))
            })
            .collect();
        move || {
            for (bytes, signature) in &signed {
                black_box(key.verify_strict(bytes, signature)).expect("the device signed it");
            }
        }
    }
}

/// The figures of `twinroot bench`.
pub(crate) fn figures() -> Vec<Figure> {
    let native = Readings::new(Envelope::Native, BATCH);
    let stock = Readings::new(Envelope::Cose, BATCH);
    let each = |figure: Figure| figure.each(BATCH as f64);
    vec![
        each(compare(
            "oracle/open",
            BARE,
            || native.open(),
            native.bare(),
        )),
        each(compare(
            "oracle/open_cose",
            BARE,
            || stock.open(),
            native.bare(),
        )),
        each(compare(
            "oracle/chained",
            "each reading opened by itself",
            || native.open_runs(RUN),
            || native.open(),
        )),
        judge(),
        two_cores(&native),
    ]
}

/// A run of an hour, as the insurance of a truck would be shown it, and its key gate.
fn judge() -> Figure {
    let readings = Readings::new(Envelope::Native, JUDGED);
    let feed: FeedId = readings.feed.id();
    let limits = (feed, 0_i64, OUT - 1, TimeMs(0), TimeMs(u64::MAX));
    let mut params = vec![0; <(FeedId, i64, i64, TimeMs, TimeMs)>::SIZE];
    limits.write(&mut params);
    let facts = Bundle {
        policy: 0,
        descriptors: vec![readings.feed.encode()],
        messages: readings.messages.clone(),
    };
    let question = Question {
        policy: Policy::RunLength {
            n: JUDGED as u16,
            params: 0,
        },
        params: Some(&params),
        facts: Some(&facts),
        pinned: Env {
            height: Height(0),
            time: TimeMs(0),
            block: Hash([0; 32]),
        },
    };
    let judge = || {
        black_box(FeedJudge.judge(&question)).expect("all of them are out");
    };
    compare("oracle/judge", BARE, judge, readings.bare()).each(JUDGED as f64)
}

/// What the processors work for a signature, not how soon it is there.
fn two_cores(readings: &Readings) -> Figure {
    let pools = [2, 1].map(|threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("the machine has threads")
    });
    let pairs = (0..SAMPLES).map(|_| {
        pools.each_ref().map(|pool| {
            let start = ProcessTime::now();
            readings.open_on(pool);
            start.elapsed().as_secs_f64() * 1e9
        })
    });
    Figure::of(
        "oracle/two_threads",
        "one thread, in time of processors",
        pairs.collect(),
    )
    .each(BATCH as f64)
}

const BARE: &str = "verify_strict of ed25519-dalek alone";
const SECOND_MS: u64 = 1_000;
/// 2026-11-23T00:00:00Z.
const BEGIN_MS: u64 = 1_795_392_000_000;
/// 9 degrees, out of the limits of what is kept cool.
pub const OUT: i64 = 9_000;
const BATCH: u64 = 960;
/// Readings for each signature: those of a minute.
const RUN: usize = 60;
/// Readings that a call can carry at most.
const JUDGED: u64 = 256;
const SAMPLES: usize = 21;
