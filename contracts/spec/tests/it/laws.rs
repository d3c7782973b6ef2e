//! What is written is read as the same, for any type that a spec can describe.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use twinroot_spec::Spec;

use crate::module::spec;

/// A type before it has names.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(&'static str),
    Array(Box<Self>, usize),
    Tuple(Vec<Self>),
    Struct(Vec<Self>),
    Enum(Vec<u8>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let names = [
        "u8",
        "u16",
        "u32",
        "u64",
        "i64",
        "bool",
        "Side",
        "Amount",
        "Gas",
        "Height",
        "Round",
        "TimeMs",
        "Hash",
        "FeedId",
        "PublicKey",
        "Claims<2>",
        "Band",
        "Excursion",
        "Source",
        "Message",
    ];
    let leaf = prop_oneof![
        4 => prop::sample::select(names.to_vec()).prop_map(Tree::Leaf),
        1 => prop::collection::btree_set(any::<u8>(), 1..6).prop_map(|bytes| Tree::Enum(bytes.into_iter().collect())),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 1..4_usize).prop_map(|(item, count)| if item.is_empty() {
                Tree::Tuple(vec![item; count])
            } else {
                Tree::Array(Box::new(item), count)
            }),
            vec(inner.clone(), 0..4).prop_map(Tree::Tuple),
            vec(inner, 1..4).prop_map(Tree::Struct),
        ]
    })
}

impl Tree {
    /// Whether values take no bytes.
    fn is_empty(&self) -> bool {
        match self {
            Self::Tuple(items) | Self::Struct(items) => items.iter().all(Self::is_empty),
            _ => false,
        }
    }

