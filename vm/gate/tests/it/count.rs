//! A slow reference: the module as its author wrote it, made to count each instruction that it
//! executes. It knows nothing of segments, so it tells what a call costs to the last gas.

use twinroot_abi::HOST_FUNCTIONS;
use twinroot_gate::{ChargeTable, FunctionCharges, Shape};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType,
    MemorySection, Module, RawSection, ValType,
};
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

/// Exported global: gas of every instruction executed.
pub(crate) const EXACT: &str = "count.exact";
/// Exported global: charges met.
pub(crate) const CHARGES: &str = "count.charges";

/// `canonical`, counting; and with all of its globals exported, as [`exposing`] does.
pub(crate) fn counting(canonical: &[u8], table: &ChargeTable) -> Vec<u8> {
    let mut globals = GlobalSection::new();
    let mut own = 0;
    let mut prices = Vec::new();
    let mut code = CodeSection::new();
    let mut functions = table.functions.iter();
    for payload in Parser::new(0).parse_all(canonical) {
        match payload.unwrap() {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports().map(Result::unwrap) {
                    assert!(matches!(import.ty, TypeRef::Func(_)));
                    prices.push(
                        HOST_FUNCTIONS
                            .iter()
                            .find(|host| host.name == import.name)
                            .unwrap()
                            .base,
                    );
                }
            }
            Payload::GlobalSection(section) => {
                own = section.count();
                RoundtripReencoder
                    .parse_global_section(&mut globals, section)
                    .unwrap();
            }
            Payload::CodeSectionEntry(body) => {
                let charges = functions.next().unwrap();
                code.function(&counted(
                    &body,
                    charges,
                    &prices,
                    params(canonical, code.len()),
                    own,
                ));
            }
            _ => {}
        }
    }
    for _ in [EXACT, CHARGES] {
        let kind = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        globals.global(kind, &ConstExpr::i64_const(0));
    }
    rebuilt(
        canonical,
        Some((globals, code)),
        &[(EXACT, own), (CHARGES, own + 1)],
        own,
    )
}

/// The module with its first `globals` globals exported as `g0`, `g1` and so on.
pub(crate) fn exposing(metered: &[u8], globals: u32) -> Vec<u8> {
    rebuilt(metered, None, &[], globals)
}

/// How many globals a module defines.
pub(crate) fn globals(wasm: &[u8]) -> u32 {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::GlobalSection(section) = payload.unwrap() {
            count = section.count();
        }
    }
    count
}

fn params(wasm: &[u8], defined: u32) -> u32 {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                types = section
                    .into_iter_err_on_gc_types()
                    .map(Result::unwrap)
                    .collect()
            }
            Payload::FunctionSection(section) => {
                functions = section.into_iter().map(Result::unwrap).collect()
            }
            _ => {}
        }
    }
    types[functions[defined as usize] as usize].params().len() as u32
}

/// Each instruction, and before it: its cost to the one global, a charge of the table to the other.
fn counted(
    body: &FunctionBody<'_>,
    charges: &FunctionCharges,
    prices: &[u64],
    params: u32,
    own: u32,
) -> Function {
    let mut locals: Vec<(u32, ValType)> = Vec::new();
    for run in body.get_locals_reader().unwrap() {
        let (count, kind) = run.unwrap();
        locals.push((count, RoundtripReencoder.val_type(kind).unwrap()));
    }
    let declared: u32 = locals.iter().map(|(count, _)| count).sum();
    let operand = params + declared;
    locals.push((1, ValType::I32));
    let mut code = Function::new(locals);
    let add = |code: &mut Function, global: u32, amount: u64| {
        code.instructions()
            .global_get(global)
            .i64_const(amount as i64)
            .i64_add()
            .global_set(global);
    };
    add(
        &mut code,
        own,
        u64::from((params + declared).saturating_sub(16).div_ceil(8)),
    );
    let mut operators = body.get_operators_reader().unwrap();
    for place in 0.. {
        if operators.eof() {
            break;
        }
        let operator = operators.read().unwrap();
        add(&mut code, own, cost(&operator, prices));
        if charges.charges.contains_key(&place) {
            add(&mut code, own + 1, 1);
        }
        match operator {
            Operator::MemoryGrow { .. } => {
                code.instructions()
                    .local_tee(operand)
                    .i64_extend_i32_u()
                    .i64_const(8192)
                    .i64_mul();
                code.instructions()
                    .global_get(own)
                    .i64_add()
                    .global_set(own)
                    .local_get(operand);
            }
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => {
                code.instructions()
                    .local_tee(operand)
                    .i64_extend_i32_u()
                    .i64_const(8)
                    .i64_div_u();
                code.instructions()
                    .global_get(own)
                    .i64_add()
                    .global_set(own)
                    .local_get(operand);
            }
            _ => {}
        }
        code.instruction(&RoundtripReencoder.instruction(operator).unwrap());
    }
    code
}

