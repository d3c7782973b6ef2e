//! A contract that does what its arguments say: one step for each 4 bytes `[what, a, b, c]`. Some steps
//! call other contracts, a second puppet above all.

use std::fmt::Write;

use twinroot_abi::ContractId;

/// What a step does.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum What {
    /// Reads slot `a` (a key of one byte), up to `b` bytes, to memory.
    Read,
    /// Writes `b` bytes of memory at `16 * c` to slot `a`.
    Write,
    /// Removes slot `a`.
    Remove,
    /// Pays `b` coins to side `a`; adds what the host says to memory.
    Pay,
    /// Emits `b` bytes of memory at `16 * c`.
    Emit,
    /// Returns `b` bytes of memory at `16 * c`.
    Return,
    /// Reverts with `a`.
    Revert,
    /// Runs into `unreachable`.
    Unreachable,
    /// Divides by zero.
    Divide,
    /// Loads from beyond the memory.
    Load,
    /// Grows memory by `a` pages; notes what it gets.
    Grow,
    /// Counts to `256 * a`.
    Burn,
    /// Calls itself `64 * a` times.
    Recurse,
    /// Asks for a verdict of policy `a`.
    Judge,
    /// Reads a slot with a key of `a` bytes.
    LongKey,
    /// Writes a value of `64 * b` bytes to slot `a`.
    LongValue,
    /// Notes height, time, caller, be it a side or a contract, value and balance.
    Look,
    /// Returns `64 * b` bytes.
    LongReturn,
    /// Fills and copies `64 * b` bytes.
    Bulk,
    /// Emits `c` events of `16 * b` bytes each.
    Events,
    /// Copies the arguments beyond the memory.
    Input,
    /// Calls contract `a` of its list, with `b` coins, `16384 * c` gas and the steps that come next; notes how
    /// that ended and what it returned.
    Call,
    /// Asks for the side that calls.
    Side,
}

impl What {
    pub(crate) const ALL: [Self; 23] = [
        Self::Read,
        Self::Write,
        Self::Remove,
        Self::Pay,
        Self::Emit,
        Self::Return,
        Self::Revert,
        Self::Unreachable,
        Self::Divide,
        Self::Load,
        Self::Grow,
        Self::Burn,
        Self::Recurse,
        Self::Judge,
        Self::LongKey,
        Self::LongValue,
        Self::Look,
        Self::LongReturn,
        Self::Bulk,
        Self::Events,
        Self::Input,
        Self::Call,
        Self::Side,
    ];
}

/// Contracts that a puppet knows; their ids follow each other in its memory.
pub(crate) const KNOWN: usize = 8;

/// The puppet that knows these contracts. Script at 0, scratch at 8192, values read at 16384, the name of an
/// entry and the list of contracts from 30000 on.
pub(crate) fn wat(known: &[ContractId; KNOWN]) -> String {
    let mut list = String::from("play");
    for byte in known.iter().flat_map(|contract| contract.0) {
        write!(list, "\\{byte:02x}").unwrap();
    }
    WAT.replace("$LIST", &list)
}

