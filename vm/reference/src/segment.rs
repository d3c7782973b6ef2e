//! Segments and the edges between them (docs/spec/vm.md, 3.3).

use std::collections::BTreeMap;

use wasmparser::Operator;

use crate::ReferenceError;
use crate::block::{Block, BlockKind};
use crate::body::Body;
use crate::error::Present;

/// A straight piece of a body.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Its first place.
    pub(crate) first: usize,
    /// Its last place.
    pub(crate) last: usize,
    pub(crate) kind: SegmentKind,
    /// Place of the innermost loop around its start.
    pub(crate) innermost_loop: Option<usize>,
    /// Numbers of the segments that it has an edge to.
    pub(crate) edges: Vec<usize>,
    pub(crate) live: bool,
}

/// What a segment starts after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentKind {
    /// Nothing: it is at place 0.
    Entry,
    /// A `loop`.
    Header,
    /// Anything else.
    Plain,
}

/// The segments of a body, in order.
pub(crate) fn segments(body: &Body<'_>) -> Result<Vec<Segment>, ReferenceError> {
    let mut segments = cut(body)?;
    let by_place: BTreeMap<usize, usize> = segments
        .iter()
        .enumerate()
        .map(|(number, segment)| (segment.first, number))
        .collect();
    for segment in &mut segments {
        for place in targets(body, segment.last)? {
            let target = by_place.get(&place).present("the segment of a target")?;
            segment.edges.push(*target);
        }
    }
    enliven(&mut segments)?;
    Ok(segments)
}

fn cut(body: &Body<'_>) -> Result<Vec<Segment>, ReferenceError> {
    let mut segments = Vec::new();
    let mut start = Some((0, SegmentKind::Entry));
    for (place, operator) in body.code.iter().enumerate() {
        let next = match operator {
            Operator::Loop { .. } => SegmentKind::Header,
            Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable => SegmentKind::Plain,
            _ => continue,
        };
        let (first, kind) = start.take().present("the start of a segment")?;
        segments.push(Segment {
            first,
            last: place,
            kind,
            innermost_loop: body.blocks.innermost_loop(first)?,
            edges: Vec::new(),
            live: false,
        });
        start = Some((after(place), next));
    }
    Ok(segments)
}

/// The first places of the segments that the segment which ends at `last` has an edge to.
fn targets(body: &Body<'_>, last: usize) -> Result<Vec<usize>, ReferenceError> {
    let blocks = &body.blocks;
    let next = after(last);
    let branch = |label: u32| blocks.named(last, label).map(target);
    Ok(match body.code.get(last).present("an instruction")? {
        Operator::Loop { .. } => vec![next],
        Operator::If { .. } => {
            let block = blocks.block(blocks.opened_at(last)?)?;
            vec![next, after(block.otherwise.unwrap_or(block.end))]
        }
        Operator::Else => vec![after(blocks.around(last)?.end)],
        Operator::End => match blocks.around(last)?.kind {
            BlockKind::Body => vec![],
            BlockKind::Block | BlockKind::Loop | BlockKind::If => vec![next],
        },
        Operator::Br { relative_depth } => branch(*relative_depth)?.into_iter().collect(),
        Operator::BrIf { relative_depth } => {
            branch(*relative_depth)?.into_iter().chain([next]).collect()
        }
        Operator::BrTable { targets } => {
            let mut places = Vec::new();
            for label in targets.targets().chain([Ok(targets.default())]) {
                places.extend(branch(label?)?);
            }
            places
        }
        _ => vec![],
    })
}

/// Where a branch to a block goes; nowhere, if it leaves the function.
fn target(block: &Block) -> Option<usize> {
    match block.kind {
        BlockKind::Body => None,
        BlockKind::Block | BlockKind::If => Some(after(block.end)),
        BlockKind::Loop => Some(after(block.start)),
    }
}

/// A segment is live if it is the entry segment or has an edge from a live segment.
fn enliven(segments: &mut [Segment]) -> Result<(), ReferenceError> {
    let mut reached = vec![0];
    while let Some(number) = reached.pop() {
        let segment = segments.get_mut(number).present("a segment")?;
        if !segment.live {
            segment.live = true;
            reached.extend(&segment.edges);
        }
    }
    Ok(())
}

fn after(place: usize) -> usize {
    place.saturating_add(1)
}
