//! A canonical module, read (docs/spec/vm.md, 1).

use std::collections::{BTreeMap, BTreeSet};

use twinroot_abi::{HOST_FUNCTIONS, HostFunction, IMPORT_MODULE, ValType};
use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Export, ExternalKind, FuncType,
    Import, MemoryType, Operator, Parser, Payload, TableType, TypeRef, Validator, WasmFeatures,
};

use crate::ReferenceError;
use crate::body::Body;
use crate::error::Present;
use crate::limit::{MEMORY_PAGES, TABLE_ENTRIES};
use crate::value::Value;

/// What is run.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    pub(crate) types: Vec<Signature>,
    /// The host functions it imports; they come first in the index space of functions.
    pub(crate) imports: Vec<&'static HostFunction>,
    /// Functions that it defines.
    pub(crate) functions: Vec<Function<'a>>,
    /// Entries of the table, as element segments leave them.
    pub(crate) table: Vec<Option<Callee>>,
    /// Functions that an element segment lists.
    pub(crate) listed: BTreeSet<Callee>,
    pub(crate) memory: Option<Pages>,
    /// Initial values of the globals.
    pub(crate) globals: Vec<Value>,
    pub(crate) data: Vec<Bytes<'a>>,
    /// Entries, by name: numbers among the defined functions.
    pub(crate) entries: BTreeMap<&'a str, usize>,
}

/// Type of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) params: Vec<ValType>,
    pub(crate) result: Option<ValType>,
}

/// A defined function.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) signature: Signature,
    pub(crate) body: Body<'a>,
}

/// A function as an instruction names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Callee {
    /// By its number among the imports.
    Imported(usize),
    /// By its number among the defined functions.
    Defined(usize),
}

/// Size of a memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    pub(crate) initial: u64,
    pub(crate) most: u64,
}

/// A data segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    pub(crate) offset: usize,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Module<'a> {
    pub(crate) fn read(canonical: &'a [u8]) -> Result<Self, ReferenceError> {
        validate(canonical)?;
        let mut module = Self::default();
        let mut types = Vec::new().into_iter();
        for payload in Parser::new(0).parse_all(canonical) {
            match payload? {
                Payload::TypeSection(section) => {
                    for kind in section.into_iter_err_on_gc_types() {
                        module.types.push(Signature::of(&kind?)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        module.import(&import?)?;
                    }
                }
                Payload::FunctionSection(section) => {
                    types = section
                        .into_iter()
                        .collect::<Result<Vec<_>, _>>()?
                        .into_iter();
                }
                Payload::TableSection(section) => {
                    for table in section {
                        module.table = empty_table(&table?.ty)?;
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        module.memory = Some(Pages::of(&memory?)?);
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        module.globals.push(constant(&global?.init_expr)?);
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        module.element(element?)?;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        module.export(&export?)?;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let kind = types.next().present("the type of a function")?;
                    let signature = module.signature(kind)?.clone();
                    let body = Body::read(&body, &signature)?;
                    module.functions.push(Function { signature, body });
                }
                Payload::DataSection(section) => {
                    for data in section {
                        module.data(&data?)?;
                    }
                }
                Payload::StartSection { .. } => {
                    return Err(ReferenceError::forbidden("a start function"));
                }
                // What else a valid module has says nothing about how it runs.
                _ => {}
            }
        }
        module.entries_take_and_give_nothing()?;
        Ok(module)
    }

    /// The function of that index.
    pub(crate) fn callee(&self, index: u32) -> Callee {
        let index = number(index);
        match index.checked_sub(self.imports.len()) {
            Some(defined) => Callee::Defined(defined),
            None => Callee::Imported(index),
        }
    }

    pub(crate) fn signature(&self, kind: u32) -> Result<&Signature, ReferenceError> {
        self.types.get(number(kind)).present("a type")
    }

    pub(crate) fn host_function(
        &self,
        imported: usize,
    ) -> Result<&'static HostFunction, ReferenceError> {
        self.imports.get(imported).copied().present("an import")
    }

    pub(crate) fn function(&self, defined: usize) -> Result<&Function<'a>, ReferenceError> {
        self.functions.get(defined).present("a function")
    }

    /// Numbers of parameters and results.
    pub(crate) fn shape(&self, callee: Callee) -> Result<(usize, usize), ReferenceError> {
        Ok(match callee {
            Callee::Imported(imported) => {
                let host = self.host_function(imported)?;
                (host.params.len(), usize::from(host.result.is_some()))
            }
            Callee::Defined(defined) => self.function(defined)?.signature.shape(),
        })
    }

    fn import(&mut self, import: &Import<'a>) -> Result<(), ReferenceError> {
        let name = (import.module, import.name);
        let known = HOST_FUNCTIONS
            .iter()
            .find(|host| (IMPORT_MODULE, host.name) == name);
        match (known, import.ty) {
            (Some(host), TypeRef::Func(kind)) if self.signature(kind)?.is_that_of(host) => {
                self.imports.push(host);
                Ok(())
            }
            _ => Err(ReferenceError::forbidden(format!("an import {name:?}"))),
        }
    }

    fn element(&mut self, element: Element<'_>) -> Result<(), ReferenceError> {
        let (
            ElementKind::Active {
                table_index: None,
                offset_expr,
            },
            ElementItems::Functions(functions),
        ) = (element.kind, element.items)
        else {
            return Err(ReferenceError::forbidden("such an element segment"));
        };
        let first = offset(&offset_expr)?;
        for (entry, function) in (first..).zip(functions) {
            let callee = self.callee(function?);
            self.listed.insert(callee);
            *self.table.get_mut(entry).present("an entry of the table")? = Some(callee);
        }
        Ok(())
    }

    fn export(&mut self, export: &Export<'a>) -> Result<(), ReferenceError> {
        if export.kind != ExternalKind::Func {
            return Ok(());
        }
        match self.callee(export.index) {
            Callee::Defined(defined) => {
                self.entries.insert(export.name, defined);
                Ok(())
            }
            Callee::Imported(_) => Err(ReferenceError::forbidden("an import as an entry")),
        }
    }

    fn data(&mut self, data: &Data<'a>) -> Result<(), ReferenceError> {
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            return Err(ReferenceError::forbidden("a passive data segment"));
        };
        self.data.push(Bytes {
            offset: offset(offset_expr)?,
            bytes: data.data,
        });
        Ok(())
    }

    fn entries_take_and_give_nothing(&self) -> Result<(), ReferenceError> {
        for defined in self.entries.values() {
            if self.function(*defined)?.signature != Signature::default() {
                return Err(ReferenceError::forbidden("an entry with operands"));
            }
        }
        Ok(())
    }
}

