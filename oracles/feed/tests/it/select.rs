//! The client's half, case by case; its law is in `laws`.

use twinroot_abi::{MessageId, Subject, TimeMs};
use twinroot_exec::Bundle;
use twinroot_feed::select::{
    Progress, Reason, Rejected, RunWatch, Shortfall, k_of_n_equal, run_length,
};
use twinroot_feed::{
    BundleError, DescriptorError, Feed, FeedError, Observation, OpenError, Value, open, sign,
};

use crate::world::{
    DELIVERED, LOST, OTHER_PARCEL, PARCEL, ascending, feed, judge, k_of_n, list_params,
    observation, readings, run_of, run_params, secret, signer,
};

struct Attestors {
    seeds: [u8; 3],
    feeds: [Feed; 3],
    params: Vec<u8>,
}

fn attestors() -> Attestors {
    let attestors = ascending([1, 2, 3]);
    let feeds = attestors.clone().map(|(_, feed)| feed);
    let params = list_params(PARCEL, &feeds.clone().map(|feed| feed.id()));
    Attestors {
        seeds: attestors.map(|(seed, _)| seed),
        feeds,
        params,
    }
}

impl Attestors {
    fn claim(&self, place: usize, subject: Subject, code: u16) -> Vec<u8> {
        signer(self.seeds[place])
            .claim(TimeMs(5_000), subject, code)
            .unwrap()
    }

    fn select(&self, messages: &[Vec<u8>]) -> Result<Bundle, Shortfall> {
        k_of_n_equal(7, 2, &self.params, &self.feeds, messages)
    }
}

fn rejected(message: usize, reason: impl Into<FeedError>) -> Rejected {
    Rejected {
        message,
        reason: Reason::Rule(reason.into()),
    }
}

#[test]
fn the_lowest_feeds_are_taken() {
    let them = attestors();
    let claims = [0, 1, 2].map(|place| them.claim(place, PARCEL, DELIVERED));
    let pool = [
        claims[2].clone(),
        vec![1, 2, 3],
        claims[1].clone(),
        claims[0].clone(),
        claims[1].clone(),
    ];
    let bundle = them.select(&pool).unwrap();
    assert_eq!(bundle.policy, 7);
    assert_eq!(bundle.messages, claims[..2]);
    assert_eq!(judge(k_of_n(2), &them.params, &bundle), Ok(vec![1, 0]));
}

#[test]
fn the_earliest_claim_of_a_feed_is_taken() {
    let them = attestors();
    let mut chatty = signer(them.seeds[0]);
    let early = chatty.claim(TimeMs(5_000), PARCEL, DELIVERED).unwrap();
    let late = chatty.claim(TimeMs(6_000), PARCEL, DELIVERED).unwrap();
    let other = them.claim(1, PARCEL, DELIVERED);
    let bundle = them.select(&[late, other.clone(), early.clone()]).unwrap();
    assert_eq!(bundle.messages, [early, other]);
}

#[test]
fn the_lowest_of_two_codes_with_enough_votes_is_taken() {
    let them = attestors();
    // Two attestors claim both: they lie, yet the choice is still one.
    let mut pool = Vec::new();
    for code in [LOST, DELIVERED] {
        pool.extend([0, 1].map(|place| them.claim(place, PARCEL, code)));
    }
    let bundle = them.select(&pool).unwrap();
    assert_eq!(
        judge(k_of_n(2), &them.params, &bundle),
        Ok(DELIVERED.to_le_bytes().to_vec())
    );
}

#[test]
fn one_of_two_is_explained() {
    let them = attestors();
    let pool = [
        them.claim(0, PARCEL, DELIVERED),
        them.claim(1, OTHER_PARCEL, DELIVERED),
        them.claim(2, PARCEL, LOST),
        signer(9).claim(TimeMs(5_000), PARCEL, DELIVERED).unwrap(),
        signer(them.seeds[2]).reading(TimeMs(5_000), 1).unwrap(),
        Vec::new(),
    ];
    let expected = vec![
        rejected(1, BundleError::OtherSubject),
        rejected(2, BundleError::CodesDiffer),
        rejected(3, BundleError::UnknownSigner),
        rejected(4, BundleError::NotAClaim),
        rejected(5, OpenError::TooShort),
    ];
    assert_eq!(
        them.select(&pool),
        Err(Shortfall::TooFew {
            have: 1,
            need: 2,
            rejected: expected
        })
    );
}

