//! What is left of a module once the allow-list is through with it: only what a contract can have,
//! so nothing below this point asks again.

use std::collections::BTreeMap;

use twinroot_abi::{HostFunction, ValType};
use wasmparser::Operator;

/// An accepted module.
#[derive(Default)]
pub(crate) struct Contract<'a> {
    pub(crate) types: Vec<Signature>,
    /// The host functions it calls; they come first in the index space of functions.
    pub(crate) imports: Vec<&'static HostFunction>,
    /// Type of each defined function.
    pub(crate) functions: Vec<u32>,
    /// Entries of the table, if there is one.
    pub(crate) table: Option<u32>,
    pub(crate) memory: Option<Pages>,
    pub(crate) globals: Vec<Global>,
    /// Entries by name, with the index of the function.
    pub(crate) entries: BTreeMap<String, u32>,
    pub(crate) elements: Vec<Elements>,
    pub(crate) data: Vec<Data<'a>>,
    /// Body of each defined function.
    pub(crate) bodies: Vec<Body<'a>>,
}

impl Contract<'_> {
    /// The host function of that index, if it is one.
    pub(crate) fn host_function(&self, index: u32) -> Option<&'static HostFunction> {
        self.imports.get(usize::try_from(index).ok()?).copied()
    }

    /// Type of the defined function at that place.
    pub(crate) fn signature(&self, defined: usize) -> Option<&Signature> {
        self.types
            .get(usize::try_from(*self.functions.get(defined)?).ok()?)
    }
}

/// Type of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Signature {
    pub(crate) params: Vec<ValType>,
    pub(crate) result: Option<ValType>,
}

/// Size of a memory.
#[derive(Clone, Copy)]
pub(crate) struct Pages {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A defined global.
pub(crate) struct Global {
    pub(crate) kind: ValType,
    pub(crate) mutable: bool,
    pub(crate) init: Constant,
}

/// An initial value.
#[derive(Clone, Copy)]
pub(crate) enum Constant {
    I32(i32),
    I64(i64),
}

/// Functions of the table, from an offset on.
pub(crate) struct Elements {
    pub(crate) offset: Constant,
    pub(crate) functions: Vec<u32>,
}

/// Bytes of the memory, from an offset on.
pub(crate) struct Data<'a> {
    pub(crate) offset: Constant,
    pub(crate) bytes: &'a [u8],
}

/// Locals and instructions of a defined function.
pub(crate) struct Body<'a> {
    /// Declared locals, in runs of one type.
    pub(crate) locals: Vec<(u32, ValType)>,
    pub(crate) code: Vec<Instruction<'a>>,
}

impl Body<'_> {
    /// How many locals it declares.
    pub(crate) fn local_count(&self) -> u32 {
        self.locals.iter().map(|(count, _)| count).sum()
    }
}

/// An instruction and the bytes it is written in.
pub(crate) struct Instruction<'a> {
    pub(crate) operator: Operator<'a>,
    pub(crate) bytes: &'a [u8],
}
