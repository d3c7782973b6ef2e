//! Executes instructions one by one, and pays for them.

use twinroot_abi::Gas;
use wasmparser::Operator;

use crate::ReferenceError;
use crate::block::{BODY, Block, BlockKind};
use crate::charge::Share;
use crate::error::Present;
use crate::limit::STACK_BYTES;
use crate::module::{Callee, Function, Module};
use crate::run::instance::Instance;
use crate::run::watch::Watch;
use crate::run::{End, Open, Ran, memory, numeric};
use crate::table::FunctionTable;
use crate::value::{Operands, Value};

/// Gas of each page that a `memory.grow` asks for (docs/spec/vm.md, 3.7).
const PAGE_GAS: i64 = 8_192;
/// Bytes of a `memory.copy` or `memory.fill` for one gas (docs/spec/vm.md, 3.7).
const BULK_BYTES: i64 = 8;

/// A call under way.
pub(crate) struct Machine<'m, 'a> {
    module: &'m Module<'a>,
    tables: &'m [FunctionTable],
    host: &'m mut dyn Watch,
    instance: Instance,
    gas: i64,
    /// What is left of the bytes for counted functions.
    stack_left: u64,
    /// Functions that were entered and have not returned; the innermost is last. Contracts nest as
    /// deep as section 4 says, so this is no recursion of the interpreter.
    frames: Vec<Frame<'m, 'a>>,
}

/// A function that was entered.
struct Frame<'m, 'a> {
    /// Its number among the defined functions.
    number: usize,
    function: &'m Function<'a>,
    table: &'m FunctionTable,
    /// Place of the next instruction.
    place: usize,
    /// Parameters, then declared locals.
    locals: Vec<Value>,
    operands: Operands,
    /// Blocks that were entered; the body comes first.
    labels: Vec<Label>,
}

/// A block that was entered.
#[derive(Clone, Copy)]
struct Label {
    /// Its number.
    block: usize,
    /// How many operands there were.
    height: usize,
}

/// Why nothing more is executed.
pub(crate) enum Break {
    /// The call is over.
    End(End),
    /// The module is none that passed, or the host is wrong.
    Error(ReferenceError),
}

impl Break {
    pub(crate) const TRAP: Self = Self::End(End::Trap);
}

impl From<ReferenceError> for Break {
    fn from(error: ReferenceError) -> Self {
        Self::Error(error)
    }
}

impl<'m, 'a> Machine<'m, 'a> {
    pub(crate) fn new(
        module: &'m Module<'a>,
        tables: &'m [FunctionTable],
        instance: Instance,
        gas: i64,
        host: &'m mut dyn Watch,
    ) -> Self {
        Self {
            module,
            tables,
            host,
            instance,
            gas,
            stack_left: STACK_BYTES,
            frames: Vec::new(),
        }
    }

    /// Runs a function that takes and gives nothing to its end.
    pub(crate) fn run(&mut self, function: usize) -> Result<End, ReferenceError> {
        match self.run_out(function) {
            Ok(()) => Ok(End::Success),
            Err(Break::End(end)) => Ok(end),
            Err(Break::Error(error)) => Err(error),
        }
    }

    pub(crate) fn ran(self, end: End) -> Ran {
        Ran {
            end,
            gas_left: self.gas,
            memory: self.instance.memory.bytes,
            globals: self.instance.globals.into_iter().map(Value::bits).collect(),
            open: self.frames.iter().map(Frame::at).collect(),
        }
    }

    fn run_out(&mut self, function: usize) -> Result<(), Break> {
        self.enter(function, Vec::new())?;
        while !self.frames.is_empty() {
            self.step()?;
        }
        // When the entry returns, gas is checked a last time (docs/spec/vm.md, 2.2).
        self.check()
    }

    /// A counted function takes its depth before anything of it is charged (docs/spec/vm.md, 4.5).
    fn enter(&mut self, number: usize, arguments: Vec<Value>) -> Result<(), Break> {
        let table = self.tables.get(number).present("a table")?;
        let function = self.module.function(number)?;
        if table.counted {
            let left = self.stack_left.checked_sub(table.depth);
            self.stack_left = left.ok_or(Break::End(End::StackLimit))?;
        }
        self.host.enter(number);
        let mut locals = arguments;
        locals.extend(function.body.locals.iter().map(|kind| Value::zero(*kind)));
        self.frames.push(Frame {
            number,
            function,
            table,
            place: 0,
            locals,
            operands: Operands::default(),
            labels: vec![Label {
                block: BODY,
                height: 0,
            }],
        });
        Ok(())
    }

