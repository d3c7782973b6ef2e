//! Rewrites one body. Instructions are copied as they stand, with charges and checks between them.
//!
//! ```text
//! block $out_of_gas
//!   block $body (result t)      a branch to the function's own label ends here, by the same index
//!     prologue, instructions    `return` becomes a branch to $body
//!   end
//!   epilogue: gas, return
//! end
//! cause = out of gas, unreachable
//! ```
//!
//! The gas is the last parameter, so locals that the body declares move up by one.

use twinroot_abi::{Gas, ValType};
use wasm_encoder::{BlockType, Function, InstructionSink};
use wasmparser::Operator;

use super::{CAUSE_OUT_OF_GAS, CAUSE_STACK, encoded, index};
use crate::FunctionCharges;
use crate::contract::{Body, Signature};
use crate::instruction::{BULK_BYTES_LOG2, GROW_PAGE};

/// Indices of the globals that the gate adds.
#[derive(Clone, Copy)]
pub(super) struct Globals {
    pub(super) stack: u32,
    pub(super) cause: u32,
}

impl Globals {
    /// They come after the contract's own.
    pub(super) fn after(own: u32) -> Self {
        Self {
            stack: own,
            cause: own.saturating_add(1),
        }
    }
}

/// The body that executes `charges`.
pub(super) fn metered(
    signature: &Signature,
    body: &Body<'_>,
    charges: &FunctionCharges,
    globals: Globals,
) -> Function {
    let gas = index(signature.params.len());
    let after = gas.saturating_add(body.local_count()).saturating_add(1);
    let own = body.locals.iter().copied();
    let all = own.chain([(1, ValType::I32), (1, ValType::I32)]);
    let locals: Vec<_> = all.map(|(count, kind)| (count, encoded(kind))).collect();
    let mut writer = Writer {
        code: Function::new(locals),
        globals,
        gas,
        operand: after,
        stack: after.saturating_add(1),
        counted: charges
            .counted_bytes
            .map(|bytes| i32::try_from(bytes).unwrap_or(i32::MAX)),
        open: Vec::new(),
        after_loop: false,
    };
    writer.prologue(signature.result);
    for (place, instruction) in (0..).zip(&body.code) {
        let check = charges.checks.contains(&place);
        let amount = charges.charges.get(&place).copied().unwrap_or(Gas::ZERO);
        match &instruction.operator {
            Operator::MemoryGrow { .. } if check => {
                writer.charge(amount);
                writer.charge_pages();
                writer.check(Gas::ZERO);
            }
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } if check => {
                writer.charge(amount);
                writer.charge_bytes();
                writer.check(Gas::ZERO);
            }
            _ if check => {
                writer.check(amount);
                writer.charge(amount);
            }
            _ if amount == Gas::ZERO => {}
            _ => {
                writer.part_from_loop();
                writer.charge(amount);
            }
        }
        writer.write(&instruction.operator, instruction.bytes);
    }
    writer.epilogue();
    writer.code
}

struct Writer {
    code: Function,
    globals: Globals,
    /// Parameter that holds the gas.
    gas: u32,
    /// Local that holds an operand while something goes below it.
    operand: u32,
    /// Local that holds what is left of the stack, in a counted function.
    stack: u32,
    /// What a counted function takes of the stack.
    counted: Option<i32>,
    /// Blocks of the body that are open; true for a loop.
    open: Vec<bool>,
    /// A loop ended, and nothing has been charged since.
    after_loop: bool,
}

