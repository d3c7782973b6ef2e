//! A script's module, without what no contract may have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use twinroot_gate::{GateError, Site, admit};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ConstExpr, GlobalType, MemoryType, TableType, ValType};
use wasmparser::{
    BlockType, CompositeInnerType, Data, DataKind, Element, ElementItems, ElementKind,
    ExternalKind, FuncType, Operator, Parser, Payload, SubType, TableInit, TypeRef,
};

use super::contract::written;
use super::reason::{reason, site};

/// What a module exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Export {
    Function(u32),
    Global(u32),
    Other,
}

/// A function of a module.
pub(crate) struct Function {
    pub(crate) kind: u32,
    pub(crate) body: Body,
    /// Functions, types and globals that the body names.
    calls: BTreeSet<u32>,
    kinds: BTreeSet<u32>,
    globals: BTreeSet<u32>,
    /// Whether a call of it may change anything for the next one.
    changes: bool,
}

/// What a function does.
pub(crate) enum Body {
    /// What the script's module says.
    Kept(Vec<u8>),
    /// Nothing: a function of the script's host that prints.
    Nothing,
    /// Something that no contract may do. Who comes here recurses until the stack ends, which nothing
    /// else in a script does but what is meant to.
    Lost,
}

/// A module in parts. No part changes its index.
pub(crate) struct Carved {
    /// Types of functions; none where it was another type, or has parts that no contract may have.
    pub(crate) kinds: Vec<Option<FuncType>>,
    pub(crate) functions: Vec<Function>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    /// None where no contract may have it.
    pub(crate) globals: Vec<Option<(GlobalType, ConstExpr)>>,
    pub(crate) exports: BTreeMap<String, Export>,
    pub(crate) start: Option<u32>,
    /// Active segments. The others go with the instructions that use them, which no contract may have.
    pub(crate) elements: Vec<(ConstExpr, Vec<u32>)>,
    pub(crate) data: Vec<(ConstExpr, Vec<u8>)>,
}

/// The module of every script's host.
const SPECTEST: &str = "spectest";

/// Modules that a module imports from.
pub(crate) fn imported(wasm: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        if let Payload::ImportSection(section) = payload {
            let imports = section.into_imports().flatten();
            found.extend(imports.map(|import| import.module.to_owned()));
        }
    }
    found
}

