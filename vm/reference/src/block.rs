//! Blocks: where each begins and ends, and which of them is around a place.
//!
//! ```text
//! place        0      1      2     3      4     5      6
//!              block  loop   nop   br_if  end   end    end
//! around it    body   block  loop  loop   loop  block  body
//! ```

use std::collections::BTreeMap;

use wasmparser::Operator;

use crate::ReferenceError;
use crate::error::Present;

/// Number of the block that is the whole body.
pub(crate) const BODY: usize = 0;

/// A block of a body; the body itself is one.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    /// Place of its `block`, `loop` or `if`.
    pub(crate) start: usize,
    /// Place of its `else`.
    pub(crate) otherwise: Option<usize>,
    /// Place of its `end`.
    pub(crate) end: usize,
    /// Number of the block around it.
    pub(crate) around: Option<usize>,
    /// How many results it gives.
    pub(crate) results: usize,
}

/// What opens a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Body,
    Block,
    Loop,
    If,
}

/// The blocks of a body.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// In the order in which they are opened; the body comes first.
    pub(crate) blocks: Vec<Block>,
    /// For each place, the number of the innermost block around it. What opens a block is outside of
    /// it, its `else` and its `end` are inside.
    inside: Vec<usize>,
    /// By the place of what opens it, the number of a block.
    opened: BTreeMap<usize, usize>,
}

impl Blocks {
    pub(crate) fn of(code: &[Operator<'_>], results: usize) -> Result<Self, ReferenceError> {
        let mut found = Self::default();
        let mut innermost = Some(found.open(BlockKind::Body, 0, None, results));
        for (place, operator) in code.iter().enumerate() {
            let current = innermost.present("the block of an instruction")?;
            found.inside.push(current);
            let kind = match operator {
                Operator::Block { blockty } => Some((BlockKind::Block, blockty)),
                Operator::Loop { blockty } => Some((BlockKind::Loop, blockty)),
                Operator::If { blockty } => Some((BlockKind::If, blockty)),
                _ => None,
            };
            if let Some((kind, blockty)) = kind {
                let results = results_of(*blockty)?;
                let opened = found.open(kind, place, Some(current), results);
                found.opened.insert(place, opened);
                innermost = Some(opened);
            }
            let block = found.blocks.get_mut(current).present("a block")?;
            match operator {
                Operator::Else => block.otherwise = Some(place),
                Operator::End => {
                    block.end = place;
                    innermost = block.around;
                }
                _ => {}
            }
        }
        match innermost {
            None => Ok(found),
            Some(_) => Err(ReferenceError::Missing { what: "an `end`" }),
        }
    }

    fn open(
        &mut self,
        kind: BlockKind,
        start: usize,
        around: Option<usize>,
        results: usize,
    ) -> usize {
        self.blocks.push(Block {
            kind,
            start,
            otherwise: None,
            end: start,
            around,
            results,
        });
        self.blocks.len().saturating_sub(1)
    }

    pub(crate) fn block(&self, number: usize) -> Result<&Block, ReferenceError> {
        self.blocks.get(number).present("a block")
    }

    /// The innermost block around a place.
    pub(crate) fn around(&self, place: usize) -> Result<&Block, ReferenceError> {
        let number = self.inside.get(place).present("a place")?;
        self.block(*number)
    }

    /// Number of the block that the instruction at a place opens.
    pub(crate) fn opened_at(&self, place: usize) -> Result<usize, ReferenceError> {
        self.opened.get(&place).copied().present("a block")
    }

    /// The block that a branch at `place` names: `label` blocks outwards from the innermost.
    pub(crate) fn named(&self, place: usize, label: u32) -> Result<&Block, ReferenceError> {
        let mut block = self.around(place)?;
        for _ in 0..label {
            block = self.block(block.around.present("the target of a branch")?)?;
        }
        Ok(block)
    }

    /// Place of the innermost `loop` around a place (docs/spec/vm.md, 3.3).
    pub(crate) fn innermost_loop(&self, place: usize) -> Result<Option<usize>, ReferenceError> {
        let mut block = self.around(place)?;
        loop {
            if block.kind == BlockKind::Loop {
                return Ok(Some(block.start));
            }
            match block.around {
                Some(around) => block = self.block(around)?,
                None => return Ok(None),
            }
        }
    }
}

/// A block has no parameter and at most one result (docs/spec/vm.md, 1.3).
fn results_of(kind: wasmparser::BlockType) -> Result<usize, ReferenceError> {
    match kind {
        wasmparser::BlockType::Empty => Ok(0),
        wasmparser::BlockType::Type(_) => Ok(1),
        wasmparser::BlockType::FuncType(_) => {
            Err(ReferenceError::forbidden("a block of a function type"))
        }
    }
}
