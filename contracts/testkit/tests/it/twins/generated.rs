//! Contracts made at random from a seed: arithmetic, branches, loops, calls, memory. What they
//! compute ends in storage, so that a difference shows in the root.

use std::fmt::Write;

/// A small generator of numbers; its only virtue is that a seed always makes the same contract.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % sides
    }
}

/// Locals that programs compute with; local 4 and up count loops.
const LOCALS: u64 = 4;
const LOOPS: usize = 6;

/// The contract of a seed, as text.
pub(crate) fn contract(seed: u64) -> String {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut functions = String::new();
    for number in 0..3 {
        let mut body = Body {
            dice: &mut dice,
            text: String::new(),
            loops: 0,
            number,
        };
        body.statements(3);
        let locals = "i64 ".repeat(LOOPS);
        let text = body.text;
        writeln!(
            functions,
            "(func $f{number} (param i64 i64) (result i64) (local i64 i64 {locals}) {text} (local.get 2))"
        )
        .unwrap();
    }
    format!(
        r#"(module
  (import "twinroot" "input_read" (func $input_read (param i32)))
  (import "twinroot" "input_len" (func $input_len (result i32)))
  (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
  (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "twinroot" "emit" (func $emit (param i32 i32)))
  (import "twinroot" "revert" (func $revert (param i32)))
  (type $f (func (param i64 i64) (result i64)))
  (table 3 funcref)
  (elem (i32.const 0) $f0 $f1 $f2)
  (memory (export "memory") 1)
  {functions}
  (func (export "init"))
  (func (export "take"))
  (func (export "play") (local i64)
    (if (i32.ne (call $input_len) (i32.const 16)) (then (call $revert (i32.const 9))))
    (call $input_read (i32.const 0))
    (drop (call $read (i32.const 0) (i32.const 1) (i32.const 32) (i32.const 8)))
    (local.set 0 (call $f2 (i64.load (i32.const 0)) (i64.xor (i64.load (i32.const 8)) (i64.load (i32.const 32)))))
    (i64.store (i32.const 32) (local.get 0))
    (call $emit (i32.const 32) (i32.const 8))
    (call $write (i32.const 0) (i32.const 1) (i32.const 32) (i32.const 8))))"#
    )
}

struct Body<'a> {
    dice: &'a mut Dice,
    text: String,
    loops: usize,
    number: u64,
}

impl Body<'_> {
    fn statements(&mut self, depth: u32) {
        for _ in 0..=self.dice.roll(4) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: u32) {
        let kind = if depth == 0 {
            self.dice.roll(3)
        } else {
            self.dice.roll(9)
        };
        match kind {
            0 | 1 => {
                let local = self.dice.roll(LOCALS);
                let value = self.expression(2);
                write!(self.text, "(local.set {local} {value}) ").unwrap();
            }
            2 => {
                let (place, value) = (self.expression(1), self.expression(2));
                write!(self.text, "(i64.store {} {value}) ", address(&place)).unwrap();
            }
            3 | 4 => {
                let condition = self.condition();
                write!(self.text, "(if {condition} (then ").unwrap();
                self.statements(depth - 1);
                self.text.push_str(") (else ");
                self.statements(depth - 1);
                self.text.push_str(")) ");
            }
            5 if self.loops < LOOPS => {
                let counter = LOCALS as usize + self.loops;
                let (rounds, leave) = (1 + self.dice.roll(12), self.condition());
                self.loops += 1;
                write!(
                    self.text,
                    "(local.set {counter} (i64.const {rounds})) (block (loop "
                )
                .unwrap();
                write!(self.text, "(br_if 1 (i64.eqz (local.get {counter}))) ").unwrap();
                write!(
                    self.text,
                    "(local.set {counter} (i64.sub (local.get {counter}) (i64.const 1))) "
                )
                .unwrap();
                self.statements(depth - 1);
                write!(self.text, "(br_if 1 {leave}) (br 0))) ").unwrap();
            }
            6 => {
                let choice = self.expression(1);
                write!(
                    self.text,
                    "(block (block (block (br_table 0 1 2 (i32.wrap_i64 {choice}))) "
                )
                .unwrap();
                self.statements(depth - 1);
                self.text.push_str("(br 1)) ");
                self.statements(depth - 1);
                self.text.push_str(") ");
            }
            7 => {
                let (condition, value) = (self.condition(), self.expression(2));
                write!(self.text, "(if {condition} (then (return {value}))) ").unwrap();
            }
            _ => {
                let value = self.expression(2);
                write!(self.text, "(local.set 3 {value}) ").unwrap();
            }
        }
    }

    fn condition(&mut self) -> String {
        let compare = ["lt_u", "gt_s", "eq", "ne", "le_s"][self.dice.roll(5) as usize];
        let (one, other) = (self.expression(1), self.expression(1));
        format!("(i64.{compare} {one} {other})")
    }

    fn expression(&mut self, depth: u32) -> String {
        if depth == 0 {
            return match self.dice.roll(3) {
                0 => format!("(i64.const {})", self.dice.roll(1 << 20)),
                _ => format!("(local.get {})", self.dice.roll(LOCALS)),
            };
        }
        match self.dice.roll(12) {
            0 => format!("(i64.load {})", address(&self.expression(depth - 1))),
            1 => format!("(i64.extend8_s {})", self.expression(depth - 1)),
            2 => {
                let (condition, one, other) = (
                    self.condition(),
                    self.expression(depth - 1),
                    self.expression(depth - 1),
                );
                format!("(select {one} {other} {condition})")
            }
            3 if self.number > 0 => {
                let (callee, one, other) = (
                    self.dice.roll(self.number),
                    self.expression(depth - 1),
                    self.expression(depth - 1),
                );
                format!("(call $f{callee} {one} {other})")
            }
            4 if self.number > 0 => {
                // Mostly a function of the table that comes before this one; sometimes beyond the table.
                let (one, other) = (self.expression(depth - 1), self.expression(depth - 1));
                let callee = if self.dice.roll(16) == 0 {
                    7
                } else {
                    self.dice.roll(self.number)
                };
                format!("(call_indirect (type $f) {one} {other} (i32.const {callee}))")
            }
            5 if self.dice.roll(4) == 0 => {
                let (one, other) = (self.expression(depth - 1), self.expression(depth - 1));
                format!("(i64.div_u {one} {other})")
            }
            roll => {
                let operator = [
                    "add", "sub", "mul", "xor", "and", "or", "shl", "shr_u", "rotl", "add", "sub",
                    "xor",
                ][roll as usize];
                let (one, other) = (self.expression(depth - 1), self.expression(depth - 1));
                format!("(i64.{operator} {one} {other})")
            }
        }
    }
}

/// An address inside the first page.
fn address(value: &str) -> String {
    format!("(i32.and (i32.wrap_i64 {value}) (i32.const 0x7ff8))")
}
