//! Feeds and questions that the tests share.

use twinroot_abi::{FeedId, Fixed, Hash, Height, MessageId, Policy, PublicKey, Subject, TimeMs};
use twinroot_exec::{Bundle, Env, Judge, Question};
use twinroot_feed::{
    Descriptor, Envelope, Feed, FeedError, FeedJudge, Mode, Observation, Signer, Value,
};
use twinroot_types::SecretKey;

pub(crate) const PARCEL: Subject = Subject([0xaa; 32]);
pub(crate) const OTHER_PARCEL: Subject = Subject([0xbb; 32]);
pub(crate) const DELIVERED: u16 = 1;
pub(crate) const LOST: u16 = 2;
/// Where the tests' policies say that their parameters lie.
pub(crate) const SLOT: u32 = 9;

pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn descriptor_of(key: PublicKey) -> Descriptor {
    Descriptor {
        key,
        envelope: Envelope::Native,
        mode: Mode::Counter,
        urn: "urn:dev:truck-7".to_owned(),
        quantity: "temperature".to_owned(),
        unit: "Cel".to_owned(),
        scale: -3,
        period_ms: 1_000,
        valid_from: TimeMs(1_000),
        valid_to: TimeMs(1_000_000),
    }
}

pub(crate) fn descriptor(seed: u8) -> Descriptor {
    descriptor_of(secret(seed).public())
}

pub(crate) fn feed(seed: u8) -> Feed {
    Feed::new(descriptor(seed)).unwrap()
}

pub(crate) fn signer(seed: u8) -> Signer {
    Signer::new(secret(seed), descriptor(seed)).unwrap()
}

/// Feeds of these seeds, ascending by id, each with its seed.
pub(crate) fn ascending<const N: usize>(seeds: [u8; N]) -> [(u8, Feed); N] {
    let mut feeds = seeds.map(|seed| (seed, feed(seed)));
    feeds.sort_by_key(|(_, feed)| feed.id());
    feeds
}

/// A first message of `feed`; fields are changed to taste before it is signed.
pub(crate) fn observation(feed: &Feed, value: Value) -> Observation {
    Observation {
        feed: feed.id(),
        epoch: 0,
        seq: 0,
        t: TimeMs(5_000),
        prev_t: TimeMs(5_000),
        prev: MessageId([0; 32]),
        flags: 0,
        value,
    }
}

/// `seq` readings at 1 Hz from t = 1 s on.
pub(crate) fn readings(signer: &mut Signer, values: &[i64]) -> Vec<Vec<u8>> {
    (1..)
        .zip(values)
        .map(|(second, value)| signer.reading(TimeMs(second * 1_000), *value).unwrap())
        .collect()
}

pub(crate) fn fixed<T: Fixed>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; T::SIZE];
    value.write(&mut bytes);
    bytes
}

pub(crate) fn list_params(subject: Subject, ids: &[FeedId]) -> Vec<u8> {
    [subject]
        .map(|subject| subject.0)
        .into_iter()
        .chain(ids.iter().map(|id| id.0))
        .flatten()
        .collect()
}

pub(crate) fn run_params(feed: FeedId, limits: (i64, i64), window: (u64, u64)) -> Vec<u8> {
    fixed(&(feed, limits.0, limits.1, TimeMs(window.0), TimeMs(window.1)))
}

pub(crate) fn median_params(window: (u64, u64), ids: &[FeedId]) -> Vec<u8> {
    let times = fixed(&(TimeMs(window.0), TimeMs(window.1)));
    times
        .into_iter()
        .chain(ids.iter().flat_map(|id| id.0))
        .collect()
}

/// `allowed` is the hysteresis and the longest silence.
pub(crate) fn duration_params(
    feed: FeedId,
    limits: (i64, i64),
    allowed: (u64, u64),
    window: (u64, u64),
) -> Vec<u8> {
    let (low, high) = limits;
    let (hysteresis, gap) = allowed;
    let (t0, t1) = window;
    fixed(&(feed, low, high, hysteresis, gap, t0, t1))
}

pub(crate) fn gap_params(feed: FeedId, window: (u64, u64)) -> Vec<u8> {
    fixed(&(feed, window.0, window.1))
}

/// `mark` is the first place that still counts.
pub(crate) fn mark_params(feed: FeedId, mark: (u32, u64)) -> Vec<u8> {
    fixed(&(feed, mark.0, mark.1))
}

pub(crate) fn k_of_n(k: u16) -> Policy {
    Policy::KOfNEqual { k, params: SLOT }
}

pub(crate) fn run_of(n: u16) -> Policy {
    Policy::RunLength { n, params: SLOT }
}

pub(crate) fn median_of(n: u16) -> Policy {
    Policy::Median { n, params: SLOT }
}

pub(crate) fn duration_of(ms: u64) -> Policy {
    Policy::Duration { ms, params: SLOT }
}

pub(crate) fn gap_over(ms: u64) -> Policy {
    Policy::MaxGap { ms, params: SLOT }
}

pub(crate) fn fresh_for(ms: u64) -> Policy {
    Policy::Fresh { ms, params: SLOT }
}

pub(crate) fn any_message() -> Policy {
    Policy::Any { params: SLOT }
}

pub(crate) fn judge(policy: Policy, params: &[u8], facts: &Bundle) -> Result<Vec<u8>, FeedError> {
    judge_at(TimeMs::ZERO, policy, params, facts)
}

pub(crate) fn judge_at(
    now: TimeMs,
    policy: Policy,
    params: &[u8],
    facts: &Bundle,
) -> Result<Vec<u8>, FeedError> {
    ask(&Question {
        policy,
        params: Some(params),
        facts: Some(facts),
        pinned: block_at(now),
    })
}

/// Some block of that time.
pub(crate) fn block_at(time: TimeMs) -> Env {
    Env {
        height: Height(0),
        time,
        block: Hash([0; 32]),
    }
}

pub(crate) fn ask(question: &Question<'_>) -> Result<Vec<u8>, FeedError> {
    FeedJudge
        .judge(question)
        .map_err(|refusal| FeedError::from_code(refusal.0).unwrap())
}
