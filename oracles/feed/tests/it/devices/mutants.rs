//! Messages of the devices, changed in all manner of ways: 100,000 of them, the same ones each time.
//!
//! A mutant may be taken for one reason only: it is a message of that feed, bit for bit, or it is one but for the tag 18
//! that may stand before `COSE_Sign1` or not. All the rest is signed, or is the signature.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use twinroot_feed::{Feed, OpenError, open};

use super::vectors;

const MUTANTS: usize = 100_000;

#[derive(Clone, Debug)]
enum Mutation {
    /// One byte is another.
    Flip(Index, u8),
    /// Some bytes in a row are others.
    Overwrite(Index, Vec<u8>),
    Truncate(Index),
    Behead(Index),
    Remove(Index, Index),
    Insert(Index, Vec<u8>),
    Extend(Vec<u8>),
    /// Some bytes come twice.
    Stutter(Index, Index),
    /// The beginning of this one, the end of another.
    Splice(Index, Index),
    /// The same stretch of another one.
    Graft(Index, Index),
    /// A field of this one is a field of another, or of its own.
    Field(Index, Index),
    /// Two fields of this one in each other's place.
    Swap(Index, Index),
    /// The field is not there, or is there twice.
    Drop(Index),
    Double(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use Mutation as M;
    let at = any::<Index>;
    let some = || vec(any::<u8>(), 1..9);
    prop_oneof![
        4 => (at(), 1..=u8::MAX).prop_map(|(place, by)| M::Flip(place, by)),
        1 => (at(), some()).prop_map(|(place, bytes)| M::Overwrite(place, bytes)),
        1 => at().prop_map(M::Truncate),
        1 => at().prop_map(M::Behead),
        1 => (at(), at()).prop_map(|(from, to)| M::Remove(from, to)),
        1 => (at(), some()).prop_map(|(place, bytes)| M::Insert(place, bytes)),
        1 => some().prop_map(M::Extend),
        1 => (at(), at()).prop_map(|(from, to)| M::Stutter(from, to)),
        1 => (at(), at()).prop_map(|(here, there)| M::Splice(here, there)),
        2 => (at(), at()).prop_map(|(from, to)| M::Graft(from, to)),
        3 => (at(), at()).prop_map(|(mine, other)| M::Field(mine, other)),
        1 => (at(), at()).prop_map(|(one, other)| M::Swap(one, other)),
        1 => at().prop_map(M::Drop),
        1 => at().prop_map(M::Double),
    ]
}

impl Mutation {
    fn of(&self, message: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = message.to_vec();
        let len = bytes.len();
        let ends = |one: &Index, other: &Index| {
            let (one, other) = (one.index(len), other.index(len));
            one.min(other)..one.max(other) + 1
        };
        let mut parts = fields(message);
        match self {
            Self::Flip(place, by) => bytes[place.index(len)] ^= by,
            Self::Overwrite(place, with) => {
                for (old, new) in bytes[place.index(len)..].iter_mut().zip(with) {
                    *old = *new;
                }
            }
            Self::Truncate(place) => bytes.truncate(place.index(len)),
            Self::Behead(place) => drop(bytes.drain(..place.index(len))),
            Self::Remove(from, to) => drop(bytes.drain(ends(from, to))),
            Self::Insert(place, more) => {
                let place = place.index(len);
                bytes.splice(place..place, more.iter().copied());
            }
            Self::Extend(more) => bytes.extend(more),
            Self::Stutter(from, to) => {
                let said = bytes[ends(from, to)].to_vec();
                let place = from.index(len);
                bytes.splice(place..place, said);
            }
            Self::Splice(here, there) => {
                bytes.truncate(here.index(len));
                bytes.extend(&other[there.index(other.len())..]);
            }
            Self::Graft(from, to) => {
                for place in ends(from, to) {
                    if let Some(new) = other.get(place) {
                        bytes[place] = *new;
                    }
                }
            }
            Self::Field(mine, theirs) => {
                let place = mine.index(parts.len());
                let others = fields(other);
                // Mostly the same field, so that what comes out is well formed.
                let same = others.get(place).filter(|_| theirs.index(4) > 0);
                let new = same.unwrap_or(&others[theirs.index(others.len())]);
                parts[place].clone_from(new);
                bytes = parts.concat();
            }
            Self::Swap(one, other) => {
                let (one, other) = (one.index(parts.len()), other.index(parts.len()));
                parts.swap(one, other);
                bytes = parts.concat();
            }
            Self::Drop(one) => {
                parts.remove(one.index(parts.len()));
                bytes = parts.concat();
            }
            Self::Double(one) => {
                let part = parts[one.index(parts.len())].clone();
                parts.push(part);
                bytes = parts.concat();
            }
        }
        bytes
    }
}

/// Of a native message: envelope, feed, places and times, `prev`, flags and value, `R`, `S`. Of one in COSE: head,
/// protected header, unprotected header, payload, head of the signature, `R`, `S`.
fn fields(message: &[u8]) -> Vec<Vec<u8>> {
    let (signed, signature) = message.split_at(message.len() - 64);
    let (r, s) = signature.split_at(32);
    let mut fields = if message[0] == 0 {
        native(signed)
    } else {
        cose(signed)
    };
    fields.extend([r.to_vec(), s.to_vec()]);
    assert_eq!(fields.concat(), message);
    fields
}

fn native(signed: &[u8]) -> Vec<Vec<u8>> {
    let (head, mut rest) = signed.split_at(33);
    let mut fields = vec![head[..1].to_vec(), head[1..].to_vec()];
    for _ in ["epoch", "seq", "t", "prev_t"] {
        let len = rest.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let (varint, after) = rest.split_at(len);
        fields.push(varint.to_vec());
        rest = after;
    }
    let (prev, value) = rest.split_at(32);
    fields.extend([prev, &value[..1], &value[1..]].map(<[u8]>::to_vec));
    fields
}

fn cose(signed: &[u8]) -> Vec<Vec<u8>> {
    let head = signed.iter().position(|byte| *byte == 0x84).unwrap() + 1;
    let protected = head + 1 + usize::from(signed[head] & 0x1f);
    let (ends, signature_head) = signed[protected..].split_at(signed.len() - protected - 2);
    let (unprotected, payload) = ends.split_at(1);
    [
        &signed[..head],
        &signed[head..protected],
        unprotected,
        payload,
        signature_head,
    ]
    .map(<[u8]>::to_vec)
    .into()
}

struct Sources {
    feeds: Vec<Feed>,
    /// With the feed of each.
    messages: Vec<(usize, Vec<u8>)>,
}

fn sources() -> Sources {
    let mut feeds: Vec<Feed> = Vec::new();
    let mut messages = Vec::new();
    for line in vectors() {
        let feed = line.source();
        let known = feeds.iter().position(|it| it.id() == feed.id());
        let place = known.unwrap_or_else(|| {
            feeds.push(feed);
            feeds.len() - 1
        });
        messages.push((place, hex::decode(&line.message).unwrap()));
    }
    Sources { feeds, messages }
}

/// What counts of a message: all of it but the tag that COSE may have.
fn bare(message: &[u8]) -> &[u8] {
    message.strip_prefix(&[0xd2]).unwrap_or(message)
}

#[test]
fn a_mutant_is_refused_unless_it_is_a_message_but_for_the_tag() {
    let Sources { feeds, messages } = sources();
    let signed: BTreeSet<(usize, &[u8])> = messages
        .iter()
        .map(|(feed, message)| (*feed, bare(message)))
        .collect();
    let mut runner = TestRunner::deterministic();
    let flip = weighted(0.2, (any::<Index>(), 1..=u8::MAX));
    let drawn = (any::<Index>(), any::<Index>(), mutation(), flip);
    let mut refused: BTreeMap<OpenError, usize> = BTreeMap::new();
    for _ in 0..MUTANTS {
        let (one, other, mutation, flip) = drawn.new_tree(&mut runner).unwrap().current();
        let (_, message) = one.get(&messages);
        let (_, other) = other.get(&messages);
        let mut mutant = mutation.of(message, other);
        if let Some((place, by)) = flip.filter(|_| !mutant.is_empty()) {
            let place = place.index(mutant.len());
            mutant[place] ^= by;
        }
        for (number, feed) in feeds.iter().enumerate() {
            match open(feed, &mutant) {
                Ok(_) => assert!(
                    signed.contains(&(number, bare(&mutant))),
                    "{mutation:?} is taken: {}",
                    hex::encode(&mutant)
                ),
                Err(rule) => *refused.entry(rule).or_default() += 1,
            }
        }
    }
    // Mutants get past everything but the signature, and stumble over every rule that one can stumble over without a key.
    assert!(
        refused[&OpenError::BadSignature] > MUTANTS / 10,
        "{refused:?}"
    );
    for rule in OpenError::ALL {
        assert!(
            refused.contains_key(rule),
            "{rule:?} refused no mutant: {refused:?}"
        );
    }
}

#[test]
fn the_tag_is_all_that_may_come_or_go() {
    let Sources { feeds, messages } = sources();
    for (feed, message) in &messages {
        let feed = &feeds[*feed];
        let with = [&[0xd2], bare(message)].concat();
        if message[0] == 0 {
            assert_eq!(open(feed, &with), Err(OpenError::Header));
            continue;
        }
        let [with, without] = [&with, bare(message)].map(|it| open(feed, it).unwrap());
        assert_eq!(with.id(), without.id());
        assert_eq!(with.observation(), without.observation());
    }
}