const WAT: &str = r#"
(module
  (import "twinroot" "input_len" (func $input_len (result i32)))
  (import "twinroot" "input_read" (func $input_read (param i32)))
  (import "twinroot" "storage_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "twinroot" "storage_write" (func $write (param i32 i32 i32 i32)))
  (import "twinroot" "storage_remove" (func $remove (param i32 i32) (result i32)))
  (import "twinroot" "transfer" (func $transfer (param i32 i64) (result i32)))
  (import "twinroot" "emit" (func $emit (param i32 i32)))
  (import "twinroot" "ret" (func $ret (param i32 i32)))
  (import "twinroot" "revert" (func $revert (param i32)))
  (import "twinroot" "judge" (func $judge (param i32 i32 i32) (result i32)))
  (import "twinroot" "height" (func $height (result i64)))
  (import "twinroot" "time_ms" (func $time (result i64)))
  (import "twinroot" "caller" (func $caller (result i32)))
  (import "twinroot" "value" (func $value (result i64)))
  (import "twinroot" "balance" (func $balance (result i64)))
  (import "twinroot" "call" (func $call (param i32 i32 i32 i32 i32 i64 i64) (result i64)))
  (import "twinroot" "call_returned" (func $returned (param i32 i32) (result i32)))
  (import "twinroot" "caller_contract" (func $by (param i32) (result i32)))
  (memory (export "memory") 1 8)
  (data (i32.const 30000) "$LIST")
  (global $notes (mut i32) (i32.const 8192))

  (func (export "init"))

  (func $note (param i64)
    (i64.store (global.get $notes) (local.get 0))
    (global.set $notes (i32.add (global.get $notes) (i32.const 8))))

  (func $recurse (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $recurse (i32.sub (local.get 0) (i32.const 1)))))))

  (func $burn (param i32) (local i32)
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get 1) (local.get 0)))
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br $again))))

  (func $events (param i32 i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get 1)))
        (call $emit (i32.const 8192) (local.get 0))
        (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
        (br $again))))

  (func $step (param $at i32) (local $a i32) (local $b i32) (local $c i32)
    (local.set $a (i32.load8_u offset=1 (local.get $at)))
    (local.set $b (i32.load8_u offset=2 (local.get $at)))
    (local.set $c (i32.mul (i32.const 16) (i32.load8_u offset=3 (local.get $at))))
    (block $22 (block $21 (block $20 (block $19 (block $18 (block $17 (block $16 (block $15 (block $14 (block $13 (block $12 (block $11
    (block $10 (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 $13 $14 $15 $16 $17 $18 $19 $20 $21 $22
        (i32.load8_u (local.get $at))))
      ;; 0 read
      (call $note (i64.extend_i32_s
        (call $read (i32.add (local.get $at) (i32.const 1)) (i32.const 1) (i32.const 16384) (local.get $b))))
      (return))
      ;; 1 write
      (call $write (i32.add (local.get $at) (i32.const 1)) (i32.const 1)
        (i32.add (i32.const 8192) (local.get $c)) (local.get $b))
      (return))
      ;; 2 remove
      (call $note (i64.extend_i32_s (call $remove (i32.add (local.get $at) (i32.const 1)) (i32.const 1))))
      (return))
      ;; 3 pay
      (call $note (i64.extend_i32_s (call $transfer (local.get $a) (i64.extend_i32_u (local.get $b)))))
      (return))
      ;; 4 emit
      (call $emit (i32.add (i32.const 8192) (local.get $c)) (local.get $b))
      (return))
      ;; 5 return
      (call $ret (i32.add (i32.const 8192) (local.get $c)) (local.get $b))
      (return))
      ;; 6 revert
      (call $revert (local.get $a))
      (return))
      ;; 7 unreachable
      (unreachable))
      ;; 8 divide
      (call $note (i64.div_u (i64.extend_i32_u (local.get $b)) (i64.const 0)))
      (return))
      ;; 9 load
      (call $note (i64.load (i32.add (i32.const 0x7fff0000) (local.get $b))))
      (return))
      ;; 10 grow
      (call $note (i64.extend_i32_s (memory.grow (local.get $a))))
      (return))
      ;; 11 burn
      (call $burn (i32.mul (i32.const 256) (local.get $a)))
      (return))
      ;; 12 recurse
      (call $note (i64.extend_i32_u (call $recurse (i32.mul (i32.const 64) (local.get $a)))))
      (return))
      ;; 13 judge
      (call $note (i64.extend_i32_s (call $judge (local.get $a) (i32.const 16384) (local.get $b))))
      (return))
      ;; 14 long key
      (call $note (i64.extend_i32_s
        (call $read (i32.const 8192) (local.get $a) (i32.const 16384) (i32.const 64))))
      (return))
      ;; 15 long value
      (call $write (i32.add (local.get $at) (i32.const 1)) (i32.const 1)
        (i32.const 8192) (i32.mul (i32.const 64) (local.get $b)))
      (return))
      ;; 16 look
      (call $note (call $height))
      (call $note (call $time))
      (if (call $by (i32.const 16384))
        (then (call $note (i64.load (i32.const 16384))))
        (else (call $note (i64.extend_i32_u (call $caller)))))
      (call $note (call $value))
      (call $note (call $balance))
      (return))
      ;; 17 long return
      (call $ret (i32.const 8192) (i32.mul (i32.const 64) (local.get $b)))
      (return))
      ;; 18 bulk
      (memory.fill (i32.const 20000) (local.get $a) (i32.mul (i32.const 64) (local.get $b)))
      (memory.copy (i32.const 40000) (i32.const 20000) (i32.mul (i32.const 64) (local.get $b)))
      (call $note (i64.load (i32.const 40000)))
      (return))
      ;; 19 events
      (call $events (i32.mul (i32.const 16) (local.get $b)) (i32.shr_u (local.get $c) (i32.const 4)))
      (return))
      ;; 20 input
      (call $input_read (i32.sub (i32.const 65536) (local.get $b)))
      (return))
      ;; 21 call
      (call $note (call $call
        (i32.add (i32.const 30004) (i32.shl (i32.and (local.get $a) (i32.const 7)) (i32.const 5)))
        (i32.const 30000) (i32.const 4)
        (i32.add (local.get $at) (i32.const 4)) (i32.const 32)
        (i64.extend_i32_u (local.get $b)) (i64.extend_i32_u (i32.mul (i32.const 1024) (local.get $c)))))
      (call $note (i64.extend_i32_u (call $returned (i32.const 16384) (i32.const 64))))
      (return))
    ;; 22 side
    (call $note (i64.extend_i32_u (call $caller))))

  (func (export "play") (local $at i32) (local $end i32)
    (local.set $end (i32.and (call $input_len) (i32.const 0x1ffc)))
    (call $input_read (i32.const 0))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (call $step (local.get $at))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    ;; What was noted lasts, so that a difference shows in the root.
    (call $write (i32.const 8192) (i32.const 8) (i32.const 8192)
      (i32.sub (global.get $notes) (i32.const 8192)))))
"#;
