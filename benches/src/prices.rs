//! Time for each gas: is what is charged what it takes?
//!
//! Each kind of instruction runs in a loop, many times in a row, on values that no compiler knows. What
//! stands around it counts as well, so an instruction of one gas shows with some loads and moves.

#![expect(clippy::float_arithmetic, reason = "time is what is measured here")]

use std::hint::black_box;

use twinroot_types::{SecretKey, Tag};

use crate::figure::nanoseconds;
use crate::{Figure, Ours};

/// Something that has a price.
#[derive(Clone, Debug)]
pub struct Priced {
    /// What it is.
    pub name: String,
    /// The module whose entry `go` does it.
    wasm: Vec<u8>,
}

/// What a price is worth.
#[derive(Clone, Debug)]
pub struct Worth {
    /// What it is the price of.
    pub name: String,
    /// Nanoseconds that one gas of it takes.
    pub ns_per_gas: f64,
}

/// How often an instruction stands in a row.
const ROW: usize = 50;
/// Turns around what takes little.
const MANY: u32 = 4_000;
/// Turns around what takes more, and touches leaves of the state.
const FEW: u32 = 16;
/// Turns around what grows with a number of bytes.
const fn turns(bytes: usize) -> u32 {
    if bytes > 64 { 200 } else { MANY }
}

/// Slots in the state before the call: a path to one of them has some 14 branches.
const SLOTS: u64 = 10_000;

/// What is priced, once in each turn.
fn module(name: &str, turns: u32, imports: &str, turn: &str) -> Priced {
    let text = format!(
        r#"(module {imports}
        (type $nothing (func)) (type $step (func (param i32) (result i32)))
        (memory (export "memory") 17 64) (table 1 funcref) (elem (i32.const 0) $step)
        (global $g (mut i32) (i32.const 7))
        (data (i32.const 0) "\07\00\00\00\03\00\00\00\09\00\00\00\05\00\00\00")
        (data (i32.const 1024) "{OTHER}nop")
        (data (i32.const 2048) "{key}{signature}{tag}")
        (func $step (param i32) (result i32) (local.get 0))
        (func (export "nop"))
        (func (export "go") (local $n i32) (local $a i32) (local $b i32) (local $x i64) (local $y i64)
            (local.set $a (i32.load (i32.const 0))) (local.set $b (i32.load (i32.const 4)))
            (local.set $x (i64.load (i32.const 0))) (local.set $y (i64.load (i32.const 8)))
            (local.set $n (i32.const {turns}))
            (loop
                {turn}
                (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.store (i32.const 0) (i32.add (local.get $a) (local.get $b)))
            (i64.store (i32.const 8) (i64.add (local.get $x) (local.get $y)))))"#,
        key = escaped(&signer().public().0),
        signature = escaped(&signer().sign(Tag::VALUE, &[]).to_bytes()),
        tag = escaped(Tag::VALUE.bytes()),
    );
    Priced {
        name: name.to_owned(),
        wasm: wat::parse_str(text).expect("a module"),
    }
}

/// The id of a second contract, as text of wasm.
const OTHER: &str = r"\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02\02";

fn signer() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// Everything that has a price of its own, by size where that counts.
///
/// # Panics
/// Never: the texts are modules.
#[must_use]
pub fn priced() -> Vec<Priced> {
    let mut all = instructions();
    all.extend(bulk());
    all.extend(host());
    all
}

