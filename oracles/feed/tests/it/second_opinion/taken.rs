//! What is taken, stock libraries take too, and read alike.

use coset::cbor::Value as Cbor;
use coset::{CborSerializable, CoseSign1, TaggedCborSerializable};
use ed25519_dalek::{Signature, SigningKey};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use twinroot_feed::{Feed, Mode, OpenError, Signed, Value, open};

use super::number::{at_scale, exact};
use super::{URN, draft, signed};

type Changes = Vec<(Index, u8, u8)>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    /// A device may sign anything, so what is signed is changed before.
    #[test]
    fn what_is_taken_stock_libraries_read_alike(
        draft in draft(),
        header in vec((any::<Index>(), any::<u8>(), 0..4_u8), 0..2),
        payload in vec((any::<Index>(), any::<u8>(), 0..4_u8), 0..3),
    ) {
        let protected = changed(draft.protected(), &header);
        let payload = changed(draft.payload(), &payload);
        let message = signed(protected, payload, draft.tagged);
        if let Ok(taken) = open(&draft.feed(), &message) {
            assert_read_alike(&draft.feed(), &taken);
        }
    }

    /// Whatever is sent, it is taken only where it is what coset would send.
    #[test]
    fn what_is_taken_coset_sends_alike(draft in draft(), changes in vec((any::<Index>(), any::<u8>(), 0..4_u8), 0..3)) {
        let message = changed(signed(draft.protected(), draft.payload(), draft.tagged), &changes);
        if open(&draft.feed(), &message).is_ok() {
            let sent = parsed(&message);
            let tagged = message.starts_with(&[0xd2]);
            let again = if tagged { sent.to_tagged_vec() } else { sent.to_vec() };
            prop_assert_eq!(again.unwrap(), message);
        }
    }

    #[test]
    fn an_unprotected_header_is_refused(draft in draft(), kid in vec(any::<u8>(), 1..20)) {
        let mut sent = parsed(&signed(draft.protected(), draft.payload(), false));
        sent.unprotected.key_id = kid;
        let refused = open(&draft.feed(), &sent.to_vec().unwrap());
        prop_assert_eq!(refused, Err(OpenError::Header));
    }
}

fn changed(mut bytes: Vec<u8>, changes: &Changes) -> Vec<u8> {
    for (place, byte, kind) in changes {
        let place = place.index(bytes.len() + 1);
        match kind {
            0 => bytes.insert(place, *byte),
            1 if place < bytes.len() => drop(bytes.remove(place)),
            // Mostly the neighbours, which are labels and lengths of the same kind.
            2 => bytes
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|it| *it ^= byte & 3),
            _ => bytes
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|it| *it ^= byte),
        }
    }
    bytes
}

fn parsed(message: &[u8]) -> CoseSign1 {
    CoseSign1::from_tagged_slice(message)
        .or_else(|_| CoseSign1::from_slice(message))
        .unwrap()
}

fn assert_read_alike(feed: &Feed, taken: &Signed) {
    let sent = parsed(taken.bytes());
    let key = SigningKey::from_bytes(&[1; 32]).verifying_key();
    sent.verify_signature(&[], |signature, signed| {
        let signature = Signature::from_slice(signature)?;
        key.verify_strict(signed, &signature)
    })
    .unwrap();
    let id = blake2b_simd::Params::new()
        .hash_length(32)
        .hash(&sent.tbs_data(&[]));
    assert_eq!(taken.id().0, id.as_bytes());

    let pack: Cbor = ciborium::from_reader(sent.payload.unwrap().as_slice()).unwrap();
    let (reading, rest) = pack.as_array().unwrap().split_first().unwrap();
    let text = |label| Some(item(reading, label)?.as_text().unwrap());
    let name = [text(-2), text(0)].map(Option::unwrap_or_default).concat();
    assert_eq!(name, URN);
    let unit = text(1).or(text(-4)).unwrap_or_default();
    assert_eq!(unit, feed.descriptor().unit);
    let number = |label, scale| at_scale(&exact(item(reading, label)?)?, scale);
    let observation = taken.observation();
    let t = number(-3, -3).or(number(6, -3)).unwrap().unsigned_abs();
    assert_eq!(observation.t.0, t);
    let value = number(2, feed.descriptor().scale.into()).unwrap();
    assert_eq!(observation.value, Value::Fixed(value));
    let seq = match (feed.descriptor().mode, rest) {
        (Mode::Slot, []) => t / u64::from(feed.descriptor().period_ms),
        (Mode::Counter, [count]) => {
            assert_eq!(item(count, 0), Some(&Cbor::from("seq")));
            item(count, 2)
                .unwrap()
                .as_integer()
                .unwrap()
                .try_into()
                .unwrap()
        }
        _ => unreachable!("another number of records than the feed has"),
    };
    assert_eq!(observation.seq, seq);
}

fn item(record: &Cbor, label: i8) -> Option<&Cbor> {
    let mut entries = record.as_map().unwrap().iter();
    let (_, item) = entries.find(|(key, _)| *key == Cbor::from(label))?;
    Some(item)
}
