//! Values and the operand stack.

use twinroot_abi::ValType;

use crate::ReferenceError;
use crate::error::Present;

/// A value of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    I32(i32),
    I64(i64),
}

impl Value {
    /// What a local begins with.
    pub(crate) fn zero(kind: ValType) -> Self {
        Self::of(kind, 0)
    }

    /// The low bits of `bits`, as many as the type has.
    pub(crate) fn of(kind: ValType, bits: i64) -> Self {
        match kind {
            ValType::I32 => Self::I32(bits as i32),
            ValType::I64 => Self::I64(bits),
        }
    }

    /// As 64 bits; 32 are extended by their sign.
    pub(crate) fn bits(self) -> i64 {
        match self {
            Self::I32(value) => i64::from(value),
            Self::I64(value) => value,
        }
    }
}

/// A number as instructions read it from a value, or leave it as one.
pub(crate) trait Operand: Sized {
    fn from_value(value: Value) -> Option<Self>;
    fn into_value(self) -> Value;
}

impl Operand for Value {
    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }

    fn into_value(self) -> Value {
        self
    }
}

impl Operand for i32 {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::I32(value) => Some(value),
            Value::I64(_) => None,
        }
    }

    fn into_value(self) -> Value {
        Value::I32(self)
    }
}

impl Operand for u32 {
    fn from_value(value: Value) -> Option<Self> {
        i32::from_value(value).map(i32::cast_unsigned)
    }

    fn into_value(self) -> Value {
        Value::I32(self.cast_signed())
    }
}

impl Operand for i64 {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::I32(_) => None,
            Value::I64(value) => Some(value),
        }
    }

    fn into_value(self) -> Value {
        Value::I64(self)
    }
}

impl Operand for u64 {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(i64::cast_unsigned)
    }

    fn into_value(self) -> Value {
        Value::I64(self.cast_signed())
    }
}

/// A condition is an i32; whatever is not 0 is true.
impl Operand for bool {
    fn from_value(value: Value) -> Option<Self> {
        i32::from_value(value).map(|value| value != 0)
    }

    fn into_value(self) -> Value {
        Value::I32(i32::from(self))
    }
}

/// The operands of one frame.
#[derive(Default)]
pub(crate) struct Operands(Vec<Value>);

impl Operands {
    pub(crate) fn height(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, operand: impl Operand) {
        self.0.push(operand.into_value());
    }

    pub(crate) fn pop<T: Operand>(&mut self) -> Result<T, ReferenceError> {
        self.0.pop().and_then(T::from_value).present("an operand")
    }

    /// The uppermost operand, left where it is.
    pub(crate) fn top<T: Operand>(&self) -> Result<T, ReferenceError> {
        let top = self.0.last().copied();
        top.and_then(T::from_value).present("an operand")
    }

    /// The uppermost operands, in the order in which they were pushed.
    pub(crate) fn take(&mut self, count: usize) -> Result<Vec<Value>, ReferenceError> {
        let kept = self.0.len().checked_sub(count).present("an operand")?;
        Ok(self.0.split_off(kept))
    }

    /// Keeps the uppermost `count` operands and, of those below, as many as `height`.
    pub(crate) fn unwind(&mut self, height: usize, count: usize) -> Result<(), ReferenceError> {
        let kept = self.take(count)?;
        self.0.truncate(height);
        self.0.extend(kept);
        Ok(())
    }
}
