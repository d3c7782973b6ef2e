//! Each rule, broken alone: a table of one case or more for every number.

use std::collections::BTreeSet;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use twinroot_abi::{FeedId, MessageId, Policy, PublicKey, Subject, TimeMs};
use twinroot_exec::{Bundle, Question};
use twinroot_feed::{
    BundleError, Descriptor, DescriptorError, Feed, FeedError, Mode, Observation, OpenError, Value,
    open, sign,
};
use twinroot_types::{Tag, encode, hash};

use crate::spec::every_rule;
use crate::world::{
    DELIVERED, LOST, OTHER_PARCEL, PARCEL, SLOT, any_message, ascending, ask, block_at, descriptor,
    descriptor_of, duration_of, duration_params, feed, fixed, fresh_for, gap_over, gap_params,
    judge, k_of_n, list_params, mark_params, median_of, median_params, observation, readings,
    run_of, run_params, secret, signer,
};
use crate::{any, duration, equivocation, fresh, max_gap, median, response, slots, stock};

#[test]
fn each_rule_has_its_number() {
    let mut seen = BTreeSet::new();
    for (what, rule, found) in questions()
        .into_iter()
        .chain(median::cases())
        .chain(duration::cases())
        .chain(max_gap::cases())
        .chain(fresh::cases())
        .chain(any::cases())
        .chain(response::cases())
        .chain(equivocation::cases())
        .chain(slots::cases())
        .chain(stock::cases())
        .chain(descriptors())
        .chain(messages())
    {
        assert_eq!(found, Err(rule), "{what}");
        seen.insert(rule);
    }
    let missing: Vec<_> = every_rule()
        .into_iter()
        .filter(|rule| !seen.contains(rule))
        .collect();
    assert_eq!(missing, [], "rules that no case breaks");
}

