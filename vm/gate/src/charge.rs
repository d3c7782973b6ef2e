//! The charge table: what a module is charged, and where (docs/spec/vm.md, 3.4 to 3.6).
//!
//! A segment's cost is charged at its start. Small segments are hoisted: whoever leads to them pays
//! for them in advance, so that most pieces of a body carry no code for gas at all.
//!
//! ```text
//! cost      2 -> 3 | 5 -> 1       two ways, 3 and 5, both of at most 32
//! charged   8 -> 0 | 0 -> 0       the dearer way and what follows it: 2 + 5 + 1
//! ```

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::Gas;
use wasmparser::Operator;

use crate::contract::{Body, Contract, Signature};
use crate::segment::{Kind, Segment, segments};
use crate::stack::Depth;

/// The most that a segment may cost, with all that is hoisted into it, to be paid in advance. It
/// is also the most by which a charge exceeds what is used of it.
pub(crate) const HOIST_LIMIT: u64 = 32;

/// What a module is charged, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeTable {
    /// One for each defined function, in order.
    pub functions: Vec<FunctionCharges>,
}

/// What a function is charged, and where. A place is the number of an instruction in the body,
/// from 0, every `block`, `else` and `end` counted; what happens there, happens before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCharges {
    /// What it takes of the stack when it is entered, in bytes, if it is counted.
    pub counted_bytes: Option<u64>,
    /// Gas charged, by place. Place 0, the entry, is always there.
    pub charges: BTreeMap<u32, Gas>,
    /// Places where gas below 0 ends the call: the entry, loop headers, and `memory.grow`,
    /// `memory.copy` and `memory.fill`, each after its charge and after the charge by its operand.
    pub checks: BTreeSet<u32>,
}

impl ChargeTable {
    /// The table of a valid module, whose functions go that deep.
    pub(crate) fn of(contract: &Contract<'_>, depths: &[Depth]) -> Self {
        let functions =
            contract
                .bodies
                .iter()
                .zip(depths)
                .enumerate()
                .map(|(defined, (body, depth))| {
                    let none = Signature::default();
                    let signature = contract.signature(defined).unwrap_or(&none);
                    let segments = segments(contract, signature, body);
                    FunctionCharges {
                        counted_bytes: depth.counted.then_some(depth.bytes),
                        charges: charges(&segments),
                        checks: checks(&segments, body),
                    }
                });
        Self {
            functions: functions.collect(),
        }
    }
}

fn charges(segments: &[Segment]) -> BTreeMap<u32, Gas> {
    let mut charges = BTreeMap::new();
    // For each segment that is hoisted, what must be paid before it is entered.
    let mut hoisted: BTreeMap<usize, u64> = BTreeMap::new();
    for (index, segment) in segments
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, segment)| segment.live)
    {
        let ahead = segment
            .successors
            .iter()
            .filter_map(|next| hoisted.get(next))
            .max();
        let amount = segment.cost.saturating_add(ahead.copied().unwrap_or(0));
        if segment.kind == Kind::Plain && segment.same_loop && amount <= HOIST_LIMIT {
            hoisted.insert(index, amount);
        } else if amount > 0 || segment.kind == Kind::Entry {
            charges.insert(segment.place, Gas(amount));
        }
    }
    charges
}

fn checks(segments: &[Segment], body: &Body<'_>) -> BTreeSet<u32> {
    let mut checks = BTreeSet::new();
    let ends = segments
        .iter()
        .skip(1)
        .map(|next| next.place)
        .chain([u32::MAX]);
    let mut code = (0..).zip(&body.code).peekable();
    for (segment, end) in segments.iter().zip(ends) {
        if segment.live && segment.kind != Kind::Plain {
            checks.insert(segment.place);
        }
        while let Some((place, instruction)) = code.next_if(|(place, _)| *place < end) {
            if segment.live && has_operand_charge(&instruction.operator) {
                checks.insert(place);
            }
        }
    }
    checks
}

fn has_operand_charge(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryGrow { .. } | Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }
    )
}