#[test]
fn a_feed_without_its_descriptor_is_named() {
    let them = attestors();
    let pool = [0, 1].map(|place| them.claim(place, PARCEL, DELIVERED));
    let found = k_of_n_equal(0, 2, &them.params, &them.feeds[..1], &pool);
    let missing = Rejected {
        message: 1,
        reason: Reason::NoDescriptor(them.feeds[1].id()),
    };
    assert_eq!(
        found,
        Err(Shortfall::TooFew {
            have: 1,
            need: 2,
            rejected: vec![missing]
        })
    );
}

#[test]
fn a_question_that_none_can_answer_is_said_to_be_one() {
    let them = attestors();
    let majority = k_of_n_equal(0, 1, &them.params, &them.feeds, &[]);
    assert_eq!(majority, Err(Shortfall::Question(BundleError::BadPolicy)));
    let params = run_params(feed(1).id(), (0, 1), (0, 1));
    assert_eq!(
        run_length(0, 0, &params, &feed(1), &[]),
        Err(Shortfall::Question(BundleError::BadPolicy))
    );
    assert_eq!(
        run_length(0, 1, &params, &feed(2), &[]),
        Err(Shortfall::Question(BundleError::FeedMismatch))
    );
    assert_eq!(
        RunWatch::new(0, 1, &params, &feed(2)).err(),
        Some(BundleError::FeedMismatch)
    );
    assert_eq!(
        RunWatch::new(0, 1, &[], &feed(2)).err(),
        Some(BundleError::BadParams)
    );
}

#[test]
fn the_first_complete_run_is_taken() {
    let mut signer = signer(1);
    let messages = readings(&mut signer, &[9, 9, 5, 9, 9, 9, 9, 5, 9, 9, 9]);
    let params = run_params(signer.feed().id(), (0, 8), (0, 100_000));
    let mut pool = messages.clone();
    pool.reverse();
    let bundle = run_length(0, 3, &params, signer.feed(), &pool).unwrap();
    assert_eq!(bundle.messages, messages[3..6]);
    assert!(judge(run_of(3), &params, &bundle).is_ok());
}

#[test]
fn a_short_run_is_explained() {
    let mut signer = signer(1);
    let mut pool = readings(&mut signer, &[9, 9, 5, 9]);
    pool.push(signer.claim(TimeMs(4_000), PARCEL, DELIVERED).unwrap());
    pool.push(signer.reading(TimeMs(9_000), 9).unwrap());
    pool.push(b"junk".to_vec());
    let params = run_params(signer.feed().id(), (0, 8), (0, 8_000));
    let expected = vec![
        rejected(2, BundleError::InRange),
        rejected(4, BundleError::NotAReading),
        rejected(5, BundleError::OutOfWindow),
        rejected(6, OpenError::UnknownEnvelope),
    ];
    let found = run_length(0, 3, &params, signer.feed(), &pool);
    assert_eq!(
        found,
        Err(Shortfall::TooFew {
            have: 2,
            need: 3,
            rejected: expected
        })
    );
}

#[test]
fn a_fork_does_not_hide_a_run() {
    let feed = feed(1);
    let first = observation(&feed, Value::Fixed(9));
    let root = sign(&secret(1), &first);
    let id = open(&feed, &root).unwrap().id();
    let second = |value: i64| Observation {
        seq: 1,
        prev: id,
        ..observation(&feed, Value::Fixed(value))
    };
    let pool = [
        sign(&secret(1), &second(5)),
        sign(&secret(1), &second(9)),
        root.clone(),
    ];
    let params = run_params(feed.id(), (0, 8), (0, 100_000));
    let bundle = run_length(0, 2, &params, &feed, &pool).unwrap();
    assert_eq!(bundle.messages, [root, pool[1].clone()]);
}