/// What the case does, the rule that it breaks, and what the room said.
pub(crate) type Case = (&'static str, FeedError, Result<(), FeedError>);

pub(crate) fn case<T>(
    what: &'static str,
    rule: impl Into<FeedError>,
    found: Result<T, impl Into<FeedError>>,
) -> Case {
    (what, rule.into(), found.map(|_| ()).map_err(Into::into))
}

/// Two of three attestors say that the parcel is delivered.
struct Delivery {
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
    seeds: [u8; 3],
}

impl Delivery {
    fn new() -> Self {
        let attestors = ascending([1, 2, 3]);
        let facts = Bundle {
            policy: 0,
            descriptors: attestors[..2]
                .iter()
                .map(|(_, feed)| feed.encode())
                .collect(),
            messages: attestors[..2]
                .iter()
                .map(|(seed, _)| claim(*seed, PARCEL, DELIVERED))
                .collect(),
        };
        let ids = attestors.clone().map(|(_, feed)| feed.id());
        Self {
            policy: k_of_n(2),
            params: list_params(PARCEL, &ids),
            facts,
            seeds: attestors.map(|(seed, _)| seed),
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut delivery = Self::new();
        change(&mut delivery);
        delivery.judge()
    }
}

/// Three readings in a row are above the limit.
struct Spoiled {
    policy: Policy,
    params: Vec<u8>,
    facts: Bundle,
}

impl Spoiled {
    fn new() -> Self {
        let mut signer = signer(1);
        let messages = readings(&mut signer, &[9_000, 8_001, 1_999]);
        Self {
            policy: run_of(3),
            params: run_params(signer.feed().id(), (2_000, 8_000), (1_000, 3_000)),
            facts: Bundle {
                policy: 0,
                descriptors: vec![signer.feed().encode()],
                messages,
            },
        }
    }

    fn judge(&self) -> Result<Vec<u8>, FeedError> {
        judge(self.policy, &self.params, &self.facts)
    }

    fn after(change: impl FnOnce(&mut Self)) -> Result<Vec<u8>, FeedError> {
        let mut spoiled = Self::new();
        change(&mut spoiled);
        spoiled.judge()
    }

    /// The last of the three messages is signed anew after `change`.
    fn with_last(change: impl FnOnce(&mut Observation)) -> Result<Vec<u8>, FeedError> {
        Self::after(|spoiled| {
            let mut last = open(&feed(1), &spoiled.facts.messages[2])
                .unwrap()
                .observation()
                .clone();
            change(&mut last);
            spoiled.facts.messages[2] = sign(&secret(1), &last);
        })
    }
}

fn claim(seed: u8, subject: Subject, code: u16) -> Vec<u8> {
    signer(seed).claim(TimeMs(5_000), subject, code).unwrap()
}

#[test]
fn two_of_three_is_a_delivery() {
    assert_eq!(Delivery::new().judge(), Ok(vec![1, 0]));
}

#[test]
fn three_out_of_limits_are_a_breach() {
    let verdict = [1_000u64.to_le_bytes(), 3_000u64.to_le_bytes()].concat();
    assert_eq!(Spoiled::new().judge(), Ok(verdict));
}

fn questions() -> Vec<Case> {
    use BundleError as E;
    let question = |params: Option<&[u8]>, facts: Option<&Bundle>| {
        ask(&Question {
            policy: k_of_n(2),
            params,
            facts,
            pinned: block_at(TimeMs::ZERO),
        })
    };
    let delivery = Delivery::new();
    let spoiled = Spoiled::new();
    let stranger = feed(9);
    vec![
        case(
            "the slot is empty",
            E::NoParams,
            question(None, Some(&delivery.facts)),
        ),
        case(
            "a list without a subject",
            E::BadParams,
            Delivery::after(|it| it.params.truncate(31)),
        ),
        case(
            "an empty list",
            E::BadParams,
            Delivery::after(|it| it.params.truncate(32)),
        ),
        case(
            "half a feed id",
            E::BadParams,
            Delivery::after(|it| it.params.truncate(80)),
        ),
        case("seventeen feeds", E::BadParams, {
            let ids: Vec<_> = (0..17).map(|place| FeedId([place; 32])).collect();
            judge(k_of_n(9), &list_params(PARCEL, &ids), &delivery.facts)
        }),
        case("one feed twice on the list", E::BadParams, {
            let id = feed(1).id();
            judge(k_of_n(2), &list_params(PARCEL, &[id, id]), &delivery.facts)
        }),
        case("a list that descends", E::BadParams, {
            let [low, high, _] = ascending([1, 2, 3]).map(|(_, feed)| feed.id());
            judge(
                k_of_n(2),
                &list_params(PARCEL, &[high, low]),
                &delivery.facts,
            )
        }),
        case("limits upside down", E::BadParams, {
            judge(
                run_of(3),
                &run_params(feed(1).id(), (1, 0), (0, 9_000)),
                &spoiled.facts,
            )
        }),
        case("a window that ends before it begins", E::BadParams, {
            judge(
                run_of(3),
                &run_params(feed(1).id(), (0, 1), (2, 1)),
                &spoiled.facts,
            )
        }),
        case(
            "a byte too many",
            E::BadParams,
            Spoiled::after(|it| it.params.push(0)),
        ),
        case(
            "a byte too few",
            E::BadParams,
            Spoiled::after(|it| _ = it.params.pop()),
        ),
        case(
            "one of three is no majority",
            E::BadPolicy,
            Delivery::after(|it| it.policy = k_of_n(1)),
        ),
        case(
            "four of three",
            E::BadPolicy,
            Delivery::after(|it| it.policy = k_of_n(4)),
        ),
        case(
            "a run of nothing",
            E::BadPolicy,
            Spoiled::after(|it| it.policy = run_of(0)),
        ),
        case(
            "no facts",
            E::NoFacts,
            question(Some(&delivery.params), None),
        ),
        case(
            "one of two descriptors",
            E::TooFewDescriptors,
            Delivery::after(|it| it.facts.descriptors.truncate(1)),
        ),
        case(
            "no descriptor",
            E::TooFewDescriptors,
            Spoiled::after(|it| it.facts.descriptors.clear()),
        ),
        case(
            "three descriptors for two",
            E::TooManyDescriptors,
            Delivery::after(|it| {
                it.facts.descriptors.push(feed(it.seeds[2]).encode());
            }),
        ),
        case(
            "one of two",
            E::TooFewMessages,
            Delivery::after(|it| it.facts.messages.truncate(1)),
        ),
        case(
            "two of three readings",
            E::TooFewMessages,
            Spoiled::after(|it| it.facts.messages.truncate(2)),
        ),
        case(
            "three where two are asked",
            E::TooManyMessages,
            Delivery::after(|it| {
                it.facts
                    .messages
                    .push(claim(it.seeds[2], PARCEL, DELIVERED));
            }),
        ),
        case(
            "the same attestor twice",
            E::DuplicateSigner,
            Delivery::after(|it| {
                it.facts.descriptors[1] = it.facts.descriptors[0].clone();
                it.facts.messages[1] = it.facts.messages[0].clone();
            }),
        ),
        case(
            "attestors in another order",
            E::SignerOrder,
            Delivery::after(|it| {
                it.facts.descriptors.reverse();
                it.facts.messages.reverse();
            }),
        ),
        case("a stranger", E::UnknownSigner, {
            // The list without its last attestor, whom the bundle names.
            let [first, second, third] = ascending([1, 2, 3]).map(|(_, feed)| feed.id());
            let mut bundle = Delivery::new().facts;
            bundle.descriptors[1] = feed(Delivery::new().seeds[2]).encode();
            assert!(second < third);
            judge(k_of_n(2), &list_params(PARCEL, &[first, second]), &bundle)
        }),
        case(
            "another thermometer",
            E::FeedMismatch,
            Spoiled::after(|it| {
                it.facts.descriptors[0] = stranger.encode();
            }),
        ),
        case(
            "a reading for a claim",
            E::NotAClaim,
            Delivery::after(|it| {
                it.facts.messages[1] = signer(it.seeds[1]).reading(TimeMs(5_000), 1).unwrap();
            }),
        ),
        case(
            "another parcel",
            E::OtherSubject,
            Delivery::after(|it| {
                it.facts.messages[1] = claim(it.seeds[1], OTHER_PARCEL, DELIVERED);
            }),
        ),
        case(
            "one says lost",
            E::CodesDiffer,
            Delivery::after(|it| {
                it.facts.messages[1] = claim(it.seeds[1], PARCEL, LOST);
            }),
        ),
        case(
            "a place left out",
            E::Gap,
            Spoiled::with_last(|last| last.seq = 3),
        ),
        case(
            "another epoch",
            E::Gap,
            Spoiled::with_last(|last| last.epoch = 1),
        ),
        case(
            "another message before",
            E::Gap,
            Spoiled::with_last(|last| last.prev = MessageId([1; 32])),
        ),
        case(
            "another time before",
            E::Gap,
            Spoiled::with_last(|last| last.prev_t = TimeMs(1_999)),
        ),
        case(
            "one reading twice",
            E::Gap,
            Spoiled::after(|it| {
                it.facts.messages[2] = it.facts.messages[1].clone();
            }),
        ),
        case(
            "the wrong order",
            E::Gap,
            Spoiled::after(|it| it.facts.messages.reverse()),
        ),
        case(
            "a claim for a reading",
            E::NotAReading,
            Spoiled::with_last(|last| {
                last.value = Value::Claim {
                    subject: PARCEL,
                    code: DELIVERED,
                };
            }),
        ),
        case(
            "after the window",
            E::OutOfWindow,
            Spoiled::with_last(|last| last.t = TimeMs(3_001)),
        ),
        case("before the window", E::OutOfWindow, {
            judge(
                run_of(3),
                &run_params(feed(1).id(), (2_000, 8_000), (1_001, 3_000)),
                &spoiled.facts,
            )
        }),
        case(
            "on the lower limit",
            E::InRange,
            Spoiled::with_last(|last| last.value = Value::Fixed(2_000)),
        ),
        case(
            "on the upper limit",
            E::InRange,
            Spoiled::with_last(|last| last.value = Value::Fixed(8_000)),
        ),
    ]
}

fn descriptors() -> Vec<Case> {
    use DescriptorError as E;
    let of = |change: &dyn Fn(&mut Descriptor)| {
        let mut changed = descriptor(1);
        change(&mut changed);
        Feed::decode(&encode(&changed))
    };
    let with_key = |key: [u8; 32]| Feed::decode(&encode(&descriptor_of(PublicKey(key))));
    let honest = CompressedEdwardsY(secret(1).public().0)
        .decompress()
        .unwrap();
    let good = encode(&descriptor(1));
    vec![
        case(
            "a byte more than the longest",
            E::TooLong,
            Feed::decode(&[0; 241]),
        ),
        case("nothing", E::Malformed, Feed::decode(&[])),
        case(
            "a byte short",
            E::Malformed,
            Feed::decode(&good[..good.len() - 1]),
        ),
        case(
            "text that is none",
            E::Malformed,
            Feed::decode(&[&good[..35], &[0xff], &good[36..]].concat()),
        ),
        case(
            "an envelope of no kind",
            E::Malformed,
            Feed::decode(&[&good[..32], &[2], &good[33..]].concat()),
        ),
        case(
            "a mode of no kind",
            E::Malformed,
            Feed::decode(&[&good[..33], &[2], &good[34..]].concat()),
        ),
        case(
            "a byte too many",
            E::Trailing,
            Feed::decode(&[good.as_slice(), &[0]].concat()),
        ),
        case(
            "a padded period",
            E::NotCanonical,
            Feed::decode(&padded_period()),
        ),
        case("no name", E::Text, of(&|it| it.urn.clear())),
        case("a long name", E::Text, of(&|it| it.urn = "u".repeat(129))),
        case("no quantity", E::Text, of(&|it| it.quantity.clear())),
        case(
            "a long quantity",
            E::Text,
            of(&|it| it.quantity = "q".repeat(33)),
        ),
        case("a long unit", E::Text, of(&|it| it.unit = "n".repeat(17))),
        case("a line break", E::Text, of(&|it| it.urn.push('\n'))),
        case(
            "a letter outside ASCII",
            E::Text,
            of(&|it| it.unit = "°C".to_owned()),
        ),
        case("a scale too great", E::Scale, of(&|it| it.scale = 19)),
        case("a scale too small", E::Scale, of(&|it| it.scale = -19)),
        case(
            "an end before the beginning",
            E::Validity,
            of(&|it| it.valid_to = TimeMs(999)),
        ),
        case(
            "slots without a length",
            E::NoPeriod,
            of(&|it| (it.mode, it.period_ms) = (Mode::Slot, 0)),
        ),
        case("no point: y = 2", E::KeyNotAPoint, with_key(little(2))),
        case("the identity, padded: y = p + 1", E::KeyNotCanonical, {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (0xee, 0x7f);
            with_key(key)
        }),
        case(
            "a point of order eight",
            E::KeyWeak,
            with_key(EIGHT_TORSION[1].compress().to_bytes()),
        ),
        case(
            "a point of mixed order",
            E::KeyMixedOrder,
            with_key((honest + EIGHT_TORSION[1]).compress().to_bytes()),
        ),
    ]
}

fn little(number: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = number;
    bytes
}

/// 1000 written in three bytes instead of two.
fn padded_period() -> Vec<u8> {
    let it = descriptor(1);
    let form = (it.key, it.envelope, it.mode);
    let before = encode(&(form, it.urn, it.quantity, it.unit, it.scale));
    [
        before.as_slice(),
        &[0xe8, 0x87, 0x00],
        &encode(&(it.valid_from, it.valid_to)),
    ]
    .concat()
}

fn messages() -> Vec<Case> {
    use OpenError as E;
    let feed = feed(1);
    let first = observation(&feed, Value::Fixed(4_929));
    let of = |change: &dyn Fn(&mut Observation)| {
        let mut changed = first.clone();
        change(&mut changed);
        open(&feed, &sign(&secret(1), &changed))
    };
    let good = sign(&secret(1), &first);
    let signed_body = |body: &[u8]| {
        let signature = secret(1).sign(Tag::READING, body).to_bytes();
        open(&feed, &[&[0], body, signature.as_slice()].concat())
    };
    let body = encode(&first);
    assert!(open(&feed, &good).is_ok());
    vec![
        case("nothing", E::TooShort, open(&feed, &[])),
        case(
            "a byte less than the shortest",
            E::TooShort,
            open(&feed, &[0; 135]),
        ),
        case(
            "a byte more than the longest",
            E::TooLong,
            open(&feed, &[0; 202]),
        ),
        case(
            "a form of no kind",
            E::UnknownEnvelope,
            open(&feed, &[&[1], &good[1..]].concat()),
        ),
        case(
            "a value of no kind",
            E::Malformed,
            signed_body(&[&body[..body.len() - 3], &[2, 0, 0]].concat()),
        ),
        case(
            "a message cut short",
            E::Malformed,
            open(&feed, &good[..good.len() - 1]),
        ),
        case(
            "a body with a byte too many",
            E::Trailing,
            signed_body(&[body.as_slice(), &[0]].concat()),
        ),
        case(
            "a message with a byte too many",
            E::Trailing,
            open(&feed, &[good.as_slice(), &[0]].concat()),
        ),
        case(
            "a padded epoch",
            E::NotCanonical,
            signed_body(&[&body[..32], &[0x80, 0x00], &body[33..]].concat()),
        ),
        case(
            "a message of another feed",
            E::WrongFeed,
            of(&|it| it.feed = FeedId([1; 32])),
        ),
        case("a flag of the future", E::Flags, of(&|it| it.flags = 1)),
        case(
            "older than the one before",
            E::TimeFalls,
            of(&|it| it.prev_t = TimeMs(5_001)),
        ),
        case(
            "a first message that follows one",
            E::Link,
            of(&|it| it.prev = MessageId([1; 32])),
        ),
        case(
            "a first message with a time before",
            E::Link,
            of(&|it| it.prev_t = TimeMs(4_999)),
        ),
        case(
            "a second message that follows none",
            E::Link,
            of(&|it| it.seq = 1),
        ),
        case(
            "an epoch without memory, but with a time",
            E::Link,
            of(&|it| {
                it.epoch = 1;
                it.prev_t = TimeMs(4_999);
            }),
        ),
        case(
            "before the feed",
            E::OutsideValidity,
            of(&|it| (it.t, it.prev_t) = (TimeMs(999), TimeMs(999))),
        ),
        case(
            "after the feed",
            E::OutsideValidity,
            of(&|it| (it.t, it.prev_t) = (TimeMs(1_000_001), TimeMs(1_000_001))),
        ),
        case(
            "another key",
            E::BadSignature,
            open(&feed, &sign(&secret(2), &first)),
        ),
        case(
            "torsion added to R",
            E::BadSignature,
            open(&feed, &with_torsion(&good)),
        ),
        case("signed without the tag", E::BadSignature, {
            let signature = secret(1).sign(Tag::FEED, &body).to_bytes();
            open(&feed, &[&[0], body.as_slice(), &signature].concat())
        }),
    ]
}

fn with_torsion(message: &[u8]) -> Vec<u8> {
    let (rest, r, s) = (
        &message[..message.len() - 64],
        &message[message.len() - 64..][..32],
        &message[message.len() - 32..],
    );
    let point = CompressedEdwardsY(r.try_into().unwrap())
        .decompress()
        .unwrap();
    [rest, (point + EIGHT_TORSION[1]).compress().as_bytes(), s].concat()
}

#[test]
fn a_later_epoch_may_begin_with_or_without_memory() {
    let feed = feed(1);
    let forgetful = Observation {
        epoch: 1,
        ..observation(&feed, Value::Fixed(1))
    };
    let mindful = Observation {
        prev: MessageId([1; 32]),
        prev_t: TimeMs(1),
        ..forgetful.clone()
    };
    for first in [forgetful, mindful] {
        assert!(open(&feed, &sign(&secret(1), &first)).is_ok());
    }
}

#[test]
fn checks_come_in_their_order() {
    // Broken in every way at once: the number is that of the first rule, and falls away one by one.
    let mut delivery = Delivery::new();
    delivery.params.truncate(31);
    delivery.policy = k_of_n(9);
    delivery.facts.descriptors = vec![vec![0; 241]; 3];
    delivery.facts.messages = vec![Vec::new(); 3];
    assert_eq!(delivery.judge(), Err(BundleError::BadParams.into()));
    delivery.params = Delivery::new().params;
    assert_eq!(delivery.judge(), Err(BundleError::BadPolicy.into()));
    delivery.policy = k_of_n(2);
    assert_eq!(
        delivery.judge(),
        Err(BundleError::TooManyDescriptors.into())
    );
    delivery.facts.descriptors.truncate(2);
    assert_eq!(delivery.judge(), Err(BundleError::TooManyMessages.into()));
    delivery.facts.messages.truncate(2);
    assert_eq!(delivery.judge(), Err(DescriptorError::TooLong.into()));
    delivery.facts.descriptors = Delivery::new().facts.descriptors;
    assert_eq!(delivery.judge(), Err(OpenError::TooShort.into()));
}

#[test]
fn parameters_come_before_facts_for_every_policy() {
    let id = feed(1).id();
    let window = (1_000, 2_000);
    let policies = [
        (k_of_n(1), list_params(PARCEL, &[id])),
        (run_of(1), run_params(id, (0, 1), window)),
        (median_of(1), median_params(window, &[id])),
        (duration_of(1), duration_params(id, (0, 1), (0, 1), window)),
        (gap_over(1), gap_params(id, window)),
        (fresh_for(1), mark_params(id, (0, 0))),
        (any_message(), mark_params(id, (0, 0))),
        (response::POLICY, response::params()),
        (Policy::Equivocation { params: SLOT }, fixed(&id)),
    ];
    for (policy, params) in policies {
        let question = |params| {
            ask(&Question {
                policy,
                params,
                facts: None,
                pinned: block_at(TimeMs::ZERO),
            })
        };
        let none = question(None);
        assert_eq!(none, Err(BundleError::NoParams.into()), "{policy:?}");
        let cut = question(Some(&params[1..]));
        assert_eq!(cut, Err(BundleError::BadParams.into()), "{policy:?}");
        let well = question(Some(&params));
        assert_eq!(well, Err(BundleError::NoFacts.into()), "{policy:?}");
    }
}

#[test]
fn an_id_leaves_the_signature_out() {
    let message = signer(1).reading(TimeMs(1_000), 1).unwrap();
    let body = &message[1..message.len() - 64];
    assert_eq!(
        open(&feed(1), &message).unwrap().id(),
        MessageId(hash(Tag::READING, &[body]))
    );
}
