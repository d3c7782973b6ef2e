//! What a function takes of the stack while it runs (docs/spec/vm.md, 4.2).

use wasmparser::Operator;

use crate::ReferenceError;
use crate::block::{BODY, BlockKind};
use crate::error::Present;
use crate::instruction::Row;
use crate::module::{Function, Module};

/// Bytes of the frame of a function.
pub(crate) fn frame_bytes(
    module: &Module<'_>,
    function: &Function<'_>,
) -> Result<u64, ReferenceError> {
    let count = |things: usize| u64::try_from(things).unwrap_or(u64::MAX);
    let locals = count(function.body.locals.len());
    let height = count(height(module, function)?);
    let params = count(function.signature.params.len());
    let instructions = count(function.body.code.len());
    Ok(locals
        .saturating_add(height)
        .saturating_mul(8)
        .saturating_add(params.saturating_mul(16))
        .saturating_add(instructions)
        .saturating_add(64))
}

/// The greatest height of the operand stack of the validation algorithm after any instruction.
///
/// The algorithm keeps types; how high its stack is depends on their number alone. Code that is never
/// reached takes operands that are not there, and gives what it gives.
fn height(module: &Module<'_>, function: &Function<'_>) -> Result<usize, ReferenceError> {
    let mut stack = Stack::new(function.body.blocks.block(BODY)?.results);
    let mut greatest = 0;
    for (place, operator) in function.body.code.iter().enumerate() {
        stack.validate(module, function, place, operator)?;
        greatest = greatest.max(stack.height);
    }
    Ok(greatest)
}

/// The two stacks of the validation algorithm.
struct Stack {
    /// How many operands there are.
    height: usize,
    /// The control stack.
    open: Vec<Open>,
}

/// An open block.
#[derive(Clone, Copy)]
struct Open {
    kind: BlockKind,
    /// How many operands there were when it was opened.
    height: usize,
    results: usize,
    /// Whether what follows is never reached.
    unreachable: bool,
}

impl Stack {
    fn new(results: usize) -> Self {
        let mut stack = Self {
            height: 0,
            open: Vec::new(),
        };
        stack.push_control(BlockKind::Body, results);
        stack
    }

    fn validate(
        &mut self,
        module: &Module<'_>,
        function: &Function<'_>,
        place: usize,
        operator: &Operator<'_>,
    ) -> Result<(), ReferenceError> {
        let blocks = &function.body.blocks;
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                if matches!(operator, Operator::If { .. }) {
                    self.pop(1)?;
                }
                let block = blocks.block(blocks.opened_at(place)?)?;
                self.push_control(block.kind, block.results);
            }
            Operator::Else => {
                let block = self.pop_control()?;
                self.push_control(block.kind, block.results);
            }
            Operator::End => {
                let block = self.pop_control()?;
                self.push(block.results);
            }
            Operator::Br { relative_depth } => {
                self.pop(self.label_operands(*relative_depth)?)?;
                self.unreachable()?;
            }
            Operator::BrIf { relative_depth } => {
                let operands = self.label_operands(*relative_depth)?;
                self.pop(1)?;
                self.pop(operands)?;
                self.push(operands);
            }
            Operator::BrTable { targets } => {
                let operands = self.label_operands(targets.default())?;
                self.pop(1)?;
                self.pop(operands)?;
                self.unreachable()?;
            }
            Operator::Return => {
                self.pop(blocks.block(BODY)?.results)?;
                self.unreachable()?;
            }
            Operator::Unreachable => self.unreachable()?,
            _ => {
                let (taken, given) = operands(module, operator)?;
                self.pop(taken)?;
                self.push(given);
            }
        }
        Ok(())
    }

    fn push(&mut self, operands: usize) {
        self.height = self.height.saturating_add(operands);
    }

    /// Where code is never reached, there are always operands, also below those of the block.
    fn pop(&mut self, operands: usize) -> Result<(), ReferenceError> {
        let block = self.open.last().present("a block")?;
        let here = self.height.saturating_sub(block.height);
        if operands > here && !block.unreachable {
            return Err(ReferenceError::Missing { what: "an operand" });
        }
        self.height = self.height.saturating_sub(operands.min(here));
        Ok(())
    }

    fn push_control(&mut self, kind: BlockKind, results: usize) {
        self.open.push(Open {
            kind,
            height: self.height,
            results,
            unreachable: false,
        });
    }

    fn pop_control(&mut self) -> Result<Open, ReferenceError> {
        let block = *self.open.last().present("a block")?;
        self.pop(block.results)?;
        self.height = block.height;
        self.open.pop();
        Ok(block)
    }

    /// How many operands a branch to that label takes: a loop is entered with none.
    fn label_operands(&self, label: u32) -> Result<usize, ReferenceError> {
        let depth = crate::module::number(label);
        let block = self.open.iter().nth_back(depth).present("a label")?;
        Ok(match block.kind {
            BlockKind::Loop => 0,
            BlockKind::Body | BlockKind::Block | BlockKind::If => block.results,
        })
    }

    fn unreachable(&mut self) -> Result<(), ReferenceError> {
        let block = self.open.last_mut().present("a block")?;
        block.unreachable = true;
        self.height = block.height;
        Ok(())
    }
}

/// How many operands an instruction that is no jump takes, and how many it gives.
fn operands(
    module: &Module<'_>,
    operator: &Operator<'_>,
) -> Result<(usize, usize), ReferenceError> {
    Ok(match operator {
        Operator::Nop => (0, 0),
        Operator::Drop => (1, 0),
        Operator::Select => (3, 1),
        Operator::LocalGet { .. } | Operator::GlobalGet { .. } => (0, 1),
        Operator::LocalSet { .. } | Operator::GlobalSet { .. } => (1, 0),
        Operator::LocalTee { .. } => (1, 1),
        Operator::Call { function_index } => module.shape(module.callee(*function_index))?,
        Operator::CallIndirect { type_index, .. } => {
            let (params, results) = module.signature(*type_index)?.shape();
            (params.saturating_add(1), results)
        }
        _ => match Row::of(operator)? {
            Row::Constant | Row::MemorySize => (0, 1),
            Row::Load | Row::Unary | Row::MemoryGrow => (1, 1),
            Row::Store => (2, 0),
            Row::Binary | Row::Division => (2, 1),
            Row::MemoryCopy | Row::MemoryFill => (3, 0),
            // Their instructions were met above, or by the caller.
            Row::Free | Row::Jump | Row::Move => (0, 0),
            Row::BranchTable | Row::Call | Row::CallIndirect => (0, 0),
        },
    })
}
