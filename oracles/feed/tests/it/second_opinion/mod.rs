//! A second opinion on messages in COSE (docs/spec/oracles.md, 2.5 to 2.7): coset and ciborium take them apart, and
//! fractions of integers without bounds say what their numbers are.

mod honest;
mod number;
mod taken;

use coset::cbor::Value;
use coset::{CborSerializable, CoseSign1, Header, ProtectedHeader, TaggedCborSerializable};
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use twinroot_abi::TimeMs;
use twinroot_feed::{Descriptor, Envelope, Feed, Mode};

use crate::world::descriptor;
use number::Number;

const URN: &str = "urn:dev:truck-7";
const UNIT: &str = "Cel";

/// Label and item; the item is encoded, so that a float keeps its width.
type Entry = (i8, Vec<u8>);

/// A message that a stock device may send, before it is signed. Labels stand in any order.
#[derive(Clone, Debug)]
struct Draft {
    mode: Mode,
    scale: i8,
    protected: Vec<Entry>,
    reading: Vec<Entry>,
    time: Number,
    value: Number,
    /// Where the feed counts.
    seq: u64,
    count: Vec<Entry>,
    tagged: bool,
}

impl Draft {
    fn feed(&self) -> Feed {
        Feed::new(Descriptor {
            envelope: Envelope::Cose,
            mode: self.mode,
            scale: self.scale,
            valid_from: TimeMs(0),
            valid_to: TimeMs(u64::MAX),
            ..descriptor(1)
        })
        .unwrap()
    }

    fn protected(&self) -> Vec<u8> {
        map(&self.protected)
    }

    fn payload(&self) -> Vec<u8> {
        let records = match self.mode {
            Mode::Slot => vec![map(&self.reading)],
            Mode::Counter => vec![map(&self.reading), map(&self.count)],
        };
        let head = 0x80 | u8::try_from(records.len()).unwrap();
        [vec![head], records.concat()].concat()
    }
}

/// What coset sends of these bytes, signed with the key of the world's first device.
fn signed(protected: Vec<u8>, payload: Vec<u8>, tagged: bool) -> Vec<u8> {
    let mut message = CoseSign1 {
        protected: ProtectedHeader {
            original_data: Some(protected),
            header: Header::default(),
        },
        unprotected: Header::default(),
        payload: Some(payload),
        signature: Vec::new(),
    };
    let key = SigningKey::from_bytes(&[1; 32]);
    message.signature = key.sign(&message.tbs_data(&[])).to_bytes().to_vec();
    if tagged {
        message.to_tagged_vec().unwrap()
    } else {
        message.to_vec().unwrap()
    }
}

fn map(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = vec![0xa0 | u8::try_from(entries.len()).unwrap()];
    for (label, item) in entries {
        bytes.extend(cbor(&Value::from(*label)));
        bytes.extend(item);
    }
    bytes
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn text(label: i8, text: &str) -> Entry {
    (label, cbor(&Value::from(text)))
}

fn draft() -> impl Strategy<Value = Draft> {
    let protected = protected().prop_shuffle();
    let numbers = (number::time(), number::any_number(), any::<u64>());
    let mode = prop_oneof![Just(Mode::Counter), Just(Mode::Slot)];
    (mode, -18..=18_i8, protected, numbers, any::<bool>()).prop_flat_map(
        |(mode, scale, protected, (time, value, seq), tagged)| {
            let count = vec![text(0, "seq"), (2, cbor(&Value::from(seq)))];
            let reading = reading(&time, &value).prop_shuffle();
            (reading, Just(count).prop_shuffle()).prop_map(move |(reading, count)| Draft {
                mode,
                scale,
                protected: protected.clone(),
                reading,
                time: time.clone(),
                value: value.clone(),
                seq,
                count,
                tagged,
            })
        },
    )
}

/// Algorithm; content type and key name, or none. The key name is not empty: coset takes no empty one.
fn protected() -> impl Strategy<Value = Vec<Entry>> {
    let kid = proptest::option::of(proptest::collection::vec(any::<u8>(), 1..=64));
    (any::<bool>(), any::<bool>(), kid).prop_map(|(old, content, kid)| {
        let algorithm = if old { -8 } else { -19 };
        let content = content.then(|| (3, cbor(&Value::from(112))));
        let kid = kid.map(|kid| (4, cbor(&Value::Bytes(kid))));
        let algorithm = (1, cbor(&Value::from(algorithm)));
        [algorithm].into_iter().chain(content).chain(kid).collect()
    })
}

fn reading(time: &Number, value: &Number) -> impl Strategy<Value = Vec<Entry>> + use<> {
    let units = prop_oneof![
        Just(vec![text(1, UNIT)]),
        Just(vec![text(-4, UNIT)]),
        Just(vec![text(1, UNIT), text(-4, "K")]),
    ];
    let name = prop_oneof![
        Just(vec![text(-2, URN)]),
        Just(vec![text(0, URN)]),
        (0..=URN.len()).prop_map(|place| {
            let (base, name) = URN.split_at(place);
            vec![text(-2, base), text(0, name)]
        }),
    ];
    let version = proptest::option::of(Just((-1, cbor(&Value::from(10)))));
    let [time, value] = [time, value].map(Number::cbor);
    let time = prop_oneof![Just(-3), Just(6)].prop_map(move |label| (label, time.clone()));
    (name, units, version, time).prop_map(move |(name, units, version, time)| {
        let numbers = [time, (2, value.clone())];
        [name, units]
            .concat()
            .into_iter()
            .chain(version)
            .chain(numbers)
            .collect()
    })
}
