//! Runs an entry of a module (docs/spec/vm.md, 2).

mod host;
mod instance;
mod machine;
mod memory;
mod numeric;
mod watch;

use crate::ReferenceError;
use crate::module::Module;
use crate::table::{FunctionTable, tables};

use self::instance::Instance;
use self::machine::Machine;
use self::watch::Unwatched;

pub use self::host::{Answer, Host, Stop};
pub use self::watch::Watch;

/// A canonical module and what it is charged.
#[derive(Debug)]
pub struct Reference<'a> {
    module: Module<'a>,
    tables: Vec<FunctionTable>,
}

/// How a run ended (docs/spec/vm.md, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The entry returned.
    Success,
    /// The host ended the call at the contract's wish, with this code.
    Revert(u32),
    /// An instruction trapped, or the host said so.
    Trap,
    /// A check found gas below 0.
    OutOfGas,
    /// The depth of a counted function did not fit into what was left of the stack.
    StackLimit,
    /// The contract asked for what no call may have; 1 is an entry that does not exist.
    HostError(u32),
}

/// What is left of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// What is left of the gas. After `Success` and `Revert` it is what is not charged; after any
    /// other end the whole limit is, and this only tells where the run was.
    pub gas_left: i64,
    /// The memory, empty if the module has none.
    pub memory: Vec<u8>,
    /// The globals, in order; those of 32 bits are extended by their sign.
    pub globals: Vec<i64>,
    /// Functions that were open at the end, the innermost last; none if the entry had returned.
    pub open: Vec<Open>,
}

/// A function that was entered and has not returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its number among the defined functions.
    pub function: usize,
    /// Place of the instruction that it was at.
    pub place: usize,
}

impl<'a> Reference<'a> {
    /// Reads a canonical module that the gate let through, and works out its tables.
    ///
    /// # Errors
    /// [`ReferenceError`] where the gate cannot have let it through.
    pub fn new(canonical: &'a [u8]) -> Result<Self, ReferenceError> {
        let module = Module::read(canonical)?;
        let tables = tables(&module)?;
        Instance::new(&module)?;
        Ok(Self { module, tables })
    }

    /// What each defined function is charged and takes of the stack, in order.
    #[must_use]
    pub fn tables(&self) -> &[FunctionTable] {
        &self.tables
    }

    /// Runs an entry in a fresh instance. `gas` is the limit of the call less its start price
    /// (docs/spec/vm.md, 5.5); more than an i64 holds counts as the most that it holds.
    ///
    /// # Errors
    /// [`ReferenceError`] where the module did not pass the gate, or the host's result is none of the
    /// function's type. No outcome of a call is an error.
    pub fn run(&self, entry: &str, gas: u64, host: &mut dyn Host) -> Result<Ran, ReferenceError> {
        self.watch(entry, gas, &mut Unwatched(host))
    }

    /// The same, and `host` is told what happens on the way.
    ///
    /// # Errors
    /// [`ReferenceError`] as above.
    pub fn watch(
        &self,
        entry: &str,
        gas: u64,
        host: &mut dyn Watch,
    ) -> Result<Ran, ReferenceError> {
        let gas = i64::try_from(gas).unwrap_or(i64::MAX);
        let instance = Instance::new(&self.module)?;
        let mut machine = Machine::new(&self.module, &self.tables, instance, gas, host);
        let end = match self.module.entries.get(entry) {
            Some(function) => machine.run(*function)?,
            None => End::HostError(NO_ENTRY),
        };
        Ok(machine.ran(end))
    }
}

/// The `HostError` of a call to an entry that does not exist.
const NO_ENTRY: u32 = 1;
