//! What holds for every device, honest or not.

use core::num::NonZeroUsize;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_abi::MessageId;
use twinroot_feed::{Conflict, Equivocation, EquivocationWatch, Signed};
use twinroot_types::encode;

use super::device::life;
use super::{NONE, at, contradictions, reference};
use crate::world::feed;

fn watch(memory: usize) -> EquivocationWatch {
    EquivocationWatch::new(feed(1), NonZeroUsize::new(memory).unwrap())
}

/// Some of a life, in any order, some messages twice.
fn heard() -> impl Strategy<Value = Vec<Signed>> {
    (life(), vec(any::<Index>(), 0..40)).prop_map(|(signed, order)| {
        let said = order.iter().filter(|_| !signed.is_empty());
        said.map(|place| place.get(&signed).clone()).collect()
    })
}

/// What a device without any honour signs: every field as it likes, as far as a message opens.
pub(crate) fn lies() -> impl Strategy<Value = Vec<Signed>> {
    let lie = (0u32..3, 0u64..4, 0u64..4, 0u64..2, any::<Index>(), 0i64..2);
    vec(lie, 1..12).prop_map(|lies| {
        let mut signed: Vec<Signed> = Vec::new();
        for (epoch, seq, t, since, named, value) in lies {
            let t = 5_000 + t;
            let mut known: Vec<MessageId> = vec![MessageId([7; 32]), MessageId([8; 32])];
            known.extend(signed.iter().map(Signed::id));
            let mut prev = *named.get(&known);
            if (epoch, seq) == (0, 0) || (seq == 0 && value == 0) {
                prev = NONE;
            }
            let prev_t = if prev == NONE { t } else { t - since };
            signed.push(at((epoch, seq), t, prev, prev_t, value));
        }
        signed
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_honest_device_is_never_proven_false(signed in life()) {
        for (place, one) in signed.iter().enumerate() {
            for other in &signed[place..] {
                prop_assert_eq!(Conflict::between(one, other), None, "{:?} and {:?}", one, other);
            }
        }
    }

    #[test]
    fn a_watch_over_an_honest_device_is_silent(heard in heard(), memory in 1usize..8) {
        let mut watch = watch(memory);
        for message in &heard {
            prop_assert_eq!(watch.push(message), None);
        }
    }

    #[test]
    fn the_rule_is_that_of_the_cases(lies in lies()) {
        for one in &lies {
            for other in &lies {
                prop_assert_eq!(Conflict::between(one, other), reference::conflict(one, other), "{:?} and {:?}", one, other);
            }
        }
    }

    #[test]
    fn a_watch_that_remembers_all_finds_the_first_contradiction(lies in lies()) {
        let mut watch = watch(lies.len());
        for (place, message) in lies.iter().enumerate() {
            let gravest = lies[..place].iter().filter_map(|before| Conflict::between(before, message)).min();
            let found = watch.push(message).map(|proof| proof.verify().unwrap().conflict());
            prop_assert_eq!(found, gravest);
            if found.is_some() {
                break;
            }
        }
    }

    #[test]
    fn a_watch_that_forgets_proves_only_what_is_true(lies in lies(), memory in 1usize..4) {
        let mut watch = watch(memory);
        for proof in lies.iter().filter_map(|message| watch.push(message)) {
            let proven = proof.verify().unwrap();
            let [lower, higher] = proven.messages();
            prop_assert!(lies.contains(lower) && lies.contains(higher));
            prop_assert_eq!(Some(proven.conflict()), reference::conflict(lower, higher));
        }
    }

    #[test]
    fn a_contradiction_among_honest_messages_is_found(
        (order, which) in (0usize..contradictions().len()).prop_flat_map(|which| {
            let (.., [one, other]) = &contradictions()[which];
            let filler = (20u8..25).map(|other| at((9, 2 * u64::from(other)), 9_000, MessageId([other; 32]), 9_000, 1));
            let messages: Vec<_> = filler.chain([one.clone(), other.clone()]).collect();
            (Just(messages).prop_shuffle(), Just(which))
        }),
    ) {
        let mut watch = watch(order.len());
        let proofs: Vec<_> = order.iter().filter_map(|message| watch.push(message)).collect();
        prop_assert_eq!(proofs.len(), 1);
        prop_assert_eq!(proofs[0].verify().unwrap().conflict(), contradictions()[which].1);
    }

    #[test]
    fn a_changed_byte_of_a_proof_is_refused(which: Index, place: Index, change in 1u8..) {
        let all = contradictions();
        let (_, _, [one, other]) = which.get(&all);
        let mut bytes = Equivocation::new(&feed(1), one, other).unwrap().encode();
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        prop_assert!(Equivocation::decode(&bytes).map_or(true, |proof| proof.verify().is_err()));
    }

    #[test]
    fn any_bytes_are_a_proof_in_one_form_or_none(bytes in vec(any::<u8>(), 0..700)) {
        if let Ok(proof) = Equivocation::decode(&bytes) {
            prop_assert_eq!(proof.encode(), bytes);
            prop_assert!(proof.verify().is_err());
        }
    }

    #[test]
    fn whatever_a_proof_is_made_of_it_is_refused_unless_it_proves(
        descriptor in prop_oneof![Just(feed(1).encode()), vec(any::<u8>(), 0..=238)],
        junk in vec(any::<u8>(), 0..=201),
        signed in life(),
        order: bool,
    ) {
        let message = signed.first().map_or(junk.clone(), |message| message.bytes().to_vec());
        let messages = if order { [junk, message] } else { [message, junk] };
        let bytes = encode(&(descriptor, messages));
        let proof = Equivocation::decode(&bytes).unwrap();
        prop_assert_eq!(proof.encode(), bytes);
        prop_assert!(proof.verify().is_err());
    }
}
