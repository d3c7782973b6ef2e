//! Time for each gas: is what is charged what it takes?
//!
//! Each kind of instruction runs in a loop, many times in a row, on values that no compiler knows. What
//! stands around it counts as well, so an instruction of one gas shows with some loads and moves.

#![expect(clippy::float_arithmetic, reason = "time is what is measured here")]

use std::hint::black_box;

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

/// Turns of the loop around a row of instructions.
const TURNS: u32 = 200;
/// How often the instruction stands in the row.
const ROW: usize = 50;

/// What is priced, once in each turn: no more turns than an update may touch leaves.
fn module(name: &str, imports: &str, row: &str) -> Priced {
    let text = format!(
        r#"(module {imports}
        (type $nothing (func)) (type $step (func (param i32) (result i32)))
        (memory (export "memory") 17 64) (table 1 funcref) (elem (i32.const 0) $step)
        (global $g (mut i32) (i32.const 7)) (global $h (mut i64) (i64.const 7))
        (data (i32.const 0) "\07\00\00\00\03\00\00\00\09\00\00\00\05\00\00\00")
        (func $step (param i32) (result i32) (local.get 0))
        (func (export "nop"))
        (func (export "go") (local $n i32) (local $a i32) (local $b i32) (local $x i64) (local $y i64)
            (local.set $a (i32.load (i32.const 0))) (local.set $b (i32.load (i32.const 4)))
            (local.set $x (i64.load (i32.const 0))) (local.set $y (i64.load (i32.const 8)))
            (local.set $n (i32.const {TURNS}))
            (loop
                {row}
                (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.store (i32.const 0) (local.get $a)) (i64.store (i32.const 8) (local.get $x))))"#
    );
    Priced {
        name: name.to_owned(),
        wasm: wat::parse_str(text).expect("a module"),
    }
}

