//! The golden vectors of docs/spec/vectors/encoding.json.
//!
//! They are written anew where the environment variable `TWINROOT_BLESS` is set. Signed bytes
//! depend on them, so a change of one is a new protocol version.

use serde_json::{Value, json};
use twinroot_abi::{Amount, Fixed, Hash, PublicKey, Side, TimeMs};
use twinroot_types::{DecodeError, SecretKey, Tag, decode, encode, hash};

#[test]
fn encoding_vectors_hold() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/spec/vectors/encoding.json"
    );
    let now = json!({
        "postcard": postcard(),
        "postcard_refused": postcard_refused(),
        "tags": tags(),
        "ed25519": ed25519(),
        "guest": guest(),
    });
    if std::env::var_os("TWINROOT_BLESS").is_some() {
        std::fs::write(file, format!("{now:#}\n")).unwrap();
    }
    let held: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(now, held);
}

#[test]
fn the_spec_lists_every_tag() {
    let spec = include_str!("../../../../docs/spec/encoding.md");
    let listed: Vec<_> = spec
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")?.0.into())
        .filter(|tag: &&str| tag.ends_with("/v1") || tag.starts_with('\\'))
        .collect();
    let known: Vec<_> = Tag::ALL
        .iter()
        .map(|tag| tag.bytes().escape_ascii().to_string())
        .collect();
    assert_eq!(listed, known);
}

fn postcard() -> Value {
    let row = |value: &str, bytes: Vec<u8>| json!({ "value": value, "bytes": hex::encode(bytes) });
    json!([
        row("0 u64", encode(&0u64)),
        row("127 u64", encode(&127u64)),
        row("128 u64", encode(&128u64)),
        row("300 u16", encode(&300u16)),
        row("18446744073709551615 u64", encode(&u64::MAX)),
        row("255 u8", encode(&255u8)),
        row("-1 i8", encode(&-1i8)),
        row("0 i64", encode(&0i64)),
        row("-1 i64", encode(&-1i64)),
        row("1 i64", encode(&1i64)),
        row("4929 i64", encode(&4929i64)),
        row("-9223372036854775808 i64", encode(&i64::MIN)),
        row("true", encode(&true)),
        row("None u8", encode(&None::<u8>)),
        row("Some(7) u8", encode(&Some(7u8))),
        row("\"Cel\"", encode(&"Cel")),
        row("[1, 2, 3] bytes of a vector", encode(&vec![1u8, 2, 3])),
        row("[1, 2, 3] bytes of an array", encode(&[1u8, 2, 3])),
        row("(1 u8, 300 u16)", encode(&(1u8, 300u16))),
        row("Amount(5)", encode(&Amount(5))),
        row("Side::Responder", encode(&Side::Responder)),
        row("PublicKey([17; 32])", encode(&PublicKey([17; 32]))),
    ])
}

fn postcard_refused() -> Value {
    let row = |bytes: &[u8], error: Option<DecodeError>| json!({ "bytes": hex::encode(bytes), "why": error.expect("it is refused").to_string() });
    let number = |bytes: &[u8]| row(bytes, decode::<u64>(bytes, 16).err());
    let flag = |bytes: &[u8]| row(bytes, decode::<bool>(bytes, 16).err());
    let text = |bytes: &[u8]| row(bytes, decode::<String>(bytes, 16).err());
    json!({
        "u64": [number(&[]), number(&[0x80]), number(&[0x80, 0x00]), number(&[0x07, 0x00]), number(&[0xff; 11])],
        "bool": [flag(&[0x02])],
        "string": [text(&[0x02, 0x43]), text(&[0x01, 0xff]), text(&[0x81, 0x00, 0x43]), text(&[0x10; 17])],
    })
}

fn tags() -> Value {
    Tag::ALL
        .iter()
        .map(|tag| {
            let text = tag.bytes().escape_ascii().to_string();
            json!({
                "tag": text,
                "hash_of_nothing": Hash(hash(*tag, &[])).to_string(),
                "hash_of_abc": Hash(hash(*tag, &[b"a", b"bc"])).to_string(),
            })
        })
        .collect()
}

fn ed25519() -> Value {
    let secret = SecretKey::from_seed(&[7; 32]);
    json!({
        "seed": hex::encode([7; 32]),
        "public": secret.public().to_string(),
        "tag": "twinroot/read/v1",
        "body": hex::encode(b"abc"),
        "signature": hex::encode(secret.sign(Tag::READING, b"abc").to_bytes()),
    })
}

fn guest() -> Value {
    fn row<T: Fixed>(value: &str, thing: &T) -> Value {
        let mut bytes = vec![0; T::SIZE];
        thing.write(&mut bytes);
        json!({ "value": value, "bytes": hex::encode(bytes) })
    }
    json!([
        row("300 u16", &300u16),
        row("-2 i64", &-2i64),
        row("true", &true),
        row("Side::Responder", &Side::Responder),
        row("TimeMs(1455494400000)", &TimeMs(1_455_494_400_000)),
        row("[1, 2, 3] u16", &[1u16, 2, 3]),
        row("(Amount(5), [1, 2] u8, true)", &(Amount(5), [1u8, 2], true)),
        row("()", &()),
    ])
}
