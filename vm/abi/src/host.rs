//! The host functions: names, shapes and prices, the one list that gate, host and SDK share.
//!
//! A guest sees `name(params) -> result` in the import module [`IMPORT_MODULE`]. Pointers and
//! lengths are `i32` and read as unsigned. A pointer outside the memory is a trap; bad data never is.

use crate::Hash;

/// Names the fee table (docs/spec/vm.md, 3.10): every price that a call can be asked for. It is part of
/// each receipt and of the name under which a compiled module is kept.
pub const FEE_TABLE: Hash = Hash([
    0xa1, 0x39, 0x56, 0x98, 0xb8, 0x2f, 0xe2, 0x77, 0x00, 0xee, 0x3c, 0x4e, 0x1f, 0xb9, 0x59, 0xac,
    0x9b, 0xbe, 0x5b, 0x12, 0xdb, 0xfa, 0x57, 0x6f, 0x6b, 0x52, 0x6d, 0xcc, 0xa5, 0xfe, 0x26, 0x03,
]);

/// Import module of every host function.
pub const IMPORT_MODULE: &str = "twinroot";

/// A type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

/// A function that the host offers to contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFunction {
    /// Name inside [`IMPORT_MODULE`].
    pub name: &'static str,
    /// Types of the parameters, in order.
    pub params: &'static [ValType],
    /// Type of the result, if it gives one.
    pub result: Option<ValType>,
    /// Gas of a call, whatever its arguments (docs/spec/vm.md, 5).
    pub base: u64,
    /// Gas of each byte that the call moves, in hundredths.
    pub per_byte_centigas: u64,
}

use ValType::{I32, I64};

const fn host(
    name: &'static str,
    params: &'static [ValType],
    result: Option<ValType>,
    base: u64,
    per_byte_centigas: u64,
) -> HostFunction {
    HostFunction {
        name,
        params,
        result,
        base,
        per_byte_centigas,
    }
}

/// Every host function of protocol version 1, by name.
pub const HOST_FUNCTIONS: &[HostFunction] = &[
    // () -> coins of this contract
    host("balance", &[], Some(I64), 2_000, 0),
    // (ptr, len, out): blake2b-256 of the bytes, 32 bytes to out
    host("blake2b", &[I32, I32, I32], None, 500, 300),
    // (contract, entry, entry_len, args, args_len, coins, gas) -> how the call of another contract ended
    host(
        "call",
        &[I32, I32, I32, I32, I32, I64, I64],
        Some(I64),
        8_000,
        25,
    ),
    // (out, cap) -> bytes that the last such call returned, of which up to cap are written to out
    host("call_returned", &[I32, I32], Some(I32), 80, 25),
    // () -> side that calls: 0 initiator, 1 responder; ends the call where a contract calls
    host("caller", &[], Some(I32), 40, 0),
    // (out) -> 1 if a contract calls, its id written to out, else 0
    host("caller_contract", &[I32], Some(I32), 60, 0),
    // (ptr, len): adds an event to the receipt
    host("emit", &[I32, I32], None, 500, 100),
    // () -> height of the pinned block
    host("height", &[], Some(I64), 40, 0),
    // () -> bytes of the call's arguments
    host("input_len", &[], Some(I32), 40, 0),
    // (ptr): copies the arguments to ptr
    host("input_read", &[I32], None, 100, 25),
    // (policy, out, cap) -> bytes of the verdict, written to out if they fit, or -code of the judge's refusal
    host("judge", &[I32, I32, I32], Some(I32), 4_000, 800),
    // (ptr, len): tells whoever develops the contract; nobody else ever sees it
    host("log", &[I32, I32], None, 100, 25),
    // (ptr, len): sets what the call returns
    host("ret", &[I32, I32], None, 120, 25),
    // (code): ends the call, nothing of it stands; the code reaches the caller
    host("revert", &[I32], None, 30, 0),
    // (ptr, len, out): sha256 of the bytes, 32 bytes to out
    host("sha256", &[I32, I32, I32], None, 300, 300),
    // (key, key_len, out, cap) -> bytes of the value, of which up to cap are written to out, or -1: absent
    host("storage_read", &[I32, I32, I32, I32], Some(I32), 2_500, 100),
    // (key, key_len) -> 1 if there was a value, else 0
    host("storage_remove", &[I32, I32], Some(I32), 14_000, 100),
    // (key, key_len, value, value_len)
    host("storage_write", &[I32, I32, I32, I32], None, 15_000, 300),
    // () -> time of the pinned block, in ms since 1970
    host("time_ms", &[], Some(I64), 40, 0),
    // (side, amount) -> 0: paid, 1: this contract has less than that
    host("transfer", &[I32, I64], Some(I32), 4_500, 0),
    // () -> coins that came with this call
    host("value", &[], Some(I64), 40, 0),
    // (key, ptr, len, signature) -> 1 if the key may sign and the signature is its own of the bytes, else 0
    host("verify", &[I32, I32, I32, I32], Some(I32), 310_000, 800),
];

/// Gas of letting a feed's key through the key gate, charged by `judge` for each descriptor (measured 45 us).
pub const KEY_GATE_GAS: u64 = 150_000;
/// Gas of checking a signature, charged by `judge` for each message (measured 48 us).
pub const SIGNATURE_GAS: u64 = 160_000;
/// Gas of starting a call: a fresh instance of the contract (measured 4 us).
pub const CALL_GAS: u64 = 12_000;
/// Gas of each byte of the called contract's code, in hundredths: what loading it costs.
pub const CODE_BYTE_CENTIGAS: u64 = 10;
