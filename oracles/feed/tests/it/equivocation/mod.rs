//! Feeds that contradict themselves, and those that do not (docs/spec/oracles.md, 8).

mod device;
mod laws;
mod policy;
mod reference;
mod second_signature;
mod vectors;

use twinroot_abi::{MessageId, TimeMs};
use twinroot_feed::{
    Conflict, DescriptorError, Equivocation, EquivocationError, EquivocationWatch, FeedError,
    Observation, OpenError, Signed, Value, open, sign,
};
use twinroot_types::{decode, encode};

use second_signature::signed_again;

use crate::rules::{Case, case};
use crate::world::{feed, observation, readings, secret, signer};

/// A proof as it travels: descriptor, lower message, higher message.
type Parts = (Vec<u8>, [Vec<u8>; 2]);

/// A message of feed 1 at (epoch, seq), said at `t`, naming the message `prev` of the time `prev_t`.
pub(crate) fn at(place: (u32, u64), t: u64, prev: MessageId, prev_t: u64, value: i64) -> Signed {
    let (epoch, seq) = place;
    let message = Observation {
        epoch,
        seq,
        t: TimeMs(t),
        prev,
        prev_t: TimeMs(prev_t),
        ..observation(&feed(1), Value::Fixed(value))
    };
    open(&feed(1), &sign(&secret(1), &message)).unwrap()
}

/// The message after `before`, in the same epoch.
pub(crate) fn after(before: &Signed, t: u64, value: i64) -> Signed {
    let said = before.observation();
    at((said.epoch, said.seq + 1), t, before.id(), said.t.0, value)
}

/// A message before these, which nobody has seen.
pub(crate) const UNSEEN: MessageId = MessageId([7; 32]);
/// No message before this one.
pub(crate) const NONE: MessageId = MessageId([0; 32]);

/// Two messages for each way to contradict, the lower first, with what is wrong.
pub(crate) fn contradictions() -> Vec<(&'static str, Conflict, [Signed; 2])> {
    use Conflict::{Clock, Fork, Link, Time};

    let first = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    let next = after(&first, 6_000, 2);
    let other_epoch = |t, prev, prev_t| at((1, 0), t, prev, prev_t, 3);
    let later = |seq, t, prev, prev_t| at((0, seq), t, prev, prev_t, 3);
    let pair = |second: Signed| {
        let mut pair = [first.clone(), second];
        pair.sort_by_key(|message| {
            (
                message.observation().epoch,
                message.observation().seq,
                message.id(),
            )
        });
        pair
    };
    vec![
        (
            "two values in one place",
            Fork,
            pair(at((0, 4), 5_000, UNSEEN, 4_000, 2)),
        ),
        (
            "two links in one place",
            Fork,
            pair(at((0, 4), 5_000, MessageId([8; 32]), 4_000, 1)),
        ),
        (
            "the next message names another one in this place",
            Fork,
            pair(later(5, 6_000, UNSEEN, 5_000)),
        ),
        (
            "the next message states another time of this one",
            Link,
            pair(later(5, 6_000, first.id(), 4_999)),
        ),
        (
            "a message that is not the next names this one",
            Link,
            pair(later(6, 6_000, first.id(), 5_000)),
        ),
        (
            "a message of a later epoch names this one, but is not the first there",
            Link,
            pair(at((1, 1), 6_000, first.id(), 5_000, 3)),
        ),
        (
            "the first message of a later epoch states another time of this one",
            Link,
            pair(other_epoch(6_000, first.id(), 4_000)),
        ),
        (
            "a lower message names a higher one",
            Link,
            [at((0, 2), 6_000, first.id(), 5_000, 3), first.clone()],
        ),
        (
            "two messages of an epoch name the same one",
            Link,
            pair(later(9, 5_000, UNSEEN, 4_000)),
        ),
        (
            "two messages state two times of one that nobody has seen",
            Link,
            pair(other_epoch(6_000, UNSEEN, 4_001)),
        ),
        (
            "the time falls",
            Time,
            pair(later(9, 4_999, MessageId([8; 32]), 4_999)),
        ),
        (
            "a silence is signed in which this message was said",
            Time,
            pair(later(9, 6_000, MessageId([8; 32]), 4_999)),
        ),
        (
            "the clock goes back from one epoch to the next",
            Clock,
            pair(other_epoch(4_999, NONE, 4_999)),
        ),
        (
            "the clock went back before a message of a later epoch",
            Clock,
            pair(at((2, 3), 6_000, MessageId([8; 32]), 4_999, 3)),
        ),
        (
            "a message at the end of the numbers, and one before it",
            Time,
            [next, later(u64::MAX, 5_000, MessageId([8; 32]), 5_000)],
        ),
    ]
}