    /// The type as it is written; lines about those with names are added to `data`.
    fn write(&self, data: &mut Vec<String>) -> String {
        match self {
            Self::Leaf(name) => (*name).to_owned(),
            Self::Array(item, count) => format!("[{}; {count}]", item.write(data)),
            Self::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| item.write(data)).collect();
                format!(
                    "({}{})",
                    items.join(", "),
                    if items.len() == 1 { "," } else { "" }
                )
            }
            Self::Struct(items) => {
                let fields: Vec<_> = (0..)
                    .zip(items)
                    .map(|(place, item): (usize, _)| {
                        format!(r#"{{"name":"f{place}","type":"{}"}}"#, item.write(data))
                    })
                    .collect();
                named(data, &format!(r#""fields":[{}]"#, fields.join(",")))
            }
            Self::Enum(bytes) => {
                let variants: Vec<_> = bytes
                    .iter()
                    .map(|byte| format!(r#"{{"value":{byte},"name":"V{byte}","docs":""}}"#))
                    .collect();
                named(data, &format!(r#""variants":[{}]"#, variants.join(",")))
            }
        }
    }

    /// A value, as it is read, of any of the numbers.
    fn value(&self, numbers: &mut impl Iterator<Item = u64>) -> Value {
        let mut next = || numbers.next().unwrap();
        match self {
            Self::Leaf(name) => match *name {
                "u8" => json!(next() as u8),
                "u16" => json!(next() as u16),
                "u32" => json!(next() as u32),
                "i64" => json!(next() as i64),
                "bool" => json!(next() % 2 == 1),
                "Side" => json!(["initiator", "responder"][(next() % 2) as usize]),
                "Hash" | "FeedId" | "PublicKey" => id(next()),
                "Claims<2>" => json!({"subject": id(next()), "feeds": [id(next()), id(next())]}),
                "Band" => {
                    json!({"feed": id(next()), "low": next() as i64, "high": next() as i64, "from": next(), "to": next()})
                }
                "Excursion" => {
                    json!({"feed": id(next()), "low": next() as i64, "high": next() as i64, "hysteresis": next(), "gap_ms": next(), "from": next(), "to": next()})
                }
                "Source" => json!({"feed": id(next()), "mark": mark(&mut next)}),
                "Message" => {
                    let said = if next() % 2 == 0 {
                        json!({"Reading": {"value": next() as i64}})
                    } else {
                        json!({"Claim": {"subject": id(next()), "code": next() as u16}})
                    };
                    json!({"place": mark(&mut next), "time": next(), "said": said})
                }
                _ => json!(next()),
            },
            Self::Array(item, count) => (0..*count).map(|_| item.value(numbers)).collect(),
            Self::Tuple(items) if items.is_empty() => Value::Null,
            Self::Tuple(items) => items.iter().map(|item| item.value(numbers)).collect(),
            Self::Struct(items) => {
                let fields = (0..)
                    .zip(items)
                    .map(|(place, item): (usize, _)| (format!("f{place}"), item.value(numbers)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Self::Enum(bytes) => {
                let byte = bytes[next() as usize % bytes.len()];
                json!(format!("V{byte}"))
            }
        }
    }
}

fn named(data: &mut Vec<String>, rest: &str) -> String {
    let name = format!("T{}", data.len());
    data.push(format!(r#"{{"data":"{name}","docs":"",{rest}}}"#));
    name
}

fn mark(next: &mut impl FnMut() -> u64) -> Value {
    json!({"epoch": next() as u32, "seq": next()})
}

fn id(number: u64) -> Value {
    json!(format!("{number:064x}"))
}

/// A contract with one entry, which takes these and returns the first.
fn contract(args: &[Tree]) -> Spec {
    let mut data = Vec::new();
    let kinds: Vec<_> = args.iter().map(|arg| arg.write(&mut data)).collect();
    let items: Vec<_> = (0..)
        .zip(&kinds)
        .map(|(place, kind): (usize, _)| format!(r#"{{"name":"a{place}","type":"{kind}"}}"#))
        .collect();
    let mut lines = String::new();
    writeln!(
        lines,
        r#"{{"entry":"run","docs":"","args":[{}],"returns":"{}"}}"#,
        items.join(","),
        kinds[0]
    )
    .unwrap();
    spec(&(lines + &data.join("\n"))).unwrap()
}

/// A value as a word: JSON where it has parts, bare where it has none.
fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_written_is_read(args in vec(tree(), 1..5), numbers in vec(any::<u64>(), 1..20)) {
        let contract = contract(&args);
        let numbers = &mut numbers.into_iter().cycle();
        let values: Vec<_> = args.iter().map(|arg| arg.value(numbers)).collect();
        let by_name: Value = (0..).zip(&values).map(|(place, value): (usize, _)| (format!("a{place}"), value.clone())).collect();

        let bytes = contract.encode_args("run", &by_name).unwrap();
        prop_assert_eq!(contract.decode_args("run", &bytes).unwrap(), by_name.clone());
        prop_assert_eq!(&contract.encode_args("run", &values.iter().cloned().collect()).unwrap(), &bytes);
        let words = (0..).zip(&values).map(|(place, value): (usize, _)| format!("a{place}={}", word(value)));
        prop_assert_eq!(&contract.encode_words("run", words).unwrap(), &bytes);

        let returns = &contract.entry("run").unwrap().returns;
        let first = returns.encode(&values[0]).unwrap();
        prop_assert_eq!(first.len(), returns.size());
        prop_assert_eq!(&contract.decode_return("run", &first).unwrap(), &values[0]);
        // The document is text: numbers above 2^53 survive it.
        let again: Value = serde_json::from_str(&by_name.to_string()).unwrap();
        prop_assert_eq!(again, by_name);
    }

    /// A value has one encoding (docs/spec/encoding.md, 4.2).
    #[test]
    fn what_is_read_is_written_the_same(tree in tree(), bytes in vec(any::<u8>(), 0..1_200)) {
        let contract = contract(&[tree]);
        let kind = &contract.entry("run").unwrap().returns;
        let size = kind.size();
        // Bytes below 2 are read more often than refused.
        let low: Vec<_> = bytes.iter().map(|byte| byte % 2).collect();
        for bytes in [bytes, low] {
            prop_assert_eq!(kind.decode(&bytes).is_ok() && bytes.len() != size, false);
            let bytes: Vec<_> = bytes.into_iter().chain(std::iter::repeat(0)).take(size).collect();
            if let Ok(value) = kind.decode(&bytes) {
                prop_assert_eq!(kind.encode(&value).unwrap(), bytes);
            }
        }
    }
}
