//! The token of `benches/kernels` as a contract.

#![cfg_attr(target_arch = "wasm32", no_std)]

use twinroot_kernels::token;
use twinroot_sdk::{entries, input, ret};

entries! { init, batch }

/// Does nothing; a contract is created by a call.
pub fn init() {}

/// Carries out as many orders as the argument (4 bytes) says; returns a digest (8 bytes).
pub fn batch() {
    ret(&token::batch(input()));
}