/// Everything that has a price of its own, by size where that counts.
///
/// # Panics
/// Never: the texts are modules.
#[must_use]
pub fn priced() -> Vec<Priced> {
    let mut all = Vec::new();
    for op in [
        "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr",
    ] {
        all.push(row(
            &format!("i32.{op}"),
            &format!("(local.set $a (i32.{op} (local.get $a) (local.get $b)))"),
        ));
        all.push(row(
            &format!("i64.{op}"),
            &format!("(local.set $x (i64.{op} (local.get $x) (local.get $y)))"),
        ));
    }
    // Never by zero, and never the one quotient that does not fit.
    for op in ["div_s", "div_u", "rem_s", "rem_u"] {
        all.push(row(
            &format!("i32.{op}"),
            &format!("(local.set $a (i32.{op} (local.get $a) (local.get $b)))"),
        ));
        all.push(row(
            &format!("i64.{op}"),
            &format!("(local.set $x (i64.{op} (local.get $x) (local.get $y)))"),
        ));
    }
    for op in ["clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
        all.push(row(
            &format!("i32.{op}"),
            &format!("(local.set $a (i32.{op} (local.get $a)))"),
        ));
        all.push(row(
            &format!("i64.{op}"),
            &format!("(local.set $x (i64.{op} (local.get $x)))"),
        ));
    }
    for op in ["eq", "ne", "lt_s", "lt_u", "gt_s", "ge_u"] {
        all.push(row(
            &format!("i32.{op}"),
            &format!("(local.set $a (i32.{op} (local.get $a) (local.get $b)))"),
        ));
        all.push(row(&format!("i64.{op}"), &format!("(local.set $a (i64.{op} (local.get $x) (local.get $y)))(local.set $x (i64.extend_i32_u (local.get $a)))")));
    }
    for (name, text) in [
        (
            "wrap and extend",
            "(local.set $x (i64.extend_i32_s (i32.wrap_i64 (local.get $x))))",
        ),
        (
            "select",
            "(local.set $a (select (local.get $a) (local.get $b) (local.get $n)))",
        ),
        (
            "global",
            "(global.set $g (i32.add (global.get $g) (local.get $b)))",
        ),
        (
            "load",
            "(local.set $a (i32.load (i32.and (local.get $a) (i32.const 0xffff))))",
        ),
        (
            "load8_u",
            "(local.set $a (i32.load8_u (i32.and (local.get $a) (i32.const 0xffff))))",
        ),
        (
            "i64.load32_s",
            "(local.set $x (i64.load32_s (local.get $b)))",
        ),
        (
            "store",
            "(i32.store offset=64 (local.get $b) (local.get $a))",
        ),
        (
            "i64.store",
            "(i64.store offset=64 (local.get $b) (local.get $x))",
        ),
        (
            "store8",
            "(i32.store8 offset=64 (local.get $b) (local.get $a))",
        ),
        (
            "load, 1 MiB apart",
            "(local.set $a (i32.load offset=64 (i32.and (i32.mul (i32.add (local.get $a) (local.get $n)) (i32.const 40503)) (i32.const 0xffffc))))",
        ),
        (
            "memory.size",
            "(local.set $a (i32.add (memory.size) (local.get $a)))",
        ),
        ("br_if", "(block (br_if 0 (local.get $a)))"),
        (
            "if else",
            "(if (local.get $a) (then (local.set $b (i32.const 3))) (else (local.set $b (i32.const 5))))",
        ),
        (
            "br_table",
            "(block (block (block (br_table 0 1 2 (local.get $a)))))",
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
    for bytes in [0, 8, 64, 1024, 16_384, 65_536] {
        all.push(module(
            &format!("memory.copy {bytes}"),
            "",
            &format!("(memory.copy (i32.const 131072) (i32.const 0) (i32.const {bytes}))"),
        ));
        all.push(module(
            &format!("memory.fill {bytes}"),
            "",
            &format!("(memory.fill (i32.const 131072) (i32.const 0) (i32.const {bytes}))"),
        ));
    }
    for (name, result) in [
        ("caller", "i32"),
        ("height", "i64"),
        ("time_ms", "i64"),
        ("value", "i64"),
        ("balance", "i64"),
        ("input_len", "i32"),
    ] {
        let import = format!(r#"(import "twinroot" "{name}" (func $f (result {result})))"#);
        all.push(module(name, &import, "(drop (call $f))"));
    }
    for bytes in [0, 64, 1024, 16_384] {
        for name in ["blake2b", "sha256"] {
            let import = format!(r#"(import "twinroot" "{name}" (func $f (param i32 i32 i32)))"#);
            let call = format!("(call $f (i32.const 0) (i32.const {bytes}) (i32.const 65536))");
            all.push(module(&format!("{name} {bytes}"), &import, &call));
        }
        let log = r#"(import "twinroot" "log" (func $f (param i32 i32)))"#;
        all.push(module(
            &format!("log {bytes}"),
            log,
            &format!("(call $f (i32.const 0) (i32.const {bytes}))"),
        ));
        let verify =
            r#"(import "twinroot" "verify" (func $f (param i32 i32 i32 i32) (result i32)))"#;
        let call = format!(
            "(drop (call $f (i32.const 1024) (i32.const 0) (i32.const {bytes}) (i32.const 1056)))"
        );
        all.push(module(&format!("verify {bytes}, no key"), verify, &call));
    }
    for bytes in [1, 32, 1024, 4096] {
        let ret = r#"(import "twinroot" "ret" (func $f (param i32 i32)))"#;
        all.push(module(
            &format!("ret {bytes}"),
            ret,
            &format!("(call $f (i32.const 0) (i32.const {bytes}))"),
        ));
        let write = r#"(import "twinroot" "storage_write" (func $f (param i32 i32 i32 i32)))"#;
        // Another key each turn.
        let next = "(i32.store (i32.const 0) (local.get $n))";
        let call = format!(
            "{next} (call $f (i32.const 0) (i32.const 8) (i32.const 64) (i32.const {bytes}))"
        );
        all.push(module(&format!("storage_write {bytes}"), write, &call));
        let both = format!(
            r#"{write} (import "twinroot" "storage_read" (func $r (param i32 i32 i32 i32) (result i32)))"#
        );
        let read = format!(
            "{call} (drop (call $r (i32.const 0) (i32.const 8) (i32.const 8192) (i32.const 4096)))"
        );
        all.push(module(
            &format!("storage_write and read {bytes}"),
            &both,
            &read,
        ));
    }
    all
}

/// An instruction, so many times in each turn that the turn itself counts for little.
fn row(name: &str, text: &str) -> Priced {
    module(name, "", &text.repeat(ROW))
}

impl Priced {
    /// Time for each gas of it.
    #[must_use]
    pub fn worth(&self) -> Worth {
        let ours = Ours::new(&self.wasm);
        let measured = |entry: &str| {
            let (call, mut state) = ours.call(entry, &[]);
            let gas = ours.run(&call, &mut state).gas.0;
            let time = nanoseconds(|| {
                black_box(ours.run(&call, &mut state));
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
