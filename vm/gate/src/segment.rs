//! Segments: the straight pieces of a body, and the ways between them (docs/spec/vm.md, 3.3).
//!
//! ```text
//! local.get 0      0
//! if               0  -> 1, 2
//!   call $pay        1
//! else               1  -> 3
//!   nop                2
//! end                  2  -> 3
//! end              3
//! ```

use twinroot_abi::HostFunction;
use wasmparser::Operator;

use crate::contract::{Body, Contract, Signature};
use crate::instruction::cost;

/// A straight piece of a body: entered at its first instruction, left after its last.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Number of its first instruction.
    pub(crate) place: u32,
    pub(crate) kind: Kind,
    /// Gas of its instructions.
    pub(crate) cost: u64,
    /// Whether any path leads here.
    pub(crate) live: bool,
    /// Whether every way here comes from the same innermost loop.
    pub(crate) same_loop: bool,
    /// Segments that may come next.
    pub(crate) successors: Vec<usize>,
    /// Header of the innermost loop around it.
    innermost: Option<usize>,
}

/// What makes a segment special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The first of a body.
    Entry,
    /// The first of a loop.
    LoopHeader,
    /// Any other.
    Plain,
}

/// The segments of a body, in order.
pub(crate) fn segments(
    contract: &Contract<'_>,
    signature: &Signature,
    body: &Body<'_>,
) -> Vec<Segment> {
    let mut graph = Graph::new(entry_cost(signature, body));
    for (place, instruction) in (0..).zip(&body.code) {
        graph.take(place, &instruction.operator, &contract.imports);
    }
    // Every turn of a loop pays, even one that does nothing.
    for header in graph
        .segments
        .iter_mut()
        .filter(|segment| segment.kind == Kind::LoopHeader)
    {
        header.cost = header.cost.max(1);
    }
    graph.segments
}

/// Locals that cost nothing.
pub(crate) const FREE_LOCALS: u64 = 16;
/// More of them, for one gas.
pub(crate) const LOCALS_PER_GAS: u64 = 8;

/// Locals beyond 16 are not free: an engine sets each to zero (docs/spec/vm.md, 3.5).
fn entry_cost(signature: &Signature, body: &Body<'_>) -> u64 {
    let params = u64::try_from(signature.params.len()).unwrap_or(u64::MAX);
    params
        .saturating_add(u64::from(body.local_count()))
        .saturating_sub(FREE_LOCALS)
        .div_ceil(LOCALS_PER_GAS)
}

struct Graph {
    segments: Vec<Segment>,
    open: Vec<Open>,
}

/// A block that is not yet ended; the body itself is the outermost.
struct Open {
    label: Label,
    /// Header of the innermost loop around what is inside.
    innermost: Option<usize>,
    /// Segments with a way to the end of the block.
    leaving: Vec<usize>,
    /// The segment that ends with this block's `if`, until its `else` is met.
    condition: Option<usize>,
}

/// Where a branch to a block goes.
#[derive(Clone, Copy)]
enum Label {
    Body,
    End,
    Header(usize),
}

impl Graph {
    fn new(entry_cost: u64) -> Self {
        let entry = Segment {
            place: 0,
            kind: Kind::Entry,
            cost: entry_cost,
            live: true,
            same_loop: true,
            successors: Vec::new(),
            innermost: None,
        };
        let body = Open {
            label: Label::Body,
            innermost: None,
            leaving: Vec::new(),
            condition: None,
        };
        Self {
            segments: vec![entry],
            open: vec![body],
        }
    }

    fn take(&mut self, place: u32, operator: &Operator<'_>, imports: &[&'static HostFunction]) {
        let current = self.segments.len().saturating_sub(1);
        if let Some(segment) = self.segments.last_mut() {
            segment.cost = segment.cost.saturating_add(price(operator, imports));
        }
        let next = place.saturating_add(1);
        match operator {
            Operator::Block { .. } => self.enter(None),
            Operator::Loop { .. } => {
                let header = self.segments.len();
                self.start(next, Kind::LoopHeader, Some(header));
                self.edge(current, header);
                let body = Open {
                    label: Label::Header(header),
                    innermost: Some(header),
                    leaving: Vec::new(),
                    condition: None,
                };
                self.open.push(body);
            }
            Operator::If { .. } => {
                self.enter(Some(current));
                let then = self.start(next, Kind::Plain, self.innermost());
                self.edge(current, then);
            }
            Operator::Else => {
                let otherwise = self.start(next, Kind::Plain, self.innermost());
                if let Some(block) = self.open.last_mut() {
                    block.leaving.push(current);
                    if let Some(condition) = block.condition.take() {
                        self.edge(condition, otherwise);
                    }
                }
            }
            Operator::End => {
                let Some(block) = self.open.pop() else { return };
                if matches!(block.label, Label::Body) {
                    return;
                }
                let after = self.start(next, Kind::Plain, self.innermost());
                self.edge(current, after);
                block
                    .leaving
                    .into_iter()
                    .chain(block.condition)
                    .for_each(|source| self.edge(source, after));
            }
            Operator::Br { relative_depth } => {
                self.branch(current, *relative_depth);
                self.start(next, Kind::Plain, self.innermost());
            }
            Operator::BrIf { relative_depth } => {
                self.branch(current, *relative_depth);
                let otherwise = self.start(next, Kind::Plain, self.innermost());
                self.edge(current, otherwise);
            }
            Operator::BrTable { targets } => {
                targets
                    .targets()
                    .flatten()
                    .chain([targets.default()])
                    .for_each(|depth| self.branch(current, depth));
                self.start(next, Kind::Plain, self.innermost());
            }
            Operator::Return | Operator::Unreachable => {
                self.start(next, Kind::Plain, self.innermost());
            }
            _ => {}
        }
    }

    fn enter(&mut self, condition: Option<usize>) {
        let block = Open {
            label: Label::End,
            innermost: self.innermost(),
            leaving: Vec::new(),
            condition,
        };
        self.open.push(block);
    }

    fn innermost(&self) -> Option<usize> {
        self.open.last().and_then(|block| block.innermost)
    }

    /// Begins a segment. No path leads to it until an edge does.
    fn start(&mut self, place: u32, kind: Kind, innermost: Option<usize>) -> usize {
        let segment = Segment {
            place,
            kind,
            cost: 0,
            live: false,
            same_loop: true,
            successors: Vec::new(),
            innermost,
        };
        self.segments.push(segment);
        self.segments.len().saturating_sub(1)
    }

    fn branch(&mut self, source: usize, depth: u32) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let Some(block) = self.open.iter_mut().nth_back(depth) else {
            return;
        };
        match block.label {
            Label::Body => {}
            Label::End => block.leaving.push(source),
            Label::Header(header) => self.edge(source, header),
        }
    }

    /// A way from `source` to `target`, if any path leads to `source` itself. All ways to a segment
    /// but those back to a loop header are known when it begins, so `live` is final by then.
    fn edge(&mut self, source: usize, target: usize) {
        let Some(from) = self.segments.get_mut(source).filter(|from| from.live) else {
            return;
        };
        from.successors.push(target);
        let innermost = from.innermost;
        if let Some(to) = self.segments.get_mut(target) {
            to.live = true;
            to.same_loop &= to.innermost == innermost;
        }
    }
}

fn price(operator: &Operator<'_>, imports: &[&'static HostFunction]) -> u64 {
    let host = match operator {
        Operator::Call { function_index } => usize::try_from(*function_index)
            .ok()
            .and_then(|index| imports.get(index)),
        _ => None,
    };
    host.map_or_else(|| cost(operator).unwrap_or_default(), |host| host.base)
}
