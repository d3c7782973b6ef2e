//! The memory, and the instructions that read and write it.

use wasmparser::{MemArg, Operator};

use crate::module::Pages;
use crate::run::machine::Break;
use crate::value::{Operand, Operands};

/// Bytes of a page.
const PAGE: usize = 65_536;

/// A memory; one without bytes where the module has none.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) bytes: Vec<u8>,
    /// Bytes that it can grow to.
    most: usize,
}

impl Memory {
    pub(crate) fn new(pages: Option<Pages>) -> Self {
        let bytes = |pages: u64| usize::try_from(pages).unwrap_or(0).saturating_mul(PAGE);
        Self {
            bytes: vec![0; pages.map_or(0, |pages| bytes(pages.initial))],
            most: pages.map_or(0, |pages| bytes(pages.most)),
        }
    }

    fn pages(&self) -> u32 {
        u32::try_from(self.bytes.len() / PAGE).unwrap_or(u32::MAX)
    }

    /// Within its maximum a memory always grows (docs/spec/vm.md, 7.3).
    fn grow(&mut self, pages: u32) -> i32 {
        let before = self.pages().cast_signed();
        let after = self
            .bytes
            .len()
            .saturating_add(length(pages).saturating_mul(PAGE));
        if after > self.most {
            return -1;
        }
        self.bytes.resize(after, 0);
        before
    }

    fn load<const N: usize>(&self, memarg: &MemArg, address: u32) -> Option<[u8; N]> {
        let first = effective(memarg, address)?;
        let bytes = self.bytes.get(first..first.checked_add(N)?)?;
        bytes.try_into().ok()
    }

    fn store(&mut self, memarg: &MemArg, address: u32, bytes: &[u8]) -> Option<()> {
        let first = effective(memarg, address)?;
        let last = first.checked_add(bytes.len())?;
        self.bytes.get_mut(first..last)?.copy_from_slice(bytes);
        Some(())
    }

    fn copy(&mut self, to: u32, from: u32, count: u32) -> Option<()> {
        let (to, from, count) = (length(to), length(from), length(count));
        let source = from..from.checked_add(count)?;
        self.bytes.get(source.clone())?;
        self.bytes.get(to..to.checked_add(count)?)?;
        self.bytes.copy_within(source, to);
        Some(())
    }

    fn fill(&mut self, to: u32, byte: u8, count: u32) -> Option<()> {
        let to = length(to);
        let end = to.checked_add(length(count))?;
        self.bytes.get_mut(to..end)?.fill(byte);
        Some(())
    }
}

/// An address plus its offset does not wrap round.
fn effective(memarg: &MemArg, address: u32) -> Option<usize> {
    let sum = memarg.offset.checked_add(u64::from(address))?;
    usize::try_from(sum).ok()
}

fn length(count: u32) -> usize {
    crate::module::number(count)
}

/// Carries out an instruction of the memory; `None` if it is none.
pub(crate) fn execute(
    operator: &Operator<'_>,
    memory: &mut Memory,
    operands: &mut Operands,
) -> Option<Result<(), Break>> {
    let mut of = Access { memory, operands };
    Some(match operator {
        Operator::I32Load { memarg } => of.load(memarg, i32::from_le_bytes),
        Operator::I32Load8S { memarg } => of.load(memarg, |b| i32::from(i8::from_le_bytes(b))),
        Operator::I32Load8U { memarg } => of.load(memarg, |b| u32::from(u8::from_le_bytes(b))),
        Operator::I32Load16S { memarg } => of.load(memarg, |b| i32::from(i16::from_le_bytes(b))),
        Operator::I32Load16U { memarg } => of.load(memarg, |b| u32::from(u16::from_le_bytes(b))),
        Operator::I64Load { memarg } => of.load(memarg, i64::from_le_bytes),
        Operator::I64Load8S { memarg } => of.load(memarg, |b| i64::from(i8::from_le_bytes(b))),
        Operator::I64Load8U { memarg } => of.load(memarg, |b| u64::from(u8::from_le_bytes(b))),
        Operator::I64Load16S { memarg } => of.load(memarg, |b| i64::from(i16::from_le_bytes(b))),
        Operator::I64Load16U { memarg } => of.load(memarg, |b| u64::from(u16::from_le_bytes(b))),
        Operator::I64Load32S { memarg } => of.load(memarg, |b| i64::from(i32::from_le_bytes(b))),
        Operator::I64Load32U { memarg } => of.load(memarg, |b| u64::from(u32::from_le_bytes(b))),
        Operator::I32Store { memarg } => of.store::<u32>(memarg, 4),
        Operator::I32Store8 { memarg } => of.store::<u32>(memarg, 1),
        Operator::I32Store16 { memarg } => of.store::<u32>(memarg, 2),
        Operator::I64Store { memarg } => of.store::<u64>(memarg, 8),
        Operator::I64Store8 { memarg } => of.store::<u64>(memarg, 1),
        Operator::I64Store16 { memarg } => of.store::<u64>(memarg, 2),
        Operator::I64Store32 { memarg } => of.store::<u64>(memarg, 4),
        Operator::MemorySize { .. } => {
            of.operands.push(of.memory.pages());
            Ok(())
        }
        Operator::MemoryGrow { .. } => of.grow(),
        Operator::MemoryCopy { .. } => of.copy(),
        Operator::MemoryFill { .. } => of.fill(),
        _ => return None,
    })
}

/// A memory and the operands for it.
struct Access<'m> {
    memory: &'m mut Memory,
    operands: &'m mut Operands,
}

impl Access<'_> {
    fn load<const N: usize, T: Operand>(
        &mut self,
        memarg: &MemArg,
        number: impl Fn([u8; N]) -> T,
    ) -> Result<(), Break> {
        let address = self.operands.pop()?;
        let bytes = self.memory.load(memarg, address).ok_or(Break::TRAP)?;
        self.operands.push(number(bytes));
        Ok(())
    }

    /// Writes the low `count` bytes of a number.
    fn store<T: Operand + Into<u64>>(
        &mut self,
        memarg: &MemArg,
        count: usize,
    ) -> Result<(), Break> {
        let number: u64 = self.operands.pop::<T>()?.into();
        let address = self.operands.pop()?;
        let bytes = number.to_le_bytes();
        let bytes = bytes.get(..count).unwrap_or(&bytes);
        self.memory.store(memarg, address, bytes).ok_or(Break::TRAP)
    }

    fn grow(&mut self) -> Result<(), Break> {
        let pages = self.operands.pop()?;
        self.operands.push(self.memory.grow(pages));
        Ok(())
    }

    fn copy(&mut self) -> Result<(), Break> {
        let count = self.operands.pop()?;
        let from = self.operands.pop()?;
        let to = self.operands.pop()?;
        self.memory.copy(to, from, count).ok_or(Break::TRAP)
    }

    fn fill(&mut self) -> Result<(), Break> {
        let count = self.operands.pop()?;
        let [byte, ..] = self.operands.pop::<u32>()?.to_le_bytes();
        let to = self.operands.pop()?;
        self.memory.fill(to, byte, count).ok_or(Break::TRAP)
    }
}
