//! What holds for all inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::{FeedId, MessageId, Policy, Subject, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::select::{Progress, RunWatch, Shortfall, k_of_n_equal, run_length};
use twinroot_feed::{Descriptor, Feed, Observation, Signed, Value, open, sign};
use twinroot_types::{decode, encode};

use crate::world::{
    OTHER_PARCEL, PARCEL, ascending, descriptor, feed, judge, k_of_n, list_params, observation,
    run_of, run_params, secret, signer,
};

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Fixed),
        (any::<[u8; 32]>(), any::<u16>()).prop_map(|(subject, code)| Value::Claim {
            subject: Subject(subject),
            code
        }),
    ]
}

fn any_observation() -> impl Strategy<Value = Observation> {
    (
        any::<([u8; 32], u32, u64, u64, u64, [u8; 32], u8)>(),
        any_value(),
    )
        .prop_map(
            |((feed, epoch, seq, t, prev_t, prev, flags), value)| Observation {
                feed: FeedId(feed),
                epoch,
                seq,
                t: TimeMs(t),
                prev_t: TimeMs(prev_t),
                prev: MessageId(prev),
                flags,
                value,
            },
        )
}

fn any_descriptor() -> impl Strategy<Value = Descriptor> {
    (
        "[ -~]{1,128}",
        "[ -~]{1,32}",
        "[ -~]{0,16}",
        -18i8..=18,
        any::<(u32, u64, u64)>(),
    )
        .prop_map(
            |(urn, quantity, unit, scale, (period_ms, one, other))| Descriptor {
                urn,
                quantity,
                unit,
                scale,
                period_ms,
                valid_from: TimeMs(one.min(other)),
                valid_to: TimeMs(one.max(other)),
                ..descriptor(1)
            },
        )
}