impl Carved {
    /// Takes a module apart.
    pub(crate) fn of(wasm: &[u8]) -> Result<Self, String> {
        let mut carved = Self {
            kinds: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            exports: BTreeMap::new(),
            start: None,
            elements: Vec::new(),
            data: Vec::new(),
        };
        let mut defined = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(|error| format!("does not parse: {error}"))?;
            if let Payload::FunctionSection(section) = &payload {
                defined = section.clone().into_iter().map(Result::unwrap).collect();
                defined.reverse();
            }
            carved.take(wasm, payload, &mut defined)?;
        }
        carved.note_changes();
        for kind in (0..).take(carved.kinds.len()) {
            if carved.kinds[kind as usize].is_none() {
                carved.lose_kind(kind);
            }
        }
        for global in (0..).take(carved.globals.len()) {
            if carved.globals[global as usize].is_none() {
                carved.lose_global(global);
            }
        }
        for function in (0..).take(carved.functions.len()) {
            if matches!(carved.functions[function as usize].body, Body::Lost) {
                carved.lose_callers(function);
            }
        }
        Ok(carved)
    }

    fn take(
        &mut self,
        wasm: &[u8],
        payload: Payload<'_>,
        defined: &mut Vec<u32>,
    ) -> Result<(), String> {
        let raw = |range: Range<u64>| wasm[range.start as usize..range.end as usize].to_vec();
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    let group = group.map_err(|error| error.to_string())?;
                    let is_alone = !group.is_explicit_rec_group();
                    let kinds = group.types().map(|kind| function_type(kind, is_alone));
                    self.kinds.extend(kinds);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(|error| error.to_string())?;
                    self.import(import.module, import.ty)?;
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table = table.map_err(|error| error.to_string())?;
                    if !matches!(table.init, TableInit::RefNull) {
                        return Err("a table has an initial value".to_owned());
                    }
                    let kind = RoundtripReencoder.table_type(table.ty);
                    self.tables.push(kind.map_err(|error| error.to_string())?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory.map_err(|error| error.to_string())?;
                    self.memories.push(memory.into());
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(|error| error.to_string())?;
                    let kind = RoundtripReencoder.global_type(global.ty).ok();
                    let init = RoundtripReencoder.const_expr(global.init_expr).ok();
                    self.globals.push(kind.zip(init));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(|error| error.to_string())?;
                    let place = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            Export::Function(export.index)
                        }
                        ExternalKind::Global => Export::Global(export.index),
                        _ => Export::Other,
                    };
                    self.exports.insert(export.name.to_owned(), place);
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.map_err(|error| error.to_string())?;
                    self.elements.extend(functions_of(element)?);
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.map_err(|error| error.to_string())?;
                    self.data.extend(bytes_of(&data)?);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let kind = defined.pop().ok_or("more bodies than functions")?;
                let mut function = Function::new(kind, Body::Kept(raw(body.range())));
                let operators = body.get_operators_reader();
                for operator in operators.map_err(|error| error.to_string())? {
                    function.name(&operator.map_err(|error| error.to_string())?);
                }
                self.functions.push(function);
            }
            _ => {}
        }
        Ok(())
    }

    /// An imported function becomes one of the module's own, at the same index. Of the script's host it
    /// does nothing, as there; of another module it is lost.
    fn import(&mut self, module: &str, kind: TypeRef) -> Result<(), String> {
        match kind {
            TypeRef::Func(kind) | TypeRef::FuncExact(kind) => {
                let body = if module == SPECTEST {
                    Body::Nothing
                } else {
                    Body::Lost
                };
                self.functions.push(Function::new(kind, body));
                Ok(())
            }
            TypeRef::Global(kind) => {
                let constant = match kind.content_type {
                    wasmparser::ValType::I32 => Some(ConstExpr::i32_const(666)),
                    wasmparser::ValType::I64 => Some(ConstExpr::i64_const(666)),
                    _ => None,
                };
                let kind = RoundtripReencoder.global_type(kind).ok();
                let own = module == SPECTEST;
                self.globals.push(kind.zip(constant).filter(|_| own));
                Ok(())
            }
            TypeRef::Table(_) => Err("imports a table".to_owned()),
            TypeRef::Memory(_) => Err("imports a memory".to_owned()),
            TypeRef::Tag(_) => Err("imports a tag".to_owned()),
        }
    }

    /// Who calls a function that changes something changes something.
    fn note_changes(&mut self) {
        loop {
            let changing: BTreeSet<u32> = (0..)
                .zip(&self.functions)
                .filter_map(|(index, function)| function.changes.then_some(index))
                .collect();
            for function in &mut self.functions {
                function.changes |= !function.calls.is_disjoint(&changing);
            }
            if self
                .functions
                .iter()
                .filter(|function| function.changes)
                .count()
                == changing.len()
            {
                return;
            }
        }
    }

    /// Leaves out what no contract may have, by the gate's own word. What is neither function, type nor
    /// global cannot be left out.
    pub(crate) fn carve(&mut self) -> Result<(), String> {
        loop {
            let Err(error) = admit(&written(self, &[])) else {
                return Ok(());
            };
            let lost = match site(&error) {
                Some(Site::Function(label)) => self.lose_function(label.index),
                Some(Site::Type(kind)) => self.lose_kind(*kind),
                Some(Site::Global(global)) => self.lose_global(*global),
                _ => false,
            };
            if !lost {
                return Err(whole(&error));
            }
        }
    }

    /// Whether a call of the function says anything.
    pub(crate) fn is_lost(&self, function: u32) -> bool {
        matches!(self.functions[function as usize].body, Body::Lost)
    }

    /// Whether a call of the function may change anything for the next one.
    pub(crate) fn changes(&self, function: u32) -> bool {
        self.functions[function as usize].changes
    }

    fn lose_function(&mut self, function: u32) -> bool {
        let Some(found) = self.functions.get_mut(function as usize) else {
            return false;
        };
        if matches!(found.body, Body::Lost) {
            return false;
        }
        found.body = Body::Lost;
        self.lose_callers(function);
        true
    }

    fn lose_callers(&mut self, function: u32) {
        self.lose_all(|other| other.calls.contains(&function));
    }

    fn lose_kind(&mut self, kind: u32) -> bool {
        let had = self.kinds[kind as usize].take().is_some();
        self.lose_all(|function| function.kind == kind || function.kinds.contains(&kind));
        had
    }

    fn lose_global(&mut self, global: u32) -> bool {
        let had = self.globals[global as usize].take().is_some();
        self.lose_all(|function| function.globals.contains(&global));
        had
    }

    fn lose_all(&mut self, which: impl Fn(&Function) -> bool) {
        for index in (0..).take(self.functions.len()) {
            if which(&self.functions[index as usize]) {
                self.lose_function(index);
            }
        }
    }
}

