//! What is charged at which place and for what, and where gas is checked (docs/spec/vm.md, 3.4 to 3.6).

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::Gas;
use wasmparser::Operator;

use crate::ReferenceError;
use crate::error::Present;
use crate::instruction::Row;
use crate::module::{Callee, Function, Module};
use crate::segment::{Segment, SegmentKind};

/// The most that a hoisted segment may have due.
const HOIST_LIMIT: u64 = 32;

/// A part of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Place of the instruction that it pays for. What is paid in advance is the last instruction's of the
    /// segment that pays, which is where ways part; what locals cost is the first one's.
    pub place: usize,
    /// How much.
    pub gas: Gas,
}

/// Shares of the charges of a body, by the place of the charge. A live segment that is not hoisted is there
/// even if it pays 0.
pub(crate) fn charges(
    module: &Module<'_>,
    function: &Function<'_>,
    segments: &[Segment],
) -> Result<BTreeMap<usize, Vec<Share>>, ReferenceError> {
    let mut charges = BTreeMap::new();
    // a(S) of the segments that are hoisted, by their number.
    let mut hoisted = BTreeMap::new();
    for (number, segment) in segments.iter().enumerate().rev() {
        if !segment.live {
            continue;
        }
        let ahead = segment.edges.iter().filter_map(|next| hoisted.get(next));
        let mut shares = cost(module, function, segment)?;
        shares.push(Share {
            place: segment.last,
            gas: Gas(ahead.max().copied().unwrap_or(0)),
        });
        let due = sum(&shares);
        if may_be_hoisted(segments, number, segment) && due.0 <= HOIST_LIMIT {
            hoisted.insert(number, due.0);
        } else {
            shares.retain(|share| share.gas > Gas(0));
            charges.insert(segment.first, shares);
        }
    }
    Ok(charges)
}

pub(crate) fn sum(shares: &[Share]) -> Gas {
    let add = |sum: u64, share: &Share| sum.saturating_add(share.gas.0);
    Gas(shares.iter().fold(0, add))
}

/// c(S): what the instructions of a segment cost, each by itself.
fn cost(
    module: &Module<'_>,
    function: &Function<'_>,
    segment: &Segment,
) -> Result<Vec<Share>, ReferenceError> {
    let code = function.body.code.get(segment.first..=segment.last);
    let mut shares = Vec::new();
    for (place, operator) in (segment.first..).zip(code.present("a segment")?) {
        let gas = Gas(instruction_cost(module, operator)?);
        shares.push(Share { place, gas });
    }
    let more = match segment.kind {
        SegmentKind::Entry => cost_of_locals(function),
        SegmentKind::Header if sum(&shares) == Gas(0) => 1,
        SegmentKind::Header | SegmentKind::Plain => 0,
    };
    shares.push(Share {
        place: segment.first,
        gas: Gas(more),
    });
    Ok(shares)
}

fn instruction_cost(module: &Module<'_>, operator: &Operator<'_>) -> Result<u64, ReferenceError> {
    let row = Row::of(operator)?;
    if let Operator::Call { function_index } = operator
        && let Callee::Imported(imported) = module.callee(*function_index)
    {
        return Ok(module.host_function(imported)?.base);
    }
    Ok(row.cost())
}

/// What the entry segment pays for locals (docs/spec/vm.md, 3.5).
fn cost_of_locals(function: &Function<'_>) -> u64 {
    let (params, locals) = (&function.signature.params, &function.body.locals);
    let n = u64::try_from(params.len().saturating_add(locals.len())).unwrap_or(u64::MAX);
    n.saturating_sub(16).div_ceil(8)
}

/// Whether a segment is hoisted if little enough is due for it.
fn may_be_hoisted(segments: &[Segment], number: usize, segment: &Segment) -> bool {
    let mut sources = segments
        .iter()
        .filter(|source| source.live && source.edges.contains(&number));
    segment.kind == SegmentKind::Plain
        && sources.all(|source| source.innermost_loop == segment.innermost_loop)
}

/// Places where gas is checked (docs/spec/vm.md, 3.6, 1 to 3).
pub(crate) fn checks(
    function: &Function<'_>,
    segments: &[Segment],
) -> Result<BTreeSet<usize>, ReferenceError> {
    let mut checks = BTreeSet::new();
    for segment in segments.iter().filter(|segment| segment.live) {
        if matches!(segment.kind, SegmentKind::Entry | SegmentKind::Header) {
            checks.insert(segment.first);
        }
        for place in segment.first..=segment.last {
            let operator = function.body.code.get(place).present("an instruction")?;
            if matches!(
                Row::of(operator)?,
                Row::MemoryGrow | Row::MemoryCopy | Row::MemoryFill
            ) {
                checks.insert(place);
            }
        }
    }
    Ok(checks)
}
