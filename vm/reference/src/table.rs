//! All that sections 3 and 4 of docs/spec/vm.md say of a function, in one place.

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::Gas;

use crate::ReferenceError;
use crate::call_graph::{calls, counted, depths};
use crate::charge::{Share, charges, checks, sum};
use crate::frame::frame_bytes;
use crate::limit::STACK_DEPTH;
use crate::module::Module;
use crate::segment::segments;

/// What a function is charged and where, and what it takes of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionTable {
    /// Gas charged, by place. A place that is charged 0 may be there; place 0 always is.
    pub charges: BTreeMap<usize, Gas>,
    /// What each charge is made of, by the same places.
    pub shares: BTreeMap<usize, Vec<Share>>,
    /// Places where gas below 0 ends the call, after the charge of the place and after the charge by
    /// the operand of its instruction.
    pub checks: BTreeSet<usize>,
    /// Bytes of its frame.
    pub frame_bytes: u64,
    /// Bytes of its frame and of what it calls without being counted.
    pub depth: u64,
    /// Whether its depth is taken from what is left of the stack.
    pub counted: bool,
}

/// The tables of the defined functions, in order.
pub(crate) fn tables(module: &Module<'_>) -> Result<Vec<FunctionTable>, ReferenceError> {
    let mut frames = Vec::new();
    for function in &module.functions {
        frames.push(frame_bytes(module, function)?);
    }
    let calls = calls(module)?;
    let counted = counted(&calls)?;
    let depths = depths(&calls, &counted, &frames);
    let mut tables = Vec::new();
    let stack = frames.into_iter().zip(depths);
    for ((number, function), (frame_bytes, depth)) in module.functions.iter().enumerate().zip(stack)
    {
        let segments = segments(&function.body)?;
        let shares = charges(module, function, &segments)?;
        let charge = |(place, shares): (&usize, &Vec<Share>)| (*place, sum(shares));
        tables.push(FunctionTable {
            charges: shares.iter().map(charge).collect(),
            shares,
            checks: checks(function, &segments)?,
            frame_bytes,
            depth,
            counted: counted.contains(&number),
        });
    }
    refuse_too_deep(module, &tables)?;
    Ok(tables)
}

/// A function that is not counted is never deeper than the limit (docs/spec/vm.md, 4.4).
fn refuse_too_deep(module: &Module<'_>, tables: &[FunctionTable]) -> Result<(), ReferenceError> {
    let too_deep = |table: &FunctionTable| !table.counted && table.depth > STACK_DEPTH;
    match tables.iter().enumerate().find(|(_, table)| too_deep(table)) {
        Some((number, table)) => Err(ReferenceError::TooDeep {
            function: module.imports.len().saturating_add(number),
            depth: table.depth,
            limit: STACK_DEPTH,
        }),
        None => Ok(()),
    }
}
