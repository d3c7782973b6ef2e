//! Every instruction that computes, loads or stores, with operands at the borders of what it does,
//! against another interpreter; and what each costs, against the gate.

use twinroot_reference::Reference;

use crate::host::by_reference;
use crate::table::same_as_gate;
use crate::wasm::{Engined, run_plain};

/// What filling all that could be asked for costs, and more.
const PLENTY: u64 = 1 << 40;

const WORDS: [&str; 13] = [
    "0",
    "1",
    "2",
    "-1",
    "-2",
    "7",
    "31",
    "32",
    "63",
    "0x80",
    "0x12348765",
    "-2147483648",
    "2147483647",
];
const LONG_WORDS: [&str; 13] = [
    "0",
    "1",
    "-1",
    "7",
    "32",
    "63",
    "64",
    "0x80",
    "0x8000",
    "0x80000000",
    "0x123456789abcdef0",
    "-9223372036854775808",
    "9223372036854775807",
];

const UNARY: &str = "eqz clz ctz popcnt extend8_s extend16_s";
const BINARY: &str = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u add sub mul and or xor shl shr_s \
    shr_u rotl rotr div_s div_u rem_s rem_u";
const COMPARING: &str = "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";

fn words(kind: &str) -> [&'static str; 13] {
    if kind == "i32" { WORDS } else { LONG_WORDS }
}

/// Runs entries of a module, each of which leaves what it computes in the memory. Every end and every
/// memory is the same.
fn agrees(name: &str, entries: &[String]) {
    let entries: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(index, code)| format!(r#"(func (export "e{index}") {code})"#))
        .collect();
    let module = format!(
        r#"(module (memory (export "memory") 1) (data (i32.const 65520) "\80\7f\fe\01\00\ff\81\90\a0\b0\c0\d0\e0\f0\01\82") {})"#,
        entries.concat()
    );
    let wasm = wat::parse_str(module).unwrap();
    assert_ne!(same_as_gate(&wasm), 0, "{name} passes the gate");
    let (reference, plain) = (Reference::new(&wasm).unwrap(), Engined::plain(&wasm));
    for (index, code) in entries.iter().enumerate() {
        let entry = format!("e{index}");
        let mut here = by_reference(&reference, &entry, PLENTY);
        here.gas_left = None;
        assert!(here == run_plain(&plain, &entry), "{name}: {code}");
    }
}

/// Stores the result of `code`, of one type or the other.
fn stored(kind: &str, name: &str, code: &str) -> String {
    let kind = if COMPARING.split(' ').any(|compares| compares == name) {
        "i32"
    } else {
        kind
    };
    format!("(i32.const 16) {code} {kind}.store")
}

#[test]
fn of_one_operand() {
    for kind in ["i32", "i64"] {
        for name in UNARY.split(' ') {
            let one = |a: &str| stored(kind, name, &format!("{kind}.const {a} {kind}.{name}"));
            agrees(name, &words(kind).map(one));
        }
    }
    for (name, from, to) in [
        ("i32.wrap_i64", "i64", "i32"),
        ("i64.extend_i32_s", "i32", "i64"),
        ("i64.extend_i32_u", "i32", "i64"),
        ("i64.extend32_s", "i64", "i64"),
    ] {
        let one = |a: &str| stored(to, name, &format!("{from}.const {a} {name}"));
        agrees(name, &words(from).map(one));
    }
}

#[test]
fn of_two_operands() {
    for kind in ["i32", "i64"] {
        for name in BINARY.split(' ') {
            let pairs = words(kind)
                .into_iter()
                .flat_map(|a| words(kind).map(|b| (a, b)));
            let codes = pairs.map(|(a, b)| {
                stored(
                    kind,
                    name,
                    &format!("{kind}.const {a} {kind}.const {b} {kind}.{name}"),
                )
            });
            agrees(name, &codes.collect::<Vec<_>>());
        }
    }
}

/// Addresses and offsets around the end of the memory, and where their sum does not fit 32 bits.
const PLACES: [(&str, &str); 12] = [
    ("0", "0"),
    ("65520", "0"),
    ("65519", "3"),
    ("65528", "0"),
    ("65529", "0"),
    ("65532", "0"),
    ("65533", "0"),
    ("65534", "0"),
    ("65535", "0"),
    ("65536", "0"),
    ("-1", "0"),
    ("-1", "4294967295"),
];

#[test]
fn loads_and_stores() {
    let loads = [
        ("i32", "load load8_s load8_u load16_s load16_u"),
        (
            "i64",
            "load load8_s load8_u load16_s load16_u load32_s load32_u",
        ),
    ];
    for (kind, names) in loads {
        for name in names.split(' ') {
            let codes = PLACES.map(|(address, offset)| {
                stored(
                    kind,
                    name,
                    &format!("i32.const {address} {kind}.{name} offset={offset}"),
                )
            });
            agrees(name, &codes);
        }
    }
    let stores = [
        ("i32", "store store8 store16"),
        ("i64", "store store8 store16 store32"),
    ];
    for (kind, names) in stores {
        for name in names.split(' ') {
            let value = words(kind)[10];
            let codes = PLACES.map(|(address, offset)| {
                format!("i32.const {address} {kind}.const {value} {kind}.{name} offset={offset}")
            });
            agrees(name, &codes);
        }
    }
}

#[test]
fn bulk_and_size() {
    let ranges = ["0", "1", "65520", "65535", "65536", "65537", "-1"];
    let mut codes = vec!["(i32.const 0) memory.size i32.store".to_owned()];
    for to in ranges {
        for count in ranges {
            codes.push(format!(
                "i32.const {to} i32.const 0x1ff i32.const {count} memory.fill"
            ));
            codes.push(format!(
                "i32.const {to} i32.const 65519 i32.const {count} memory.copy"
            ));
            codes.push(format!(
                "i32.const 65519 i32.const {to} i32.const {count} memory.copy"
            ));
        }
    }
    agrees("bulk", &codes);
}