/// Pairs that look odd, and that an honest device can sign.
fn honest_pairs() -> Vec<(&'static str, [Signed; 2])> {
    let first = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    let pair = |second: Signed| [first.clone(), second];
    vec![
        ("the next message", pair(after(&first, 5_000, 2))),
        (
            "a message after some that were kept back",
            pair(at((0, 9), 5_000, MessageId([8; 32]), 5_000, 2)),
        ),
        (
            "another epoch, nothing remembered",
            pair(at((1, 0), 5_000, NONE, 5_000, 2)),
        ),
        (
            "another epoch, this message remembered",
            pair(at((1, 0), 9_000, first.id(), 5_000, 2)),
        ),
        (
            "another epoch, an older message remembered: this one was lost",
            pair(at((3, 0), 9_000, UNSEEN, 4_000, 2)),
        ),
        (
            "two epochs that begin with the same memory",
            [
                at((1, 0), 6_000, UNSEEN, 4_000, 1),
                at((2, 0), 6_000, UNSEEN, 4_000, 2),
            ],
        ),
        (
            "two epochs without a memory, at one time",
            [
                at((1, 0), 6_000, NONE, 6_000, 1),
                at((2, 0), 6_000, NONE, 6_000, 2),
            ],
        ),
        ("one message twice", pair(first.clone())),
        ("one message, signed twice", pair(signed_again(&first))),
    ]
}

#[test]
fn each_contradiction_is_proven() {
    for (what, conflict, [one, other]) in contradictions() {
        let proof = Equivocation::new(&feed(1), &one, &other).expect(what);
        assert_eq!(
            Equivocation::new(&feed(1), &other, &one).as_ref(),
            Some(&proof),
            "{what}: one proof"
        );
        let bytes = proof.encode();
        assert_eq!(Equivocation::decode(&bytes), Ok(proof), "{what}");
        let proven = Equivocation::decode(&bytes).unwrap().verify().expect(what);
        assert_eq!(proven.conflict(), conflict, "{what}");
        assert_eq!(proven.feed(), &feed(1));
        assert_eq!(proven.messages(), &[one, other], "{what}: the lower first");
    }
}

#[test]
fn what_an_honest_device_can_sign_proves_nothing() {
    for (what, [one, other]) in honest_pairs() {
        assert_eq!(Conflict::between(&one, &other), None, "{what}");
        assert_eq!(Equivocation::new(&feed(1), &one, &other), None, "{what}");
    }
}

#[test]
fn a_second_signature_makes_no_second_message() {
    let first = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    let again = signed_again(&first);
    assert_ne!(first.bytes(), again.bytes());
    assert_eq!(first.id(), again.id());
    let mut watch = EquivocationWatch::new(feed(1), 8.try_into().unwrap());
    assert_eq!(
        [&first, &again].map(|message| watch.push(message)),
        [None, None]
    );
    let fork = at((0, 4), 5_000, UNSEEN, 4_000, 2);
    let ids = [&first, &again].map(|message| {
        let proof = Equivocation::new(&feed(1), message, &fork).unwrap();
        let proven = proof.verify().unwrap();
        proven.messages().clone().map(|message| message.id())
    });
    assert_eq!(ids[0], ids[1], "the same fraud");
}

#[test]
fn messages_of_two_feeds_prove_nothing() {
    let [one, other] = [1, 2].map(|seed| {
        let mut signer = signer(seed);
        let bytes = signer.reading(TimeMs(5_000), i64::from(seed)).unwrap();
        open(signer.feed(), &bytes).unwrap()
    });
    assert_eq!(Conflict::between(&one, &other), None);
    let fork = at((0, 0), 5_000, NONE, 5_000, 9);
    assert!(Equivocation::new(&feed(1), &one, &fork).is_some());
    assert_eq!(
        Equivocation::new(&feed(2), &one, &fork),
        None,
        "the messages are not of the feed that is accused"
    );
}