/// A message that opens, of feed 1, in the middle of a chain.
fn any_signed() -> impl Strategy<Value = Vec<u8>> {
    (
        any::<(u32, u64, [u8; 31])>(),
        1_000u64..=1_000_000,
        0u64..=1_000,
        any_value(),
    )
        .prop_map(|((epoch, seq, prev), t, since, value)| {
            let mut id = [1; 32];
            id[1..].copy_from_slice(&prev);
            let middle = Observation {
                epoch,
                seq: seq.max(1),
                t: TimeMs(t),
                prev_t: TimeMs(t - since),
                prev: MessageId(id),
                ..observation(&feed(1), value)
            };
            sign(&secret(1), &middle)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn round_trip(observation in any_observation(), descriptor in any_descriptor()) {
        prop_assert_eq!(decode::<Observation>(&encode(&observation), 136), Ok(observation));
        let feed = Feed::decode(&encode(&descriptor)).unwrap();
        prop_assert_eq!(feed.encode(), encode(&descriptor));
        prop_assert_eq!(feed.id(), descriptor.id());
        prop_assert_eq!(feed.descriptor(), &descriptor);
    }

    #[test]
    fn canonical(message in any_signed(), bytes in vec(any::<u8>(), 0..240)) {
        let signed = open(&feed(1), &message).unwrap();
        prop_assert_eq!(signed.bytes(), &message);
        prop_assert_eq!(sign(&secret(1), signed.observation()), message);
        if let Ok(feed) = Feed::decode(&bytes) {
            prop_assert_eq!(feed.encode(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_refused(message in any_signed(), place: Index, change in 1u8..) {
        let mut changed = message.clone();
        changed[place.index(message.len())] ^= change;
        prop_assert!(open(&feed(1), &changed).is_err());
    }

    #[test]
    fn a_changed_byte_of_a_descriptor_is_another_feed(place: Index, change in 1u8..) {
        let bytes = feed(1).encode();
        let mut changed = bytes.clone();
        changed[place.index(bytes.len())] ^= change;
        prop_assert!(Feed::decode(&changed).map_or(true, |other| other.id() != feed(1).id()));
    }

    #[test]
    fn a_changed_length_is_refused(message in any_signed(), cut in 1usize..64, more in vec(any::<u8>(), 1..64)) {
        prop_assert!(open(&feed(1), &message[..message.len() - cut]).is_err());
        prop_assert!(open(&feed(1), &[message.as_slice(), &more].concat()).is_err());
    }
}

/// A small world of claims: three attestors on the list, one stranger, two subjects, two codes.
#[derive(Clone, Debug)]
struct Claims {
    k: u16,
    /// Attestor (3 is the stranger), whether on the right parcel, code, place in the chain.
    pool: Vec<(usize, bool, u16, u64)>,
}

fn claims() -> impl Strategy<Value = Claims> {
    let one = (0usize..4, prop::bool::weighted(0.8), 1u16..3, 0u64..3);
    (2u16..=3, vec(one, 0..6)).prop_map(|(k, pool)| Claims { k, pool })
}

impl Claims {
    fn feeds(&self) -> [(u8, Feed); 3] {
        ascending([1, 2, 3])
    }

    fn params(&self) -> Vec<u8> {
        list_params(PARCEL, &self.feeds().map(|(_, feed)| feed.id()))
    }

    fn messages(&self) -> Vec<Vec<u8>> {
        let feeds = self.feeds();
        let stranger = (9, feed(9));
        let message = |(who, right, code, seq): &(usize, bool, u16, u64)| {
            let (seed, feed) = feeds.get(*who).unwrap_or(&stranger);
            let subject = if *right { PARCEL } else { OTHER_PARCEL };
            let claim = observation(
                feed,
                Value::Claim {
                    subject,
                    code: *code,
                },
            );
            let prev = MessageId(if *seq == 0 { [0; 32] } else { [1; 32] });
            sign(
                &secret(*seed),
                &Observation {
                    seq: *seq,
                    prev,
                    ..claim
                },
            )
        };
        self.pool.iter().map(message).collect()
    }

    fn select(&self, messages: &[Vec<u8>]) -> Result<Bundle, Shortfall> {
        k_of_n_equal(
            0,
            self.k,
            &self.params(),
            &self.feeds().map(|(_, feed)| feed),
            messages,
        )
    }
}

/// A small world of readings: a chain that may fork, of which some messages are in the pool.
#[derive(Clone, Debug)]
struct Readings {
    n: u16,
    /// Value, how far back the message before lies, and by how much seq grows; 1 where the feed is honest.
    chain: Vec<(i64, usize, u64)>,
    /// Places of the chain that are in the pool, in any order, some twice.
    pool: Vec<Index>,
}

fn any_readings() -> impl Strategy<Value = Readings> {
    let one = (
        prop_oneof![3 => Just(9i64), 1 => Just(5), 1 => Just(-1)],
        prop_oneof![4 => Just(0usize), 1 => Just(1)],
        prop_oneof![3 => Just(1u64), 1 => Just(2)],
    );
    (1u16..=3, vec(one, 1..6), vec(any::<Index>(), 0..7)).prop_map(|(n, chain, pool)| Readings {
        n,
        chain,
        pool,
    })
}

impl Readings {
    fn params(&self) -> Vec<u8> {
        run_params(feed(1).id(), (0, 8), (1_000, 1_000_000))
    }

    fn chain(&self) -> Vec<Signed> {
        let feed = feed(1);
        let mut chain: Vec<Signed> = Vec::new();
        for (value, back, step) in &self.chain {
            let mut next = observation(&feed, Value::Fixed(*value));
            if let Some(before) = chain.iter().rev().nth(*back) {
                next.seq = before.observation().seq + step;
                next.prev = before.id();
            }
            chain.push(open(&feed, &sign(&secret(1), &next)).unwrap());
        }
        chain
    }

    fn messages(&self) -> Vec<Vec<u8>> {
        let chain = self.chain();
        self.pool
            .iter()
            .map(|place| place.get(&chain).bytes().to_vec())
            .collect()
    }
}

/// All ways to take `count` messages of a pool, in every order.
fn arrangements(pool: &[Vec<u8>], count: usize) -> Vec<Vec<Vec<u8>>> {
    let Some(rest) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = arrangements(pool, rest);
    shorter
        .iter()
        .flat_map(|start| {
            pool.iter()
                .map(|next| [start.as_slice(), core::slice::from_ref(next)].concat())
        })
        .collect()
}

fn any_is_accepted(
    policy: Policy,
    params: &[u8],
    descriptors: &[Vec<u8>],
    pool: &[Vec<u8>],
    count: usize,
) -> bool {
    arrangements(pool, count).into_iter().any(|messages| {
        let facts = Bundle {
            policy: 0,
            descriptors: descriptors.to_vec(),
            messages,
        };
        judge(policy, params, &facts).is_ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn select_then_judge_claims(claims in claims()) {
        let messages = claims.messages();
        let policy = k_of_n(claims.k);
        match claims.select(&messages) {
            Ok(bundle) => prop_assert!(judge(policy, &claims.params(), &bundle).is_ok()),
            Err(_) => {
                let feeds = claims.feeds().map(|(_, feed)| feed.encode());
                let k = usize::from(claims.k);
                let subsets: &[&[usize]] = if k == 2 { &[&[0, 1], &[0, 2], &[1, 2]] } else { &[&[0, 1, 2]] };
                for subset in subsets {
                    let descriptors: Vec<_> = subset.iter().map(|place| feeds[*place].clone()).collect();
                    prop_assert!(!any_is_accepted(policy, &claims.params(), &descriptors, &messages, k));
                }
            }
        }
    }

    #[test]
    fn select_then_judge_readings(readings in any_readings()) {
        let messages = readings.messages();
        let policy = run_of(readings.n);
        match run_length(0, readings.n, &readings.params(), &feed(1), &messages) {
            Ok(bundle) => prop_assert!(judge(policy, &readings.params(), &bundle).is_ok()),
            Err(Shortfall::TooFew { have, need, .. }) => {
                prop_assert!(have < need);
                let descriptors = [feed(1).encode()];
                let count = usize::from(readings.n);
                prop_assert!(!any_is_accepted(policy, &readings.params(), &descriptors, &messages, count));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn order_of_submission_is_irrelevant(
        (claims, shuffled) in claims().prop_flat_map(|claims| {
            let messages = claims.messages();
            (Just(claims), Just(messages).prop_shuffle())
        }),
        (readings, other) in any_readings().prop_flat_map(|readings| {
            let messages = readings.messages();
            (Just(readings), Just(messages).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(claims.select(&shuffled).ok(), claims.select(&claims.messages()).ok());
        let run = |messages: &[Vec<u8>]| run_length(0, readings.n, &readings.params(), &feed(1), messages).ok();
        prop_assert_eq!(run(&other), run(&readings.messages()));
    }

    #[test]
    fn a_watch_finds_what_select_finds(values in vec(prop_oneof![Just(9i64), Just(5)], 1..24), n in 1u16..5) {
        let mut signer = signer(1);
        let messages: Vec<_> =
            (1_000..).zip(&values).map(|(t, value)| signer.reading(TimeMs(t), *value).unwrap()).collect();
        let feed = signer.feed();
        let params = run_params(feed.id(), (0, 8), (0, 1_000_000));
        let mut watch = RunWatch::new(0, n, &params, feed).unwrap();
        let watched = messages.iter().find_map(|bytes| match watch.push(&open(feed, bytes).unwrap()) {
            Progress::Complete(bundle) => Some(bundle),
            Progress::Have { .. } => None,
        });
        prop_assert_eq!(watched, run_length(0, n, &params, feed, &messages).ok());
    }

    #[test]
    fn a_changed_byte_of_a_bundle_is_refused(which in 0usize..4, place: Index, change in 1u8..) {
        let mut signer = signer(1);
        let messages = (1_000..1_003).map(|t| signer.reading(TimeMs(t), 9).unwrap()).collect();
        let mut facts = Bundle { policy: 0, descriptors: vec![signer.feed().encode()], messages };
        let params = run_params(signer.feed().id(), (0, 8), (0, 1_000_000));
        prop_assert!(judge(run_of(3), &params, &facts).is_ok());
        let part = facts.messages.get_mut(which).unwrap_or(&mut facts.descriptors[0]);
        let place = place.index(part.len());
        part[place] ^= change;
        prop_assert!(judge(run_of(3), &params, &facts).is_err());
    }
}