impl Signature {
    fn of(kind: &FuncType) -> Result<Self, ReferenceError> {
        let types = |kinds: &[wasmparser::ValType]| {
            let kinds = kinds.iter().copied().map(value_type);
            kinds.collect::<Result<Vec<_>, _>>()
        };
        let results = types(kind.results())?;
        match results.as_slice() {
            [] | [_] => Ok(Self {
                params: types(kind.params())?,
                result: results.first().copied(),
            }),
            _ => Err(ReferenceError::forbidden("more than one result")),
        }
    }

    /// Numbers of parameters and results.
    pub(crate) fn shape(&self) -> (usize, usize) {
        (self.params.len(), usize::from(self.result.is_some()))
    }

    fn is_that_of(&self, host: &HostFunction) -> bool {
        self.params == host.params && self.result == host.result
    }
}

impl Pages {
    /// A memory grows to its declared maximum or to the limit, whichever is less (docs/spec/vm.md, 1.6).
    fn of(kind: &MemoryType) -> Result<Self, ReferenceError> {
        let most = kind.maximum.unwrap_or(MEMORY_PAGES).min(MEMORY_PAGES);
        if kind.initial > most {
            return Err(ReferenceError::forbidden("a larger memory than is allowed"));
        }
        Ok(Self {
            initial: kind.initial,
            most,
        })
    }
}

/// Whether the bytes are a module at all (docs/spec/vm.md, 1.2).
fn validate(canonical: &[u8]) -> Result<(), ReferenceError> {
    let features =
        WasmFeatures::MUTABLE_GLOBAL | WasmFeatures::SIGN_EXTENSION | WasmFeatures::BULK_MEMORY;
    Validator::new_with_features(features).validate_all(canonical)?;
    Ok(())
}

pub(crate) fn value_type(kind: wasmparser::ValType) -> Result<ValType, ReferenceError> {
    match kind {
        wasmparser::ValType::I32 => Ok(ValType::I32),
        wasmparser::ValType::I64 => Ok(ValType::I64),
        other => Err(ReferenceError::forbidden(format!("the type {other}"))),
    }
}

fn empty_table(kind: &TableType) -> Result<Vec<Option<Callee>>, ReferenceError> {
    match usize::try_from(kind.initial) {
        Ok(entries) if kind.initial <= TABLE_ENTRIES => Ok(vec![None; entries]),
        _ => Err(ReferenceError::forbidden("a larger table than is allowed")),
    }
}

/// An initial value or an offset is one constant (docs/spec/vm.md, 1.6).
fn constant(expression: &ConstExpr<'_>) -> Result<Value, ReferenceError> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read()? {
        Operator::I32Const { value } => Value::I32(value),
        Operator::I64Const { value } => Value::I64(value),
        other => {
            return Err(ReferenceError::forbidden(format!(
                "{other:?} as a constant"
            )));
        }
    };
    match operators.read()? {
        Operator::End => Ok(value),
        other => Err(ReferenceError::forbidden(format!(
            "{other:?} in a constant"
        ))),
    }
}

fn offset(expression: &ConstExpr<'_>) -> Result<usize, ReferenceError> {
    match constant(expression)? {
        Value::I32(offset) => Ok(number(offset.cast_unsigned())),
        Value::I64(_) => Err(ReferenceError::forbidden("an offset of 64 bits")),
    }
}

/// An index, as wide as what it is an index of.
pub(crate) fn number(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