/// The costs of docs/spec/vm.md, 3.2, in as few words as will do.
fn cost(operator: &Operator<'_>, prices: &[u64]) -> u64 {
    if let Operator::Call { function_index } = operator {
        return prices.get(*function_index as usize).copied().unwrap_or(5);
    }
    let shown = format!("{operator:?}");
    match shown.split([' ', '{']).next().unwrap() {
        "Block" | "Loop" | "Else" | "End" | "Nop" | "Drop" => 0,
        "BrTable" => 2,
        "CallIndirect" => 8,
        "MemoryGrow" => 100,
        "MemoryCopy" => 20,
        "MemoryFill" => 300,
        name if name.contains("Load") => 3,
        name if name.contains("Div") || name.contains("Rem") => 14,
        _ => 1,
    }
}

/// The sections of `wasm`, some of them replaced; the memory can grow to what it could after the gate.
fn rebuilt(
    wasm: &[u8],
    new: Option<(GlobalSection, CodeSection)>,
    more: &[(&str, u32)],
    globals: u32,
) -> Vec<u8> {
    const EXPORT: u8 = 7;
    let mut module = Module::new();
    // Globals and exports stand between memories and elements, whether `wasm` has any or not.
    let mut between = Some(());
    let mut exports = ExportSection::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(section) = payload.unwrap() {
            RoundtripReencoder
                .parse_export_section(&mut exports, section)
                .unwrap();
        }
    }
    for index in 0..globals {
        exports.export(&format!("g{index}"), ExportKind::Global, index);
    }
    for (name, index) in more {
        exports.export(name, ExportKind::Global, *index);
    }
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.unwrap();
        if let Payload::MemorySection(section) = &payload {
            let mut memories = MemorySection::new();
            for memory in section.clone() {
                let mut kind = wasm_encoder::MemoryType::from(memory.unwrap());
                let cap = u64::from(Shape::V1.memory_pages);
                kind.maximum = Some(kind.maximum.map_or(cap, |max| max.min(cap)));
                memories.memory(kind);
            }
            module.section(&memories);
            continue;
        }
        let section = payload.as_section();
        if section
            .as_ref()
            .is_none_or(|(id, _)| *id >= EXPORT || *id == 6)
            && !matches!(payload, Payload::Version { .. })
            && between.take().is_some()
        {
            match (&new, &payload) {
                (Some((globals, _)), _) => drop(module.section(globals)),
                (None, Payload::GlobalSection(own)) => {
                    let range = own.range();
                    module.section(&RawSection {
                        id: 6,
                        data: &wasm[range.start as usize..range.end as usize],
                    });
                }
                (None, _) => {}
            }
            module.section(&exports);
        }
        match (payload, section) {
            (
                Payload::GlobalSection(_) | Payload::ExportSection(_) | Payload::CustomSection(_),
                _,
            )
            | (_, None) => {}
            (Payload::CodeSectionEntry(_), _) => {}
            (Payload::CodeSectionStart { .. }, _) if new.is_some() => {
                module.section(&new.as_ref().unwrap().1);
            }
            (_, Some((id, range))) => {
                module.section(&RawSection {
                    id,
                    data: &wasm[range.start as usize..range.end as usize],
                });
            }
        }
    }
    module.finish()
}