#[test]
fn a_link_alone_makes_no_run() {
    let feed = feed(1);
    let root = sign(&secret(1), &observation(&feed, Value::Fixed(9)));
    let id = open(&feed, &root).unwrap().id();
    let next = Observation {
        seq: 1,
        prev: id,
        ..observation(&feed, Value::Fixed(9))
    };
    let lies = [
        Observation {
            seq: 2,
            ..next.clone()
        },
        Observation {
            epoch: 1,
            ..next.clone()
        },
        Observation {
            prev_t: TimeMs(4_999),
            ..next.clone()
        },
    ];
    let params = run_params(feed.id(), (0, 8), (0, 100_000));
    let select = |last: &Observation| {
        run_length(
            0,
            2,
            &params,
            &feed,
            &[root.clone(), sign(&secret(1), last)],
        )
    };
    assert!(select(&next).is_ok());
    for lie in lies {
        assert_eq!(
            select(&lie),
            Err(Shortfall::TooFew {
                have: 1,
                need: 2,
                rejected: Vec::new()
            })
        );
    }
}

#[test]
fn a_watch_counts_breaks_and_passes_over_what_repeats() {
    let mut signer = signer(1);
    let messages = readings(&mut signer, &[9, 9, 5, 9, 9, 9, 9]);
    let feed = signer.feed();
    let params = run_params(feed.id(), (0, 8), (0, 100_000));
    let mut watch = RunWatch::new(3, 3, &params, feed).unwrap();
    let mut push = |place: usize| watch.push(&open(feed, &messages[place]).unwrap());
    let have = |have| Progress::Have { have, need: 3 };
    let complete = |range: core::ops::Range<usize>| {
        Progress::Complete(Bundle {
            policy: 3,
            descriptors: vec![feed.encode()],
            messages: messages[range].to_vec(),
        })
    };
    let steps = [
        (0, have(1)),
        (1, have(2)),
        (0, have(2)),
        (1, have(2)),
        (2, have(0)),
        (1, have(0)),
        (3, have(1)),
        (4, have(2)),
        (5, complete(3..6)),
        (4, complete(3..6)),
        (6, complete(4..7)),
    ];
    for (step, (place, expected)) in steps.into_iter().enumerate() {
        assert_eq!(push(place), expected, "step {step}");
    }
}

#[test]
fn a_watch_starts_again_after_a_gap() {
    let mut signer = signer(1);
    let messages = readings(&mut signer, &[9, 9, 9, 9]);
    let feed = signer.feed();
    let params = run_params(feed.id(), (0, 8), (0, 100_000));
    let mut watch = RunWatch::new(0, 3, &params, feed).unwrap();
    let found = [0, 1, 3].map(|place| watch.push(&open(feed, &messages[place]).unwrap()));
    assert_eq!(
        found,
        [1, 2, 1].map(|have| Progress::Have { have, need: 3 })
    );
}

#[test]
fn a_watch_passes_over_other_feeds() {
    let params = run_params(feed(1).id(), (0, 8), (0, 100_000));
    let mut watch = RunWatch::new(0, 1, &params, &feed(1)).unwrap();
    let stranger = readings(&mut signer(2), &[9]);
    let found = watch.push(&open(&feed(2), &stranger[0]).unwrap());
    assert_eq!(found, Progress::Have { have: 0, need: 1 });
}

#[test]
fn a_reason_reads_as_a_sentence() {
    let shortfall = Shortfall::TooFew {
        have: 1,
        need: 2,
        rejected: Vec::new(),
    };
    assert_eq!(shortfall.to_string(), "1 of 2 needed messages are there");
    assert_eq!(
        Reason::from(DescriptorError::KeyWeak).to_string(),
        "the feed's key is weak: anyone can sign for it"
    );
    let first = Reason::NoDescriptor(twinroot_abi::FeedId([0; 32])).to_string();
    assert_eq!(
        first,
        format!(
            "the descriptor of feed {} is not at hand",
            MessageId([0; 32])
        )
    );
}