    /// Leaves the innermost function; its result goes to whoever called it.
    fn leave(&mut self) -> Result<(), Break> {
        let mut frame = self.frames.pop().present("a frame")?;
        self.host.leave();
        if frame.table.counted {
            self.stack_left = self.stack_left.saturating_add(frame.table.depth);
        }
        let results = usize::from(frame.function.signature.result.is_some());
        for result in frame.operands.take(results)? {
            // What the entry gives goes nowhere: it gives nothing.
            if let Some(caller) = self.frames.last_mut() {
                caller.operands.push(result);
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), Break> {
        let frame = self.frames.last_mut().present("a frame")?;
        let (function, place) = (frame.function, frame.place);
        let operator = function.body.code.get(place).present("an instruction")?;
        frame.place = after(place);
        self.pay(place, operator)?;
        self.execute(place, operator)
    }

    /// What happens at a place before its instruction: the charge, the charge by operand, the check
    /// (docs/spec/vm.md, 3.1, 3.6 and 3.7).
    fn pay(&mut self, place: usize, operator: &Operator<'_>) -> Result<(), Break> {
        let frame = self.frames.last().present("a frame")?;
        let Gas(charge) = frame.table.charges.get(&place).copied().unwrap_or(Gas(0));
        let by_operand = match operator {
            Operator::MemoryGrow { .. } => {
                i64::from(frame.operands.top::<u32>()?).saturating_mul(PAGE_GAS)
            }
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => {
                i64::from(frame.operands.top::<u32>()?) / BULK_BYTES
            }
            _ => 0,
        };
        let checked = frame.table.checks.contains(&place);
        if let Some(shares) = frame.table.shares.get(&place) {
            self.host.pay(shares);
        }
        if by_operand > 0 {
            let gas = Gas(by_operand.cast_unsigned());
            self.host.pay(&[Share { place, gas }]);
        }
        let charge = i64::try_from(charge).unwrap_or(i64::MAX);
        self.gas = self.gas.saturating_sub(charge).saturating_sub(by_operand);
        if checked { self.check() } else { Ok(()) }
    }

    fn check(&self) -> Result<(), Break> {
        if self.gas < 0 {
            return Err(Break::End(End::OutOfGas));
        }
        Ok(())
    }

    fn execute(&mut self, place: usize, operator: &Operator<'a>) -> Result<(), Break> {
        let frame = self.frames.last_mut().present("a frame")?;
        match operator {
            Operator::Call { function_index } => {
                return self.call(self.module.callee(*function_index));
            }
            Operator::CallIndirect { type_index, .. } => return self.call_indirect(*type_index),
            Operator::Return => return self.leave(),
            Operator::End => {
                let label = frame.labels.pop().present("a block")?;
                return if label.block == BODY {
                    self.leave()
                } else {
                    Ok(())
                };
            }
            Operator::Br { relative_depth } => return self.branch(*relative_depth),
            Operator::BrIf { relative_depth } => {
                return if frame.operands.pop()? {
                    self.branch(*relative_depth)
                } else {
                    Ok(())
                };
            }
            Operator::BrTable { targets } => {
                let index = crate::module::number(frame.operands.pop()?);
                let listed = targets.targets().nth(index).transpose();
                let label = listed.map_err(ReferenceError::from)?;
                return self.branch(label.unwrap_or(targets.default()));
            }
            Operator::Unreachable => return Err(Break::TRAP),
            Operator::Nop => {}
            Operator::Block { .. } | Operator::Loop { .. } => frame.open(place)?,
            Operator::If { .. } => frame.choose(place)?,
            // Met only where the first way of an `if` ends: the second is passed over.
            Operator::Else => {
                frame.labels.pop();
                frame.place = after(frame.function.body.blocks.around(place)?.end);
            }
            Operator::Drop => drop(frame.operands.pop::<Value>()?),
            Operator::Select => {
                let first: bool = frame.operands.pop()?;
                let (b, a): (Value, Value) = (frame.operands.pop()?, frame.operands.pop()?);
                frame.operands.push(if first { a } else { b });
            }
            Operator::LocalGet { local_index } => {
                let value = *frame.local(*local_index)?;
                frame.operands.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = frame.operands.pop()?;
                *frame.local(*local_index)? = value;
            }
            Operator::LocalTee { local_index } => {
                let value = frame.operands.top()?;
                *frame.local(*local_index)? = value;
            }
            Operator::GlobalGet { global_index } => {
                frame.operands.push(*self.instance.global(*global_index)?);
            }
            Operator::GlobalSet { global_index } => {
                *self.instance.global(*global_index)? = frame.operands.pop()?;
            }
            _ => {
                let memory = &mut self.instance.memory;
                return memory::execute(operator, memory, &mut frame.operands)
                    .unwrap_or_else(|| numeric::execute(operator, &mut frame.operands));
            }
        }
        Ok(())
    }

    fn branch(&mut self, label: u32) -> Result<(), Break> {
        let frame = self.frames.last_mut().present("a frame")?;
        if frame.branch(label)? == BlockKind::Body {
            return self.leave();
        }
        Ok(())
    }

    fn call_indirect(&mut self, kind: u32) -> Result<(), Break> {
        let frame = self.frames.last_mut().present("a frame")?;
        let entry = crate::module::number(frame.operands.pop()?);
        let listed = self.module.table.get(entry).copied().flatten();
        let callee = listed.ok_or(Break::TRAP)?;
        let Callee::Defined(function) = callee else {
            return Err(ReferenceError::forbidden("an import in the table").into());
        };
        if self.module.function(function)?.signature != *self.module.signature(kind)? {
            return Err(Break::TRAP);
        }
        self.call(callee)
    }

    fn call(&mut self, callee: Callee) -> Result<(), Break> {
        let (params, _) = self.module.shape(callee)?;
        let frame = self.frames.last_mut().present("a frame")?;
        let arguments = frame.operands.take(params)?;
        self.host.at(frame.at().place);
        match callee {
            Callee::Defined(function) => self.enter(function, arguments),
            Callee::Imported(imported) => self.call_host(imported, arguments),
        }
    }

    /// A host function that is called with gas below 0 does nothing (docs/spec/vm.md, 2.3).
    fn call_host(&mut self, imported: usize, arguments: Vec<Value>) -> Result<(), Break> {
        let host = self.module.host_function(imported)?;
        self.check()?;
        self.host
            .at(self.frames.last().present("a frame")?.at().place);
        let arguments: Vec<i64> = arguments.into_iter().map(Value::bits).collect();
        let memory = &mut self.instance.memory.bytes;
        let answer = self.host.call(host.name, &arguments, memory, self.gas);
        let answer = answer.map_err(|stop| Break::End(stop.into()))?;
        self.gas = answer.gas;
        let frame = self.frames.last_mut().present("a frame")?;
        match (host.result, answer.result) {
            (Some(kind), Some(bits)) => frame.operands.push(Value::of(kind, bits)),
            (None, None) => {}
            _ => {
                return Err(ReferenceError::Answer {
                    function: host.name,
                }
                .into());
            }
        }
        Ok(())
    }
}

impl Frame<'_, '_> {
    /// Where it is; its next instruction is already set.
    fn at(&self) -> Open {
        Open {
            function: self.number,
            place: self.place.saturating_sub(1),
        }
    }

    fn local(&mut self, index: u32) -> Result<&mut Value, ReferenceError> {
        let index = crate::module::number(index);
        self.locals.get_mut(index).present("a local")
    }

    /// Enters the block that begins at a place.
    fn open(&mut self, place: usize) -> Result<(), ReferenceError> {
        self.labels.push(Label {
            block: self.function.body.blocks.opened_at(place)?,
            height: self.operands.height(),
        });
        Ok(())
    }

    /// Goes one of the two ways of an `if`.
    fn choose(&mut self, place: usize) -> Result<(), ReferenceError> {
        let blocks = &self.function.body.blocks;
        let block = blocks.block(blocks.opened_at(place)?)?;
        let taken: bool = self.operands.pop()?;
        match (taken, block.otherwise) {
            (true, _) => self.open(place)?,
            (false, Some(otherwise)) => {
                self.open(place)?;
                self.place = after(otherwise);
            }
            (false, None) => self.place = after(block.end),
        }
        Ok(())
    }

    /// Goes where a branch to a label leads. Gives what kind of block that is: to leave the body is to
    /// return.
    fn branch(&mut self, label: u32) -> Result<BlockKind, ReferenceError> {
        let outwards = crate::module::number(label).saturating_add(1);
        let label = self.labels.len().checked_sub(outwards).present("a label")?;
        let Label { block, height } = *self.labels.get(label).present("a label")?;
        let block: &Block = self.function.body.blocks.block(block)?;
        match block.kind {
            BlockKind::Body => {}
            BlockKind::Block | BlockKind::If => {
                self.operands.unwind(height, block.results)?;
                self.labels.truncate(label);
                self.place = after(block.end);
            }
            BlockKind::Loop => {
                self.operands.unwind(height, 0)?;
                self.labels.truncate(label.saturating_add(1));
                self.place = after(block.start);
            }
        }
        Ok(block.kind)
    }
}

fn after(place: usize) -> usize {
    place.saturating_add(1)
}
