//! Arithmetic. What is not defined for its operands traps.

use wasmparser::Operator;

use crate::ReferenceError;
use crate::run::machine::Break;
use crate::value::{Operand, Operands};

/// Carries out an instruction that does nothing but compute.
pub(crate) fn execute(operator: &Operator<'_>, operands: &mut Operands) -> Result<(), Break> {
    use Operator::*;
    let of = operands;
    match operator {
        I32Const { value } => constant(of, *value),
        I64Const { value } => constant(of, *value),

        I32Eqz => unary(of, |a: i32| a == 0),
        I32Clz => unary(of, |a: u32| a.leading_zeros()),
        I32Ctz => unary(of, |a: u32| a.trailing_zeros()),
        I32Popcnt => unary(of, |a: u32| a.count_ones()),
        I32Extend8S => unary(of, |a: i32| i32::from(a as i8)),
        I32Extend16S => unary(of, |a: i32| i32::from(a as i16)),
        I32WrapI64 => unary(of, |a: i64| a as i32),
        I64Eqz => unary(of, |a: i64| a == 0),
        I64Clz => unary(of, |a: u64| u64::from(a.leading_zeros())),
        I64Ctz => unary(of, |a: u64| u64::from(a.trailing_zeros())),
        I64Popcnt => unary(of, |a: u64| u64::from(a.count_ones())),
        I64Extend8S => unary(of, |a: i64| i64::from(a as i8)),
        I64Extend16S => unary(of, |a: i64| i64::from(a as i16)),
        I64Extend32S => unary(of, |a: i64| i64::from(a as i32)),
        I64ExtendI32S => unary(of, |a: i32| i64::from(a)),
        I64ExtendI32U => unary(of, |a: u32| u64::from(a)),

        I32Eq => binary(of, |a: i32, b: i32| a == b),
        I32Ne => binary(of, |a: i32, b: i32| a != b),
        I32LtS => binary(of, |a: i32, b: i32| a < b),
        I32LtU => binary(of, |a: u32, b: u32| a < b),
        I32GtS => binary(of, |a: i32, b: i32| a > b),
        I32GtU => binary(of, |a: u32, b: u32| a > b),
        I32LeS => binary(of, |a: i32, b: i32| a <= b),
        I32LeU => binary(of, |a: u32, b: u32| a <= b),
        I32GeS => binary(of, |a: i32, b: i32| a >= b),
        I32GeU => binary(of, |a: u32, b: u32| a >= b),
        I32Add => binary(of, i32::wrapping_add),
        I32Sub => binary(of, i32::wrapping_sub),
        I32Mul => binary(of, i32::wrapping_mul),
        I32And => binary(of, |a: i32, b: i32| a & b),
        I32Or => binary(of, |a: i32, b: i32| a | b),
        I32Xor => binary(of, |a: i32, b: i32| a ^ b),
        I32Shl => binary(of, |a: u32, b: u32| a.wrapping_shl(b)),
        I32ShrS => binary(of, |a: i32, b: u32| a.wrapping_shr(b)),
        I32ShrU => binary(of, |a: u32, b: u32| a.wrapping_shr(b)),
        I32Rotl => binary(of, |a: u32, b: u32| a.rotate_left(b % 32)),
        I32Rotr => binary(of, |a: u32, b: u32| a.rotate_right(b % 32)),
        I32DivS => division(of, i32::checked_div),
        I32DivU => division(of, u32::checked_div),
        I32RemS => division(of, |a: i32, b: i32| (b != 0).then(|| a.wrapping_rem(b))),
        I32RemU => division(of, u32::checked_rem),

        I64Eq => binary(of, |a: i64, b: i64| a == b),
        I64Ne => binary(of, |a: i64, b: i64| a != b),
        I64LtS => binary(of, |a: i64, b: i64| a < b),
        I64LtU => binary(of, |a: u64, b: u64| a < b),
        I64GtS => binary(of, |a: i64, b: i64| a > b),
        I64GtU => binary(of, |a: u64, b: u64| a > b),
        I64LeS => binary(of, |a: i64, b: i64| a <= b),
        I64LeU => binary(of, |a: u64, b: u64| a <= b),
        I64GeS => binary(of, |a: i64, b: i64| a >= b),
        I64GeU => binary(of, |a: u64, b: u64| a >= b),
        I64Add => binary(of, i64::wrapping_add),
        I64Sub => binary(of, i64::wrapping_sub),
        I64Mul => binary(of, i64::wrapping_mul),
        I64And => binary(of, |a: i64, b: i64| a & b),
        I64Or => binary(of, |a: i64, b: i64| a | b),
        I64Xor => binary(of, |a: i64, b: i64| a ^ b),
        I64Shl => binary(of, |a: u64, b: u64| a.wrapping_shl(low(b))),
        I64ShrS => binary(of, |a: i64, b: u64| a.wrapping_shr(low(b))),
        I64ShrU => binary(of, |a: u64, b: u64| a.wrapping_shr(low(b))),
        I64Rotl => binary(of, |a: u64, b: u64| a.rotate_left(low(b))),
        I64Rotr => binary(of, |a: u64, b: u64| a.rotate_right(low(b))),
        I64DivS => division(of, i64::checked_div),
        I64DivU => division(of, u64::checked_div),
        I64RemS => division(of, |a: i64, b: i64| (b != 0).then(|| a.wrapping_rem(b))),
        I64RemU => division(of, u64::checked_rem),

        other => Err(ReferenceError::forbidden(format!("{other:?}")).into()),
    }
}

/// By how many bits 64 are shifted.
fn low(count: u64) -> u32 {
    (count % 64) as u32
}

fn constant(operands: &mut Operands, value: impl Operand) -> Result<(), Break> {
    operands.push(value);
    Ok(())
}

fn unary<A: Operand, R: Operand>(
    operands: &mut Operands,
    compute: impl Fn(A) -> R,
) -> Result<(), Break> {
    let a = operands.pop()?;
    operands.push(compute(a));
    Ok(())
}

fn binary<A: Operand, B: Operand, R: Operand>(
    operands: &mut Operands,
    compute: impl Fn(A, B) -> R,
) -> Result<(), Break> {
    division(operands, |a, b| Some(compute(a, b)))
}

/// Traps where there is no result: a division by 0, or a quotient that does not fit.
fn division<A: Operand, B: Operand, R: Operand>(
    operands: &mut Operands,
    compute: impl Fn(A, B) -> Option<R>,
) -> Result<(), Break> {
    let b = operands.pop()?;
    let a = operands.pop()?;
    operands.push(compute(a, b).ok_or(Break::TRAP)?);
    Ok(())
}