#[test]
fn a_watch_forgets_the_lowest_places() {
    let mut device = signer(1);
    let feed = device.feed().clone();
    let honest: Vec<Signed> = readings(&mut device, &[1, 2, 3, 4])
        .iter()
        .map(|bytes| open(&feed, bytes).unwrap())
        .collect();
    let mut watch = EquivocationWatch::new(feed, 2.try_into().unwrap());
    for message in &honest {
        assert_eq!(watch.push(message), None);
    }
    let second = |of: &Signed| {
        let said = of.observation();
        at(
            (said.epoch, said.seq),
            said.t.0,
            said.prev,
            said.prev_t.0,
            99,
        )
    };
    assert_eq!(watch.push(&second(&honest[0])), None, "forgotten");
    assert_eq!(watch.push(&honest[1]), None, "nothing comes back for good");
    for message in [&honest[2], &honest[3]] {
        assert!(watch.push(&second(message)).is_some(), "remembered");
        assert!(watch.push(&second(message)).is_some(), "and once more");
    }
    let falls = at((0, 100), 3_999, MessageId([8; 32]), 3_999, 1);
    assert!(
        watch.push(&falls).is_some(),
        "the highest message is remembered"
    );
}

/// A changed proof for each rule of docs/spec/oracles.md, 8.4.
pub(crate) fn cases() -> Vec<Case> {
    broken()
        .into_iter()
        .map(|(what, rule, bytes)| {
            let found = Equivocation::decode(&bytes).map_err(FeedError::from);
            case(what, rule, found.and_then(|proof| proof.verify()))
        })
        .collect()
}

/// What is wrong with a proof, the rule that this breaks, the proof.
fn broken() -> Vec<(&'static str, FeedError, Vec<u8>)> {
    use EquivocationError as Rule;

    let first = at((0, 4), 5_000, UNSEEN, 4_000, 1);
    let fork = at((0, 4), 5_000, UNSEEN, 4_000, 2);
    let proof = Equivocation::new(&feed(1), &first, &fork).unwrap().encode();
    let (descriptor, messages): Parts = decode(&proof, proof.len()).unwrap();
    let [lower, higher] = messages;
    let made = |messages: [&[u8]; 2]| encode(&(&descriptor, messages));
    let mut forged = lower.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut padded = proof.clone();
    padded.splice(..1, [proof[0] | 0x80, 0]);
    let next = after(&first, 6_000, 1);
    vec![
        ("no bytes", Rule::Malformed.into(), vec![]),
        (
            "cut",
            Rule::Malformed.into(),
            proof[..proof.len() - 1].to_vec(),
        ),
        ("too long", Rule::TooLong.into(), vec![0; 1271]),
        (
            "a byte more",
            Rule::Trailing.into(),
            [proof.as_slice(), &[0]].concat(),
        ),
        ("a padded length", Rule::NotCanonical.into(), padded),
        (
            "no descriptor",
            DescriptorError::Malformed.into(),
            encode(&(Vec::<u8>::new(), [&lower, &higher])),
        ),
        (
            "the descriptor of another feed",
            OpenError::WrongFeed.into(),
            encode(&(feed(2).encode(), [&lower, &higher])),
        ),
        (
            "no message",
            OpenError::TooShort.into(),
            made([&[], &higher]),
        ),
        (
            "a forged message",
            OpenError::BadSignature.into(),
            made([&forged, &higher]),
        ),
        (
            "one message twice",
            Rule::SameMessage.into(),
            made([&lower, &lower]),
        ),
        (
            "one message, signed twice",
            Rule::SameMessage.into(),
            made([first.bytes(), signed_again(&first).bytes()]),
        ),
        (
            "the higher one first",
            Rule::Order.into(),
            made([&higher, &lower]),
        ),
        (
            "a message and the next",
            Rule::NoConflict.into(),
            made([first.bytes(), next.bytes()]),
        ),
    ]
}
