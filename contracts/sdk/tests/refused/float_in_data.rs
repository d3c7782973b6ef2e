//! A float in a value of the contract.

use twinroot_sdk::prelude::*;

#[derive(Data)]
struct Reading {
    sensor: u32,
    celsius: f64,
}

fn main() {}
