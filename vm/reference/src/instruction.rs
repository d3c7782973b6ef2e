//! What an instruction costs (docs/spec/vm.md, 3.2).

use wasmparser::Operator;

use crate::ReferenceError;

/// A row of the table of costs. Rows that differ only in their reason stand together, those whose
/// instructions take or give another number of operands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// Brackets, `nop` and `drop`.
    Free,
    /// Jumps, and `select`.
    Jump,
    /// Of locals and globals.
    Move,
    Constant,
    Load,
    Store,
    MemorySize,
    /// Arithmetic of one operand.
    Unary,
    /// Arithmetic of two.
    Binary,
    BranchTable,
    Call,
    CallIndirect,
    Division,
    MemoryGrow,
    MemoryCopy,
    MemoryFill,
}

impl Row {
    /// The row of an instruction. One that is in none is not allowed.
    pub(crate) fn of(operator: &Operator<'_>) -> Result<Self, ReferenceError> {
        use Operator::*;
        Ok(match operator {
            Block { .. } | Loop { .. } | Else | End | Nop | Drop => Self::Free,
            Unreachable | If { .. } | Br { .. } | BrIf { .. } | Return | Select => Self::Jump,
            LocalGet { .. } | LocalSet { .. } | LocalTee { .. } => Self::Move,
            GlobalGet { .. } | GlobalSet { .. } => Self::Move,
            I32Const { .. } | I64Const { .. } => Self::Constant,
            I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } => Self::Load,
            I32Load16S { .. } | I32Load16U { .. } => Self::Load,
            I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } => Self::Load,
            I64Load16S { .. } | I64Load16U { .. } => Self::Load,
            I64Load32S { .. } | I64Load32U { .. } => Self::Load,
            I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => Self::Store,
            I64Store { .. } | I64Store8 { .. } => Self::Store,
            I64Store16 { .. } | I64Store32 { .. } => Self::Store,
            MemorySize { .. } => Self::MemorySize,
            I32Eqz | I64Eqz => Self::Unary,
            I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU => Self::Binary,
            I32LeS | I32LeU | I32GeS | I32GeU => Self::Binary,
            I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU => Self::Binary,
            I64LeS | I64LeU | I64GeS | I64GeU => Self::Binary,
            I32Clz | I32Ctz | I32Popcnt | I64Clz | I64Ctz | I64Popcnt => Self::Unary,
            I32Add | I32Sub | I32Mul | I32And | I32Or | I32Xor => Self::Binary,
            I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => Self::Binary,
            I64Add | I64Sub | I64Mul | I64And | I64Or | I64Xor => Self::Binary,
            I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => Self::Binary,
            I32WrapI64 | I64ExtendI32S | I64ExtendI32U => Self::Unary,
            I32Extend8S | I32Extend16S => Self::Unary,
            I64Extend8S | I64Extend16S | I64Extend32S => Self::Unary,
            BrTable { .. } => Self::BranchTable,
            Call { .. } => Self::Call,
            CallIndirect { .. } => Self::CallIndirect,
            I32DivS | I32DivU | I32RemS | I32RemU => Self::Division,
            I64DivS | I64DivU | I64RemS | I64RemU => Self::Division,
            MemoryGrow { .. } => Self::MemoryGrow,
            MemoryCopy { .. } => Self::MemoryCopy,
            MemoryFill { .. } => Self::MemoryFill,
            other => return Err(ReferenceError::forbidden(format!("{other:?}"))),
        })
    }

    /// Cost of the instruction. That of a host function is its price instead.
    pub(crate) fn cost(self) -> u64 {
        match self {
            Self::Free => 0,
            Self::Jump | Self::Move | Self::Constant => 1,
            Self::Store | Self::MemorySize => 1,
            Self::Load => 3,
            Self::Unary | Self::Binary => 1,
            Self::BranchTable => 2,
            Self::Call => 5,
            Self::CallIndirect => 8,
            Self::Division => 14,
            Self::MemoryGrow => 100,
            Self::MemoryCopy => 20,
            Self::MemoryFill => 300,
        }
    }
}