impl Writer {
    fn sink(&mut self) -> InstructionSink<'_> {
        self.code.instructions()
    }

    fn prologue(&mut self, result: Option<ValType>) {
        let Self { globals, stack, .. } = *self;
        let result = result.map_or(BlockType::Empty, |kind| BlockType::Result(encoded(kind)));
        self.sink().block(BlockType::Empty).block(result);
        if let Some(bytes) = self.counted {
            self.sink()
                .global_get(globals.stack)
                .i32_const(bytes)
                .i32_sub()
                .local_tee(stack)
                .i32_const(0)
                .i32_lt_s()
                .if_(BlockType::Empty)
                .i32_const(CAUSE_STACK)
                .global_set(globals.cause)
                .unreachable()
                .end()
                .local_get(stack)
                .global_set(globals.stack);
        }
    }

    /// Gives back what was taken of the stack, and the gas. The `end` of $body is already written.
    fn epilogue(&mut self) {
        let Self {
            globals,
            gas,
            stack,
            ..
        } = *self;
        if let Some(bytes) = self.counted {
            self.sink()
                .local_get(stack)
                .i32_const(bytes)
                .i32_add()
                .global_set(globals.stack);
        }
        self.sink()
            .local_get(gas)
            .return_()
            .end()
            .i32_const(CAUSE_OUT_OF_GAS)
            .global_set(globals.cause)
            .unreachable()
            .end();
    }

    /// Takes away a number that is 0 while the body runs, which compilers cannot know: the cause. They
    /// would put the charge after a loop and the one at its head together, and so keep the gas from
    /// before the last turn beside the gas, in every turn.
    fn part_from_loop(&mut self) {
        let Self { gas, globals, .. } = *self;
        if self.after_loop {
            self.sink()
                .local_get(gas)
                .global_get(globals.cause)
                .i64_extend_i32_u()
                .i64_sub()
                .local_set(gas);
        }
    }

    fn charge(&mut self, Gas(amount): Gas) {
        if amount == 0 {
            return;
        }
        self.after_loop = false;
        let gas = self.gas;
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        self.sink()
            .local_get(gas)
            .i64_const(amount)
            .i64_sub()
            .local_set(gas);
    }

    /// Out of gas where there is less than is about to be charged. Compilers put charges that follow each
    /// other together, and then keep the gas from before the first; asked so, they need to keep no other.
    fn check(&mut self, Gas(amount): Gas) {
        let gas = self.gas;
        let out_of_gas = self.depth().saturating_add(1);
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        self.sink()
            .local_get(gas)
            .i64_const(amount)
            .i64_lt_s()
            .br_if(out_of_gas);
    }

    /// At most 2^32 pages of 2^13 gas: far from overflow.
    fn charge_pages(&mut self) {
        let Self { gas, operand, .. } = *self;
        let page = i64::try_from(GROW_PAGE).unwrap_or(i64::MAX);
        self.sink()
            .local_tee(operand)
            .local_get(gas)
            .local_get(operand)
            .i64_extend_i32_u();
        self.sink()
            .i64_const(page)
            .i64_mul()
            .i64_sub()
            .local_set(gas);
    }

    fn charge_bytes(&mut self) {
        let Self { gas, operand, .. } = *self;
        self.sink()
            .local_tee(operand)
            .local_get(gas)
            .local_get(operand)
            .i64_extend_i32_u();
        self.sink()
            .i64_const(i64::from(BULK_BYTES_LOG2))
            .i64_shr_u()
            .i64_sub()
            .local_set(gas);
    }

    fn write(&mut self, operator: &Operator<'_>, bytes: &[u8]) {
        let Self { gas, operand, .. } = *self;
        match operator {
            Operator::Return => {
                let body = self.depth();
                self.sink().br(body);
            }
            Operator::Call { .. } => {
                self.sink().local_get(gas);
                self.code.raw(bytes.iter().copied());
                self.sink().local_set(gas);
            }
            // The gas goes below the place in the table, above the arguments.
            Operator::CallIndirect { .. } => {
                self.sink()
                    .local_set(operand)
                    .local_get(gas)
                    .local_get(operand);
                self.code.raw(bytes.iter().copied());
                self.sink().local_set(gas);
            }
            Operator::LocalGet { local_index } => {
                let local = self.moved(*local_index);
                self.sink().local_get(local);
            }
            Operator::LocalSet { local_index } => {
                let local = self.moved(*local_index);
                self.sink().local_set(local);
            }
            Operator::LocalTee { local_index } => {
                let local = self.moved(*local_index);
                self.sink().local_tee(local);
            }
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.open.push(matches!(operator, Operator::Loop { .. }));
                self.code.raw(bytes.iter().copied());
            }
            Operator::End => {
                self.after_loop |= self.open.pop().unwrap_or(false);
                self.code.raw(bytes.iter().copied());
            }
            _ => {
                self.code.raw(bytes.iter().copied());
            }
        }
    }

    /// How many blocks of the body are open.
    fn depth(&self) -> u32 {
        index(self.open.len())
    }

    const fn moved(&self, local: u32) -> u32 {
        if local < self.gas {
            local
        } else {
            local.saturating_add(1)
        }
    }
}
