//! Rewrites one body. Instructions are copied as they stand, with charges and checks between them.
//!
//! ```text
//! block $out_of_gas
//!   block $body (result t)      a branch to the function's own label ends here, by the same index
//!     prologue, instructions    `return` becomes a branch to $body
//!   end
//!   epilogue, return
//! end
//! cause = out of gas, unreachable
//! ```

use twinroot_abi::{Gas, ValType};
use wasm_encoder::{BlockType, Function, InstructionSink};
use wasmparser::Operator;

use super::{CAUSE_OUT_OF_GAS, CAUSE_STACK, encoded, index};
use crate::FunctionCharges;
use crate::contract::{Body, Contract, Signature};
use crate::instruction::{BULK_BYTES_LOG2, GROW_PAGE};

/// Indices of the globals that count.
#[derive(Clone, Copy)]
pub(super) struct Globals {
    pub(super) gas: u32,
    pub(super) stack: u32,
    pub(super) cause: u32,
}

impl Globals {
    /// They come after the contract's own.
    pub(super) fn after(own: u32) -> Self {
        Self {
            gas: own,
            stack: own.saturating_add(1),
            cause: own.saturating_add(2),
        }
    }
}

/// The body that executes `charges`.
pub(super) fn metered(
    contract: &Contract<'_>,
    signature: &Signature,
    body: &Body<'_>,
    charges: &FunctionCharges,
    globals: Globals,
) -> Function {
    let gas = index(signature.params.len()).saturating_add(body.local_count());
    let own = body.locals.iter().copied();
    let all = own.chain([(1, ValType::I64), (1, ValType::I32)]);
    let locals: Vec<_> = all.map(|(count, kind)| (count, encoded(kind))).collect();
    let mut writer = Writer {
        code: Function::new(locals),
        globals,
        gas,
        operand: gas.saturating_add(1),
        frame: i64::try_from(charges.frame_bytes).unwrap_or(i64::MAX),
        depth: 0,
    };
    writer.prologue(signature.result);
    for (place, instruction) in (0..).zip(&body.code) {
        let check = charges.checks.contains(&place);
        if let Some(amount) = charges.charges.get(&place) {
            writer.charge(*amount);
        }
        match &instruction.operator {
            Operator::MemoryGrow { .. } if check => writer.charge_pages(),
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } if check => {
                writer.charge_bytes()
            }
            _ => {}
        }
        if check {
            writer.check();
        }
        match &instruction.operator {
            Operator::Return => writer.leave(),
            Operator::Call { function_index }
                if contract.host_function(*function_index).is_some() =>
            {
                writer.call_host(instruction.bytes);
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } => writer.call(instruction.bytes),
            operator => writer.copy(operator, instruction.bytes),
        }
    }
    writer.epilogue();
    writer.code
}

struct Writer {
    code: Function,
    globals: Globals,
    /// Local that holds the gas.
    gas: u32,
    /// Local that holds an operand while it is charged for.
    operand: u32,
    frame: i64,
    /// Blocks of the body that are open.
    depth: u32,
}

impl Writer {
    fn sink(&mut self) -> InstructionSink<'_> {
        self.code.instructions()
    }

    /// Takes the frame, then the gas. The gas local serves for the stack before it holds gas.
    fn prologue(&mut self, result: Option<ValType>) {
        let Self {
            globals,
            gas,
            frame,
            ..
        } = *self;
        let result = result.map_or(BlockType::Empty, |kind| BlockType::Result(encoded(kind)));
        self.sink()
            .block(BlockType::Empty)
            .block(result)
            .global_get(globals.stack)
            .i64_const(frame)
            .i64_sub()
            .local_tee(gas)
            .global_set(globals.stack)
            .local_get(gas)
            .i64_const(0)
            .i64_lt_s()
            .if_(BlockType::Empty)
            .i32_const(CAUSE_STACK)
            .global_set(globals.cause)
            .unreachable()
            .end()
            .global_get(globals.gas)
            .local_set(gas);
    }

    /// Gives the frame back and ends the function. The `end` of $body is already written.
    fn epilogue(&mut self) {
        let Self {
            globals,
            gas,
            frame,
            ..
        } = *self;
        self.sink()
            .local_get(gas)
            .global_set(globals.gas)
            .global_get(globals.stack)
            .i64_const(frame)
            .i64_add()
            .global_set(globals.stack)
            .return_()
            .end()
            .i32_const(CAUSE_OUT_OF_GAS)
            .global_set(globals.cause)
            .local_get(gas)
            .global_set(globals.gas)
            .unreachable()
            .end();
    }

    fn charge(&mut self, Gas(amount): Gas) {
        if amount == 0 {
            return;
        }
        let gas = self.gas;
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        self.sink()
            .local_get(gas)
            .i64_const(amount)
            .i64_sub()
            .local_set(gas);
    }

    fn check(&mut self) {
        let Self { gas, depth, .. } = *self;
        let out_of_gas = depth.saturating_add(1);
        self.sink()
            .local_get(gas)
            .i64_const(0)
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

    fn leave(&mut self) {
        let body = self.depth;
        self.sink().br(body);
    }

    /// The host takes the gas as its last parameter and gives it as its last result.
    fn call_host(&mut self, call: &[u8]) {
        let gas = self.gas;
        self.sink().local_get(gas);
        self.code.raw(call.iter().copied());
        self.sink().local_set(gas);
    }

    fn call(&mut self, call: &[u8]) {
        let Self { globals, gas, .. } = *self;
        self.sink().local_get(gas).global_set(globals.gas);
        self.code.raw(call.iter().copied());
        self.sink().global_get(globals.gas).local_set(gas);
    }

    fn copy(&mut self, operator: &Operator<'_>, bytes: &[u8]) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.depth = self.depth.saturating_add(1);
            }
            Operator::End => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.code.raw(bytes.iter().copied());
    }
}