/// What is computed goes on into the next of the row, in a way that no compiler can leave out.
fn instructions() -> Vec<Priced> {
    let mut all = Vec::new();
    let both = |all: &mut Vec<Priced>, op: &str, text: &dyn Fn(&str, &str, &str) -> String| {
        all.push(row(&format!("i32.{op}"), &text("i32", "$a", "$b")));
        all.push(row(&format!("i64.{op}"), &text("i64", "$x", "$y")));
    };
    for op in [
        "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr",
    ] {
        both(&mut all, op, &|kind, one, other| {
            format!(
                "(local.set {one} ({kind}.{op} (local.get {one}) (local.get {other})))
                 (local.set {other} ({kind}.add (local.get {other}) (local.get {one})))"
            )
        });
    }
    // Of a large number, by a small odd one: never by zero, and never the one quotient that does not fit.
    for op in ["div_s", "div_u", "rem_s", "rem_u"] {
        both(&mut all, op, &|kind, one, other| {
            let large = if kind == "i32" {
                0x4000_0001_u64
            } else {
                0x4000_0000_0000_0001
            };
            format!(
                "(local.set {one} ({kind}.{op} ({kind}.or (local.get {one}) ({kind}.const {large})) (local.get {other})))"
            )
        });
    }
    for op in ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
        both(&mut all, op, &|kind, one, other| {
            format!(
                "(local.set {one} ({kind}.add ({kind}.{op} (local.get {one})) (local.get {other})))"
            )
        });
    }
    for op in ["eq", "ne", "lt_s", "lt_u", "gt_s", "ge_u"] {
        all.push(row(
            &format!("i32.{op}"),
            &format!(
                "(local.set $a (i32.add (i32.{op} (local.get $a) (local.get $b)) (local.get $a)))"
            ),
        ));
        all.push(row(
            &format!("i64.{op}"),
            &format!("(local.set $x (i64.add (i64.extend_i32_u (i64.{op} (local.get $x) (local.get $y))) (local.get $x)))"),
        ));
    }
    for (name, text) in [
        (
            "wrap and extend",
            "(local.set $x (i64.add (i64.extend_i32_s (i32.wrap_i64 (local.get $x))) (local.get $y)))",
        ),
        (
            "select",
            "(local.set $a (i32.add (select (local.get $a) (local.get $b) (i32.and (local.get $a) (i32.const 1))) (local.get $b)))",
        ),
        (
            "global",
            "(global.set $g (i32.add (global.get $g) (local.get $b)))",
        ),
        (
            "load, each from where the last says",
            "(local.set $a (i32.load (i32.and (local.get $a) (i32.const 0xffff))))",
        ),
        (
            "load8_u, each from where the last says",
            "(local.set $a (i32.load8_u (i32.and (local.get $a) (i32.const 0xffff))))",
        ),
        (
            "load",
            "(local.set $a (i32.add (local.get $a) (i32.load offset=4 (i32.and (local.get $n) (i32.const 0xffff)))))",
        ),
        (
            "i64.load32_s",
            "(local.set $x (i64.add (i64.load32_s (i32.and (local.get $n) (i32.const 0xffff))) (local.get $x)))",
        ),
        (
            "store",
            "(i32.store offset=64 (i32.and (local.get $a) (i32.const 0xfffc)) (local.get $b)) (local.set $a (i32.add (local.get $a) (local.get $b)))",
        ),
        (
            "i64.store",
            "(i64.store offset=64 (i32.and (local.get $a) (i32.const 0xfff8)) (local.get $x)) (local.set $a (i32.add (local.get $a) (local.get $b)))",
        ),
        (
            "store8",
            "(i32.store8 offset=64 (i32.and (local.get $a) (i32.const 0xffff)) (local.get $b)) (local.set $a (i32.add (local.get $a) (local.get $b)))",
        ),
        (
            "load, anywhere in a MiB",
            "(local.set $a (i32.load offset=64 (i32.and (i32.mul (i32.add (local.get $a) (local.get $n)) (i32.const 40503)) (i32.const 0xffffc))))",
        ),
        (
            "memory.size",
            "(local.set $a (i32.add (memory.size) (local.get $a)))",
        ),
        (
            "br_if",
            "(block (br_if 0 (i32.and (local.get $a) (i32.const 1))) (local.set $b (i32.add (local.get $b) (i32.const 3)))) (local.set $a (i32.add (local.get $a) (local.get $b)))",
        ),
        (
            "if else",
            "(if (i32.and (local.get $a) (i32.const 1)) (then (local.set $b (i32.add (local.get $b) (i32.const 3)))) (else (local.set $b (i32.add (local.get $b) (i32.const 5))))) (local.set $a (i32.add (local.get $a) (local.get $b)))",
        ),
        (
            "br_table",
            "(block (block (block (br_table 0 1 2 (i32.and (local.get $a) (i32.const 3)))) (local.set $a (i32.add (local.get $a) (local.get $b)))) (local.set $a (i32.add (local.get $a) (i32.const 3))))",
        ),
        ("call", "(local.set $a (call $step (local.get $a)))"),
        (
            "call_indirect",
            "(local.set $a (call_indirect (type $step) (local.get $a) (i32.const 0)))",
        ),
        ("memory.grow 0", "(drop (memory.grow (i32.const 0)))"),
    ] {
        all.push(row(name, text));
    }
    all
}

fn bulk() -> Vec<Priced> {
    let mut all = Vec::new();
    for bytes in [0, 8, 64, 1024, 16_384, 65_536] {
        for (name, from) in [("memory.copy", "0"), ("memory.fill", "7")] {
            all.push(module(
                &format!("{name} {bytes}"),
                turns(bytes),
                "",
                &format!("({name} (i32.const 131072) (i32.const {from}) (i32.const {bytes}))"),
            ));
        }
    }
    // What a page costs is what it takes to be there and to be written to.
    all.push(module(
        "memory.grow 1",
        40,
        "",
        "(i64.store (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)) (i64.const 1))",
    ));
    all
}

