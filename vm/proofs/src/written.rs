//! Programs as a person might write them. What wasm-smith makes seldom recurses, seldom has a good key
//! and hardly ever reverts; here all of that is likely, and each constant is drawn.

use std::fmt::Write;

use arbitrary::Unstructured;
use twinroot_abi::{HOST_FUNCTIONS, HostFunction, ValType};

use crate::program::imports;

/// What the functions below use beside the imports: a memory with the arguments at 0, and a table in which
/// one function has another type and the last place is empty.
const HEAD: &str = r#"
    (type $f (func (param i64) (result i64)))
    (memory (export "memory") 1 4)
    (table 4 funcref)
    (elem (i32.const 0) $leaf $branch $deep)
    (global $g (mut i64) (i64.const 7))
    (data (i32.const 200) "a harbour pays when the wind stood")
"#;
/// Locals of every function. The counters are those of loops, one for each depth.
const LOCALS: &str = "(local $a i32) (local $b i32) (local $x i64) (local $y i64) \
                      (local $n0 i32) (local $n1 i32) (local $n2 i32)";
const LOOPS: usize = 3;
/// Statements of a program, at most: what is drawn decides, but some draws never end.
const STATEMENTS: usize = 60;

/// The text of a program that the gate accepts.
pub(crate) fn written(choices: &mut Unstructured<'_>) -> String {
    let mut writer = Writer {
        choices,
        statements: STATEMENTS,
        loops: 0,
    };
    let mut text = format!("(module {} {HEAD}", imports());
    let leaf = writer.i64(4);
    writeln!(
        text,
        "(func $leaf (type $f) {LOCALS} (local.set $x (local.get 0)) {leaf})"
    )
    .unwrap();
    let [body, result] = [writer.body(2), writer.i64(3)];
    writeln!(text, "(func $branch (type $f) {LOCALS} {body} {result})").unwrap();
    let [body, first, last] = [writer.body(1), writer.i32(2), writer.i32(3)];
    let next = writer.one(&["$deep", "$deeper"]);
    writeln!(
        text,
        "(func $deep (param i32) (result i32) {LOCALS}
            (if (i32.eqz (local.get 0)) (then (return {first})))
            {body}
            (i32.xor (call {next} (i32.sub (local.get 0) (i32.const 1))) {last}))
        (func $deeper (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 3)))
                (else (i32.const 5))))"
    )
    .unwrap();
    for name in ["first", "second", "third"] {
        let body = writer.body(6);
        writeln!(
            text,
            r#"(func (export "{name}") {LOCALS} (call $input_read (i32.const 0)) {body})"#
        )
        .unwrap();
    }
    text.push(')');
    text
}

struct Writer<'a, 'b> {
    choices: &'a mut Unstructured<'b>,
    /// How many more may be written.
    statements: usize,
    /// How many loops are open.
    loops: usize,
}

impl Writer<'_, '_> {
    fn below(&mut self, end: u32) -> u32 {
        self.choices.int_in_range(0..=end - 1).unwrap_or_default()
    }

