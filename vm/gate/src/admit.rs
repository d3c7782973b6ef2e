//! The way through the gate, step by step.

use std::collections::BTreeSet;

use twinroot_abi::{CodeHash, Policy};
use twinroot_types::{Tag, hash};

use crate::accept::accept;
use crate::canonical::Canonical;
use crate::contract::Contract;
use crate::frame::heights;
use crate::meter::meter;
use crate::stack::{STACK_DEPTH, depths};
use crate::{ChargeTable, GateError};

/// A module that passed the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Names the code: the hash of the canonical module.
    pub hash: CodeHash,
    /// What is published and hashed: the module without custom sections, the policy section excepted.
    pub canonical: Vec<u8>,
    /// What is run: the module that counts its own gas and stack.
    pub metered: Vec<u8>,
    /// The oracle policies that the contract declares, in order.
    pub policies: Vec<Policy>,
    /// Names of the functions that a call may start at.
    pub entries: BTreeSet<String>,
}

/// Lets a contract through the gate. A module and its canonical form have the same result.
///
/// # Errors
/// [`GateError`] names the first rule of docs/spec/vm.md, 1, that the module breaks, and where.
pub fn admit(wasm: &[u8]) -> Result<Module, GateError> {
    let canonical = Canonical::of(wasm)?;
    let contract = accept(&canonical)?;
    let table = table(&canonical, &contract)?;
    let metered = meter(&contract, &table);
    let entries = contract.entries.into_keys().collect();
    Ok(Module {
        hash: CodeHash(hash(Tag::CODE, &[&canonical.bytes])),
        metered,
        entries,
        canonical: canonical.bytes,
        policies: canonical.policies,
    })
}

/// What a module is charged, and where (docs/spec/vm.md, 3 and 4). The metered module executes
/// exactly this table, and so does every other implementation.
///
/// # Errors
/// As [`admit`]: only a module that passes the gate has a charge table.
pub fn charge_table(wasm: &[u8]) -> Result<ChargeTable, GateError> {
    let canonical = Canonical::of(wasm)?;
    let contract = accept(&canonical)?;
    table(&canonical, &contract)
}

fn table(canonical: &Canonical, contract: &Contract<'_>) -> Result<ChargeTable, GateError> {
    let depths = depths(contract, &heights(&canonical.bytes)?);
    let first = u32::try_from(contract.imports.len()).unwrap_or(u32::MAX);
    let too_deep = (first..)
        .zip(&depths)
        .find(|(_, depth)| !depth.counted && depth.bytes > STACK_DEPTH);
    match too_deep {
        None => Ok(ChargeTable::of(contract, &depths)),
        Some((function, depth)) => Err(GateError::Depth {
            function: canonical.names.label(function),
            have: depth.bytes,
            limit: STACK_DEPTH,
        }),
    }
}
