//! The allow-list (docs/spec/vm.md, 1.2 to 1.8): what is not named here does not pass.

mod body;
mod export;
mod import;
mod segment;

use twinroot_abi::ValType;
use wasmparser::{
    CompositeInnerType, ConstExpr, GlobalType, MemoryType, Operator, Parser, Payload, RecGroup,
    TableType,
};

use crate::canonical::Canonical;
use crate::contract::{Constant, Contract, Global, Pages, Signature};
use crate::instruction::{Ban, name, rule};
use crate::{ExportProblem, GateError, Measure, Shape, Site};

/// What the module consists of, if it has nothing but what a contract may have.
pub(crate) fn accept(canonical: &Canonical) -> Result<Contract<'_>, GateError> {
    let names = &canonical.names;
    let mut contract = Contract::default();
    let mut memory_is_exported = false;
    for payload in Parser::new(0).parse_all(&canonical.bytes) {
        match payload? {
            Payload::TypeSection(types) => {
                at_most(Site::Module, Measure::Types, types.count(), Shape::V1.types)?;
                for group in types {
                    let site = Site::Type(number(contract.types.len()));
                    contract.types.push(function_type(&site, &group?)?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    import::accept(&mut contract, &import?)?;
                }
            }
            Payload::FunctionSection(functions) => {
                at_most(
                    Site::Module,
                    Measure::Functions,
                    functions.count(),
                    Shape::V1.functions,
                )?;
                contract.functions = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(tables) => {
                for (index, table) in (0..).zip(tables) {
                    let table = table?;
                    if index > 0 {
                        return Err(forbidden(
                            Site::Table(index),
                            "a second table",
                            "a module has at most one table",
                        ));
                    }
                    if !matches!(table.init, wasmparser::TableInit::RefNull) {
                        return Err(forbidden(
                            Site::Table(index),
                            "an initial value",
                            REFERENCES,
                        ));
                    }
                    contract.table = Some(table_entries(Site::Table(index), &table.ty)?);
                }
            }
            Payload::MemorySection(memories) => {
                for (index, memory) in (0..).zip(memories) {
                    if index > 0 {
                        return Err(forbidden(
                            Site::Memory(index),
                            "a second memory",
                            "a module has at most one memory",
                        ));
                    }
                    contract.memory = Some(pages(Site::Memory(index), &memory?)?);
                }
            }
            Payload::GlobalSection(globals) => {
                at_most(
                    Site::Module,
                    Measure::Globals,
                    globals.count(),
                    Shape::V1.globals,
                )?;
                for (index, global) in (0..).zip(globals) {
                    let global = global?;
                    contract.globals.push(defined_global(
                        Site::Global(index),
                        &global.ty,
                        &global.init_expr,
                    )?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    memory_is_exported |= export::accept(&mut contract, names, &export?)?;
                }
            }
            Payload::StartSection { func, .. } => {
                return Err(GateError::Start {
                    function: names.label(func),
                });
            }
            Payload::ElementSection(elements) => {
                at_most(
                    Site::Module,
                    Measure::Segments,
                    elements.count(),
                    Shape::V1.segments,
                )?;
                for (index, element) in (0..).zip(elements) {
                    segment::accept_elements(&mut contract, names, index, element?)?;
                }
            }
            Payload::DataSection(data) => {
                at_most(
                    Site::Module,
                    Measure::Segments,
                    data.count(),
                    Shape::V1.segments,
                )?;
                for (index, segment) in (0..).zip(data) {
                    segment::accept_data(&mut contract, index, segment?)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                let label = names.label(number(
                    contract.imports.len().saturating_add(contract.bodies.len()),
                ));
                contract
                    .bodies
                    .push(body::accept(&canonical.bytes, label, &body)?);
            }
            Payload::TagSection(_) => {
                let rule = "exceptions are not allowed; build with `panic = \"abort\"`";
                return Err(forbidden(Site::Module, "a tag section", rule));
            }
            _ => {}
        }
    }
    if contract.memory.is_some() && !memory_is_exported {
        return Err(GateError::Export {
            name: export::MEMORY.to_owned(),
            problem: ExportProblem::NoMemory,
        });
    }
    Ok(contract)
}

const REFERENCES: &str =
    "reference types are not allowed; build without the target feature `reference-types`";

fn function_type(site: &Site, group: &RecGroup) -> Result<Signature, GateError> {
    let mut types = group.types();
    let (Some(kind), None, false) = (types.next(), types.next(), group.is_explicit_rec_group())
    else {
        return Err(forbidden(site.clone(), "a recursion group", REFERENCES));
    };
    let composite = &kind.composite_type;
    let plain = kind.is_final && kind.supertype_idxs.is_empty() && !composite.shared;
    let (CompositeInnerType::Func(function), true) = (&composite.inner, plain) else {
        return Err(forbidden(
            site.clone(),
            "a type that is no plain function type",
            REFERENCES,
        ));
    };
    at_most(
        site.clone(),
        Measure::Params,
        number(function.params().len()),
        Shape::V1.params,
    )?;
    let params = function
        .params()
        .iter()
        .map(|kind| value_type(site, *kind))
        .collect::<Result<_, _>>()?;
    let results: Vec<ValType> = function
        .results()
        .iter()
        .map(|kind| value_type(site, *kind))
        .collect::<Result<_, _>>()?;
    match results[..] {
        [] => Ok(Signature {
            params,
            result: None,
        }),
        [result] => Ok(Signature {
            params,
            result: Some(result),
        }),
        _ => Err(forbidden(site.clone(), "more than one result", MULTI_VALUE)),
    }
}

const MULTI_VALUE: &str =
    "a function or block has at most one result; build without the target feature `multivalue`";

fn value_type(site: &Site, kind: wasmparser::ValType) -> Result<ValType, GateError> {
    match kind {
        wasmparser::ValType::I32 => Ok(ValType::I32),
        wasmparser::ValType::I64 => Ok(ValType::I64),
        wasmparser::ValType::F32 => Err(GateError::Float {
            site: site.clone(),
            feature: "f32".to_owned(),
        }),
        wasmparser::ValType::F64 => Err(GateError::Float {
            site: site.clone(),
            feature: "f64".to_owned(),
        }),
        wasmparser::ValType::V128 => Err(forbidden(
            site.clone(),
            "v128",
            "SIMD is not allowed; build without the target feature `simd128`",
        )),
        wasmparser::ValType::Ref(_) => Err(forbidden(site.clone(), "a reference type", REFERENCES)),
    }
}

fn table_entries(site: Site, kind: &TableType) -> Result<u32, GateError> {
    if kind.element_type != wasmparser::RefType::FUNCREF {
        return Err(forbidden(
            site,
            "an element type other than funcref",
            REFERENCES,
        ));
    }
    if kind.table64 || kind.shared {
        return Err(forbidden(
            site,
            "a 64-bit or shared table",
            "a table is a plain table of functions",
        ));
    }
    let limit = Shape::V1.table_entries;
    match u32::try_from(kind.initial) {
        Ok(entries) if kind.initial <= widened(limit) => Ok(entries),
        _ => Err(GateError::TableTooLarge {
            have: kind.initial,
            limit: widened(limit),
        }),
    }
}

fn pages(site: Site, kind: &MemoryType) -> Result<Pages, GateError> {
    if kind.memory64 {
        return Err(forbidden(
            site,
            "a 64-bit memory",
            "build for a 32-bit target such as wasm32v1-none",
        ));
    }
    if kind.shared {
        return Err(forbidden(
            site,
            "a shared memory",
            "threads and atomics are not allowed",
        ));
    }
    if kind.page_size_log2.is_some() {
        return Err(forbidden(
            site,
            "a page size of its own",
            "a page has 64 KiB",
        ));
    }
    let cap = Shape::V1.memory_pages;
    let too_large = GateError::MemoryTooLarge {
        have: kind.initial,
        limit: u64::from(cap),
    };
    let min = u32::try_from(kind.initial)
        .ok()
        .filter(|min| *min <= cap)
        .ok_or(too_large)?;
    let max = kind
        .maximum
        .and_then(|max| u32::try_from(max).ok())
        .map_or(cap, |max| max.min(cap));
    Ok(Pages { min, max })
}

fn defined_global(
    site: Site,
    kind: &GlobalType,
    init: &ConstExpr<'_>,
) -> Result<Global, GateError> {
    if kind.shared {
        return Err(forbidden(
            site,
            "a shared global",
            "threads and atomics are not allowed",
        ));
    }
    let value = value_type(&site, kind.content_type)?;
    Ok(Global {
        kind: value,
        mutable: kind.mutable,
        init: constant(&site, init)?,
    })
}

/// The value of an initial expression, which is one constant: no global can be imported, so there
/// is nothing else that it could be.
fn constant(site: &Site, expression: &ConstExpr<'_>) -> Result<Constant, GateError> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read()? {
        Operator::I32Const { value } => Constant::I32(value),
        Operator::I64Const { value } => Constant::I64(value),
        other => return Err(not_constant(site, &other)),
    };
    match operators.read()? {
        Operator::End => Ok(value),
        other => Err(not_constant(site, &other)),
    }
}

fn not_constant(site: &Site, operator: &Operator<'_>) -> GateError {
    match rule(operator) {
        Ban::Float => GateError::Float {
            site: site.clone(),
            feature: name(operator),
        },
        Ban::Rule(_) => forbidden(
            site.clone(),
            &name(operator),
            "an initial value is one constant",
        ),
    }
}

fn forbidden(site: Site, feature: &str, rule: &'static str) -> GateError {
    GateError::Forbidden {
        site,
        feature: feature.to_owned(),
        rule,
    }
}

fn at_most(site: Site, measure: Measure, have: u32, limit: usize) -> Result<(), GateError> {
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    if have > limit {
        Err(GateError::Shape {
            site,
            measure,
            have,
            limit,
        })
    } else {
        Ok(())
    }
}

/// A count of things that each take at least a byte of the module, so it fits.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn widened(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