/// Why nothing of the module is left.
fn whole(error: &GateError) -> String {
    match error {
        GateError::Invalid { reason, .. } => format!("Invalid: {reason}"),
        error => reason(error),
    }
}

/// A type that is the same as any other with such parameters and results.
fn function_type(kind: &SubType, is_alone: bool) -> Option<FuncType> {
    let is_plain = is_alone && kind.is_final && kind.supertype_idxs.is_empty();
    match &kind.composite_type.inner {
        CompositeInnerType::Func(kind) if is_plain && encoded(kind).is_some() => Some(kind.clone()),
        _ => None,
    }
}

/// The functions of an active segment, whichever way they are written; contracts have but one.
fn functions_of(element: Element<'_>) -> Result<Option<(ConstExpr, Vec<u32>)>, String> {
    let ElementKind::Active {
        table_index,
        offset_expr,
    } = element.kind
    else {
        return Ok(None);
    };
    if table_index.unwrap_or_default() != 0 {
        return Err("fills a second table".to_owned());
    }
    let functions: Option<Vec<u32>> = match element.items {
        ElementItems::Functions(items) => Some(items.into_iter().map(Result::unwrap).collect()),
        ElementItems::Expressions(_, items) => items
            .into_iter()
            .map(
                |item| match item.ok()?.get_operators_reader().read().ok()? {
                    Operator::RefFunc { function_index } => Some(function_index),
                    _ => None,
                },
            )
            .collect(),
    };
    let functions = functions.ok_or("fills a table with what is no function")?;
    let offset = RoundtripReencoder.const_expr(offset_expr);
    Ok(Some((
        offset.map_err(|error| error.to_string())?,
        functions,
    )))
}

fn bytes_of(data: &Data<'_>) -> Result<Option<(ConstExpr, Vec<u8>)>, String> {
    let DataKind::Active {
        memory_index: 0,
        offset_expr,
    } = &data.kind
    else {
        return match data.kind {
            DataKind::Passive => Ok(None),
            DataKind::Active { .. } => Err("fills a second memory".to_owned()),
        };
    };
    let offset = RoundtripReencoder.const_expr(offset_expr.clone());
    Ok(Some((
        offset.map_err(|error| error.to_string())?,
        data.data.to_vec(),
    )))
}

/// Parameters and results as they are written; none where a type of the module is named among them.
pub(crate) fn encoded(kind: &FuncType) -> Option<[Vec<ValType>; 2]> {
    let list = |kinds: &[wasmparser::ValType]| -> Option<Vec<_>> {
        kinds
            .iter()
            .map(|kind| match kind {
                wasmparser::ValType::Ref(_) => None,
                kind => RoundtripReencoder.val_type(*kind).ok(),
            })
            .collect()
    };
    Some([list(kind.params())?, list(kind.results())?])
}

impl Function {
    fn new(kind: u32, body: Body) -> Self {
        Self {
            kind,
            calls: BTreeSet::new(),
            kinds: BTreeSet::new(),
            globals: BTreeSet::new(),
            changes: matches!(body, Body::Lost),
            body,
        }
    }

    /// Notes what an instruction names, and whether it changes anything.
    fn name(&mut self, operator: &Operator<'_>) {
        let shown = format!("{operator:?}");
        let word = shown.split([' ', '{']).next().unwrap_or_default();
        let changes = [
            "Store",
            "Grow",
            "Fill",
            "Copy",
            "Init",
            "TableSet",
            "GlobalSet",
            "Indirect",
        ];
        self.changes |= changes.iter().any(|part| word.contains(part));
        match operator {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => drop(self.calls.insert(*function_index)),
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. }
            | Operator::CallRef { type_index }
            | Operator::ReturnCallRef { type_index } => drop(self.kinds.insert(*type_index)),
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                if let BlockType::FuncType(kind) = blockty {
                    self.kinds.insert(*kind);
                }
            }
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                self.globals.insert(*global_index);
            }
            _ => {}
        }
    }
}