fn host() -> Vec<Priced> {
    let mut all = Vec::new();
    let import =
        |name: &str, kind: &str| format!(r#"(import "twinroot" "{name}" (func $f {kind}))"#);
    for (name, result) in [
        ("caller", "i32"),
        ("height", "i64"),
        ("time_ms", "i64"),
        ("value", "i64"),
        ("balance", "i64"),
        ("input_len", "i32"),
    ] {
        let import = import(name, &format!("(result {result})"));
        all.push(module(name, MANY, &import, "(drop (call $f))"));
    }
    let by = import("caller_contract", "(param i32) (result i32)");
    all.push(module(
        "caller_contract",
        MANY,
        &by,
        "(drop (call $f (i32.const 64)))",
    ));
    let input = import("input_read", "(param i32)");
    all.push(module(
        "input_read",
        MANY,
        &input,
        "(call $f (i32.const 64))",
    ));
    let returned = import("call_returned", "(param i32 i32) (result i32)");
    let text = "(drop (call $f (i32.const 64) (i32.const 64)))";
    all.push(module("call_returned", MANY, &returned, text));
    let transfer = import("transfer", "(param i32 i64) (result i32)");
    let text = "(drop (call $f (i32.const 0) (i64.const 1)))";
    all.push(module("transfer", FEW, &transfer, text));
    let call = import("call", "(param i32 i32 i32 i32 i32 i64 i64) (result i64)");
    let text = "(drop (call $f (i32.const 1024) (i32.const 1056) (i32.const 3) (i32.const 0) (i32.const 0) (i64.const 1) (i64.const 100000)))";
    all.push(module("call", FEW, &call, text));
    for bytes in [0, 64, 1024, 16_384] {
        for name in ["blake2b", "sha256"] {
            let import = import(name, "(param i32 i32 i32)");
            let call = format!("(call $f (i32.const 0) (i32.const {bytes}) (i32.const 65536))");
            all.push(module(
                &format!("{name} {bytes}"),
                turns(bytes),
                &import,
                &call,
            ));
        }
        let log = import("log", "(param i32 i32)");
        let text = format!("(call $f (i32.const 0) (i32.const {bytes}))");
        all.push(module(&format!("log {bytes}"), turns(bytes), &log, &text));
    }
    let verify = import("verify", "(param i32 i32 i32 i32) (result i32)");
    let tag = Tag::VALUE.bytes().len();
    for (name, more) in [("verify", 0), ("verify, of 16 KiB", 16_384)] {
        let length = tag + more;
        let text = format!(
            "(drop (call $f (i32.const 2048) (i32.const 2144) (i32.const {length}) (i32.const 2080)))"
        );
        all.push(module(name, FEW, &verify, &text));
    }
    for bytes in [1, 32, 1024, 4096] {
        let ret = import("ret", "(param i32 i32)");
        let text = format!("(call $f (i32.const 0) (i32.const {bytes}))");
        all.push(module(&format!("ret {bytes}"), turns(bytes), &ret, &text));
        // Another key each turn, far from the last one in the tree.
        let next = "(i64.store (i32.const 0) (i64.extend_i32_u (local.get $n)))";
        let write = import("storage_write", "(param i32 i32 i32 i32)");
        let text = format!(
            "{next} (call $f (i32.const 0) (i32.const 8) (i32.const 64) (i32.const {bytes}))"
        );
        all.push(module(
            &format!("storage_write {bytes}"),
            FEW,
            &write,
            &text,
        ));
    }
    for bytes in [1, 64, 256] {
        let emit = import("emit", "(param i32 i32)");
        let text = format!("(call $f (i32.const 0) (i32.const {bytes}))");
        all.push(module(&format!("emit {bytes}"), FEW, &emit, &text));
    }
    let next = "(i64.store (i32.const 0) (i64.extend_i32_u (local.get $n)))";
    let read = import("storage_read", "(param i32 i32 i32 i32) (result i32)");
    let text = format!(
        "{next} (drop (call $f (i32.const 0) (i32.const 8) (i32.const 64) (i32.const 64)))"
    );
    all.push(module("storage_read", FEW, &read, &text));
    let remove = import("storage_remove", "(param i32 i32) (result i32)");
    let text = format!("{next} (drop (call $f (i32.const 0) (i32.const 8)))");
    all.push(module("storage_remove", FEW, &remove, &text));
    all
}

/// An instruction, so many times in each turn that the turn itself counts for little.
fn row(name: &str, text: &str) -> Priced {
    module(name, MANY / 10, "", &text.repeat(ROW))
}

impl Priced {
    /// Time for each gas of it, the state after it included.
    #[must_use]
    pub fn worth(&self) -> Worth {
        let mut ours = Ours::new(&self.wasm);
        ours.fill(SLOTS);
        let measured = |entry: &str| {
            let gas = ours.rehearse(entry).gas.0;
            let time = nanoseconds(|| {
                black_box(ours.rehearse(entry));
            });
            (time, gas as f64)
        };
        let (start, start_gas) = measured("nop");
        let (time, gas) = measured("go");
        Worth {
            name: self.name.clone(),
            ns_per_gas: (time - start) / (gas - start_gas),
        }
    }
}

/// The worth of all, as figures against the median.
#[must_use]
pub fn spread(worths: &[Worth]) -> Vec<Figure> {
    let mut sorted: Vec<f64> = worths.iter().map(|worth| worth.ns_per_gas).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
    let mut figures: Vec<Figure> = worths
        .iter()
        .map(|worth| Figure {
            name: format!("price/{}", worth.name),
            ratio: worth.ns_per_gas / median,
            against: "the median time for a gas".to_owned(),
            median_ns: worth.ns_per_gas,
            min_ns: worth.ns_per_gas,
        })
        .collect();
    figures.sort_by(|one, other| f64::total_cmp(&one.ratio, &other.ratio));
    figures
}