    fn one<'c>(&mut self, of: &[&'c str]) -> &'c str {
        of[self.below(of.len() as u32) as usize]
    }

    fn body(&mut self, most: u32) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| self.statement(3)).collect()
    }

    fn i32(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.below(4) {
                0 => format!("(i32.const {})", self.below(40)),
                1 => format!("(i32.load8_u offset={} (i32.const 0))", self.below(24)),
                _ => format!("(local.get {})", self.one(&["$a", "$b"])),
            };
        }
        let depth = depth - 1;
        match self.below(12) {
            0 | 1 => self.i32(0),
            2 => {
                let edges = [
                    "-1",
                    "-2147483648",
                    "2147483647",
                    "64",
                    "65",
                    "4095",
                    "65535",
                    "65536",
                ];
                format!("(i32.const {})", self.one(&edges))
            }
            3 | 4 => {
                let [one, other] = [self.i32(depth), self.i32(depth)];
                let names = [
                    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl",
                    "rotr", "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s",
                    "ge_u",
                ];
                format!("(i32.{} {one} {other})", self.one(&names))
            }
            5 => {
                let [one, other] = [self.i32(depth), self.i32(depth)];
                let by = if self.below(12) == 0 { "0" } else { "1" };
                let name = self.one(&["div_s", "div_u", "rem_s", "rem_u"]);
                format!("(i32.{name} {one} (i32.or {other} (i32.const {by})))")
            }
            6 => {
                let operand = self.i32(depth);
                let names = ["eqz", "clz", "ctz", "popcnt", "extend8_s", "extend16_s"];
                format!("(i32.{} {operand})", self.one(&names))
            }
            7 => format!("(i32.wrap_i64 {})", self.i64(depth)),
            8 => {
                let [one, other] = [self.i64(depth), self.i64(depth)];
                let names = [
                    "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u",
                ];
                format!("(i64.{} {one} {other})", self.one(&names))
            }
            9 => {
                let place = self.place(depth);
                let name = self.one(&["load", "load8_s", "load8_u", "load16_s", "load16_u"]);
                format!("(i32.{name} {place})")
            }
            10 => {
                let [one, other, which] = [self.i32(depth), self.i32(depth), self.i32(depth)];
                match self.below(2) {
                    0 => format!("(select {one} {other} {which})"),
                    _ => format!("(if (result i32) {which} (then {one}) (else {other}))"),
                }
            }
            _ => {
                let names = ["(memory.size)", "(call $caller)", "(call $input_len)"];
                self.one(&names).to_owned()
            }
        }
    }

    fn i64(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.below(4) {
                0 => format!("(i64.const {})", self.below(40)),
                1 => "(global.get $g)".to_owned(),
                _ => format!("(local.get {})", self.one(&["$x", "$y"])),
            };
        }
        let depth = depth - 1;
        match self.below(10) {
            0 | 1 => self.i64(0),
            2 => {
                let edges = [
                    "-1",
                    "-9223372036854775808",
                    "9223372036854775807",
                    "4294967296",
                ];
                format!("(i64.const {})", self.one(&edges))
            }
            3 | 4 => {
                let [one, other] = [self.i64(depth), self.i64(depth)];
                let names = [
                    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl",
                    "rotr",
                ];
                format!("(i64.{} {one} {other})", self.one(&names))
            }
            5 => {
                let [one, other] = [self.i64(depth), self.i64(depth)];
                let by = if self.below(12) == 0 { "0" } else { "1" };
                let name = self.one(&["div_s", "div_u", "rem_s", "rem_u"]);
                format!("(i64.{name} {one} (i64.or {other} (i64.const {by})))")
            }
            6 => {
                let operand = self.i64(depth);
                let names = [
                    "clz",
                    "ctz",
                    "popcnt",
                    "extend8_s",
                    "extend16_s",
                    "extend32_s",
                ];
                format!("(i64.{} {operand})", self.one(&names))
            }
            7 => {
                let operand = self.i32(depth);
                format!(
                    "(i64.{} {operand})",
                    self.one(&["extend_i32_s", "extend_i32_u"])
                )
            }
            8 => {
                let place = self.place(depth);
                let names = ["load", "load8_s", "load16_u", "load32_s", "load32_u"];
                format!("(i64.{} {place})", self.one(&names))
            }
            _ => {
                let names = [
                    "(call $height)",
                    "(call $value)",
                    "(call $time_ms)",
                    "(call $balance)",
                ];
                self.one(&names).to_owned()
            }
        }
    }

    /// A place of the memory; now and then one that need not be there.
    fn place(&mut self, depth: u32) -> String {
        let place = self.i32(depth);
        match self.below(30) {
            0 => place,
            1 => format!(
                "(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.and {place} (i32.const 15)))"
            ),
            _ => format!("(i32.and {place} (i32.const 0x3ff))"),
        }
    }

    /// A number up to `most`, a power of 2 less 1; now and then any.
    fn up_to(&mut self, most: u32) -> String {
        let number = self.i32(2);
        match self.below(40) {
            0 => number,
            _ => format!("(i32.and {number} (i32.const {most}))"),
        }
    }

    /// A length of a key: mostly good.
    fn key(&mut self) -> String {
        let (place, count) = (self.place(0), self.below(8));
        match self.below(40) {
            0 => format!("{place} {}", self.up_to(127)),
            _ => format!("{place} (i32.const {})", count + 1),
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        if self.statements == 0 {
            return String::new();
        }
        self.statements -= 1;
        match self.below(27) {
            0..=2 => format!("(local.set {} {})", self.one(&["$a", "$b"]), self.i32(3)),
            3 | 4 => format!("(local.set {} {})", self.one(&["$x", "$y"]), self.i64(3)),
            5 => {
                let [place, value] = [self.place(2), self.i32(2)];
                format!(
                    "(i32.{} {place} {value})",
                    self.one(&["store", "store8", "store16"])
                )
            }
            6 => {
                let [place, value] = [self.place(2), self.i64(2)];
                let names = ["store", "store8", "store16", "store32"];
                format!("(i64.{} {place} {value})", self.one(&names))
            }
            7 | 8 if depth > 0 => {
                let [which, one, other] = [
                    self.i32(2),
                    self.statement(depth - 1),
                    self.statement(depth - 1),
                ];
                format!("(if {which} (then {one}) (else {other}))")
            }
            9 if depth > 0 && self.loops < LOOPS => self.turns(depth - 1),
            10 if depth > 0 => {
                let [one, other] = [self.statement(depth - 1), self.statement(depth - 1)];
                let which = self.up_to(3);
                format!("(block (block (block (br_table 0 1 2 1 {which})) {one}) {other})")
            }
            11 => {
                // As deep as it goes, or deeper.
                let (most, least) =
                    [(15, 0), (255, 0), (4095, 0), (4095, 2048)][self.below(4) as usize];
                let depth = self.up_to(most);
                format!("(local.set $b (call $deep (i32.or {depth} (i32.const {least}))))")
            }
            12 => {
                let [operand, place] =
                    [self.i64(2), self.up_to(if self.loops == 0 { 3 } else { 1 })];
                format!("(local.set $y (call_indirect (type $f) {operand} {place}))")
            }
            13 => {
                let [key, value, count] = [self.key(), self.place(1), self.up_to(63)];
                format!("(call $storage_write {key} {value} {count})")
            }
            14 => {
                let [key, out, cap] = [self.key(), self.place(1), self.up_to(63)];
                format!("(local.set $a (call $storage_read {key} {out} {cap}))")
            }
            15 => format!("(local.set $a (call $storage_remove {}))", self.key()),
            16 => {
                let [place, count] = [self.place(1), self.up_to(63)];
                format!("(call {} {place} {count})", self.one(&["$emit", "$ret"]))
            }
            17 | 18 => {
                let [which, code] = [self.i32(2), self.up_to(15)];
                let at = self.below(4);
                format!(
                    "(if (i32.eq (i32.and {which} (i32.const 3)) (i32.const {at})) (then (call $revert {code})))"
                )
            }
            19 => self.bulk(),
            20 => {
                let [side, amount] = [self.up_to(1), self.i64(2)];
                format!(
                    "(local.set $a (call $transfer {side} (i64.shr_u {amount} (i64.const 40))))"
                )
            }
            21 => {
                let [policy, out, cap] = [self.up_to(1), self.place(1), self.up_to(15)];
                format!("(local.set $b (call $judge {policy} {out} {cap}))")
            }
            22 => format!("(global.set $g {})", self.i64(2)),
            23 => self.call_any(),
            _ => self.wild(),
        }
    }

    fn turns(&mut self, depth: u32) -> String {
        let counter = self.loops;
        self.loops += 1;
        let count = 1 + self.below(20);
        let body = self.statement(depth);
        self.loops -= 1;
        let early = self.i32(2);
        format!(
            "(local.set $n{counter} (i32.const {count}))
            (block (loop {body}
                (br_if 1 (i32.eq {early} (i32.const 11)))
                (br_if 0 (local.tee $n{counter} (i32.sub (local.get $n{counter}) (i32.const 1))))))"
        )
    }

    fn bulk(&mut self) -> String {
        let [to, from, count] = [self.place(2), self.place(2), self.up_to(255)];
        match self.below(5) {
            0 | 1 => format!("(memory.fill {to} {from} {count})"),
            2 | 3 => format!("(memory.copy {to} {from} {count})"),
            _ => format!("(local.set $a (memory.grow {}))", self.up_to(1)),
        }
    }

    /// A call of any host function but the one that ends it, with numbers that mean nothing to it.
    fn call_any(&mut self) -> String {
        let ends = |function: &&HostFunction| function.name != "revert";
        let others: Vec<_> = HOST_FUNCTIONS.iter().filter(ends).collect();
        let function = others[self.below(others.len() as u32) as usize];
        let mut params = String::new();
        for kind in function.params {
            params.push_str(&match kind {
                ValType::I32 => self.up_to(31),
                ValType::I64 => self.i64(2),
            });
        }
        let call = format!("(call ${} {params})", function.name);
        if function.result.is_some() {
            format!("(drop {call})")
        } else {
            call
        }
    }

    /// Something that no call may have, or that traps, where an argument says so.
    fn wild(&mut self) -> String {
        let [one, two, three] = [self.i32(2), self.i32(2), self.i32(2)];
        let what = match self.below(9) {
            0 => format!("(call $storage_write {one} {two} {three} {one})"),
            1 => format!("(local.set $a (call $storage_read {one} {two} {three} {one}))"),
            2 => format!("(call $emit {one} {two})"),
            3 => format!("(call $ret (i32.const 0) (i32.or {one} (i32.const 4096)))"),
            4 => format!("(local.set $a (call $transfer {one} (i64.const -1)))"),
            5 | 6 => format!("(local.set $a (call $judge (i32.const 2) {two} {three}))"),
            7 => "(unreachable)".to_owned(),
            _ => format!("(memory.fill {one} {two} {three})"),
        };
        let [place, value] = [self.below(24), self.below(4)];
        format!(
            "(if (i32.eq (i32.and (i32.load8_u (i32.const {place})) (i32.const 3)) (i32.const {value}))
                (then {what}))"
        )
    }
}
