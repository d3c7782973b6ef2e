//! Where the stack is counted, and how much of it (docs/spec/vm.md, 4.3 to 4.5).
//!
//! ```text
//! entry -> a -> b -> a          a is met again while it is open: it is counted
//!          a -> c
//!
//! depth   entry = frame         a = frame + max(b, c)        b = frame        c = frame
//! ```
//!
//! Only cycles of calls make a stack deep, so only they are counted while a call runs. All else has a
//! depth that is known before.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::Operator;

use crate::contract::{Body, Contract, Signature};
use crate::frame::frame_bytes;

/// The greatest depth of a function that is not counted. Higher: engines need more native stack.
pub const STACK_DEPTH: u64 = 64 * 1024;
/// Bytes of stack for the counted functions of a call, all nested calls together. Higher: as above.
pub const STACK_BYTES: i32 = 192 * 1024;

/// How deep a function goes, and whether it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    pub(crate) bytes: u64,
    pub(crate) counted: bool,
}

/// The depth of each defined function.
pub(crate) fn depths(contract: &Contract<'_>, heights: &[u32]) -> Vec<Depth> {
    let none = Signature::default();
    let bodies = contract.bodies.iter().zip(heights).enumerate();
    let frames = bodies.map(|(defined, (body, height))| {
        let signature = contract.signature(defined).unwrap_or(&none);
        frame_bytes(signature, body, *height)
    });
    let functions = calls(contract).into_iter().zip(frames);
    let mut graph = Graph {
        functions: functions.map(Function::new).collect(),
    };
    for function in 0..graph.functions.len() {
        graph.visit(function);
    }
    graph
        .functions
        .into_iter()
        .map(|function| function.depth)
        .collect()
}

/// The defined functions that each defined function calls, ascending.
fn calls(contract: &Contract<'_>) -> Vec<Vec<usize>> {
    let in_table: BTreeSet<u32> = contract
        .elements
        .iter()
        .flat_map(|segment| segment.functions.iter().copied())
        .collect();
    let mut by_kind: BTreeMap<&Signature, Vec<usize>> = BTreeMap::new();
    for function in in_table {
        let defined = defined(contract, function);
        let kind = defined.and_then(|defined| contract.signature(defined));
        if let (Some(defined), Some(kind)) = (defined, kind) {
            by_kind.entry(kind).or_default().push(defined);
        }
    }
    let called = |body: &Body<'_>| {
        let mut called = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        for instruction in &body.code {
            match instruction.operator {
                Operator::Call { function_index } => {
                    called.extend(defined(contract, function_index));
                }
                Operator::CallIndirect { type_index, .. } => {
                    kinds.insert(type_index);
                }
                _ => {}
            }
        }
        let kinds = kinds.into_iter().filter_map(|kind| {
            let kind = contract.types.get(usize::try_from(kind).ok()?)?;
            by_kind.get(kind)
        });
        let mut all: Vec<usize> = called.into_iter().chain(kinds.flatten().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    contract.bodies.iter().map(called).collect()
}

/// Place of a function among the defined ones, if it is none of the host's.
fn defined(contract: &Contract<'_>, function: u32) -> Option<usize> {
    usize::try_from(function)
        .ok()?
        .checked_sub(contract.imports.len())
}

/// Who calls whom.
struct Graph {
    functions: Vec<Function>,
}

struct Function {
    calls: Vec<usize>,
    visit: Visit,
    depth: Depth,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    NotYet,
    Open,
    Over,
}

impl Function {
    fn new((calls, frame): (Vec<usize>, u64)) -> Self {
        Self {
            calls,
            visit: Visit::NotYet,
            depth: Depth {
                bytes: frame,
                counted: false,
            },
        }
    }
}

impl Graph {
    /// Visits a function and all that it calls, unless it was visited. A chain of calls can be as long
    /// as the module has functions, so what is open stands in a list and not on the native stack.
    fn visit(&mut self, first: usize) {
        let mut open: Vec<(usize, usize)> = self.open(first).into_iter().collect();
        while let Some((function, next)) = open.last_mut() {
            let function = *function;
            let callee = self
                .functions
                .get(function)
                .and_then(|caller| caller.calls.get(*next).copied());
            *next = next.saturating_add(1);
            match callee {
                Some(callee) => open.extend(self.open(callee)),
                None => {
                    self.leave(function);
                    open.pop();
                }
            }
        }
    }

    /// Begins the visit of a function. One whose visit is not over is counted.
    fn open(&mut self, function: usize) -> Option<(usize, usize)> {
        let met = self.functions.get_mut(function)?;
        match met.visit {
            Visit::NotYet => {
                met.visit = Visit::Open;
                Some((function, 0))
            }
            Visit::Open => {
                met.depth.counted = true;
                None
            }
            Visit::Over => None,
        }
    }

    /// All that a function calls is visited by now, or open and thus counted.
    fn leave(&mut self, function: usize) {
        let below = self.functions.get(function).and_then(|caller| {
            let callees = caller
                .calls
                .iter()
                .filter_map(|callee| self.functions.get(*callee));
            let depths = callees.map(|callee| callee.depth);
            depths
                .filter(|depth| !depth.counted)
                .map(|depth| depth.bytes)
                .max()
        });
        if let Some(caller) = self.functions.get_mut(function) {
            caller.visit = Visit::Over;
            let below = below.unwrap_or_default();
            caller.depth.bytes = caller.depth.bytes.saturating_add(below);
        }
    }
}
