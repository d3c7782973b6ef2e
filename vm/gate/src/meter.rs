//! Writes the module that counts its own gas and stack (docs/spec/vm.md, 3.6 and 4).

mod body;

use twinroot_abi::{HostFunction, IMPORT_MODULE, ValType};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection,
    MemoryType, Module, RefType, TableSection, TableType, TypeSection,
};

use self::body::Globals;
use crate::ChargeTable;
use crate::contract::{Constant, Contract, Signature};
use crate::stack::STACK_BYTES;

/// Why the module ended a call by itself, i32, 0 at first. After a trap, 0 says that the contract
/// trapped.
pub const CAUSE_GLOBAL: &str = "twinroot.cause";
/// Value of [`CAUSE_GLOBAL`]: a check found gas below 0.
pub const CAUSE_OUT_OF_GAS: i32 = 1;
/// Value of [`CAUSE_GLOBAL`]: a frame did not fit into what is left of the stack.
pub const CAUSE_STACK: i32 = 2;

/// The module that executes `table`.
pub(crate) fn meter(contract: &Contract<'_>, table: &ChargeTable) -> Vec<u8> {
    let globals = Globals::after(index(contract.globals.len()));
    let mut module = Module::new();
    module.section(&types(contract));
    module.section(&imports(contract));
    let mut functions = FunctionSection::new();
    contract.functions.iter().for_each(|kind| {
        functions.function(*kind);
    });
    module.section(&functions);
    if let Some(entries) = contract.table {
        let entries = u64::from(entries);
        module.section(TableSection::new().table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: entries,
            maximum: Some(entries),
            shared: false,
        }));
    }
    if let Some(pages) = contract.memory {
        module.section(MemorySection::new().memory(MemoryType {
            minimum: u64::from(pages.min),
            maximum: Some(u64::from(pages.max)),
            memory64: false,
            shared: false,
            page_size_log2: None,
        }));
    }
    module.section(&global_section(contract));
    module.section(&exports(contract, globals));
    module.section(&elements(contract));
    let mut code = CodeSection::new();
    for (defined, (body, charges)) in contract.bodies.iter().zip(&table.functions).enumerate() {
        let none = Signature::default();
        let signature = contract.signature(defined).unwrap_or(&none);
        code.function(&body::metered(signature, body, charges, globals));
    }
    module.section(&code);
    module.section(&data(contract));
    module.finish()
}

/// The contract's own types, then one for each import. Each takes and gives gas as well.
fn types(contract: &Contract<'_>) -> TypeSection {
    let mut types = TypeSection::new();
    let own = contract
        .types
        .iter()
        .map(|Signature { params, result }| (params.as_slice(), *result));
    let imports = contract
        .imports
        .iter()
        .map(|HostFunction { params, result, .. }| (*params, *result));
    for (params, result) in own.chain(imports) {
        let params = params.iter().copied().chain([ValType::I64]).map(encoded);
        let results = result.into_iter().chain([ValType::I64]).map(encoded);
        types
            .ty()
            .function(params.collect::<Vec<_>>(), results.collect::<Vec<_>>());
    }
    types
}

fn imports(contract: &Contract<'_>) -> ImportSection {
    let mut imports = ImportSection::new();
    for (kind, host) in (index(contract.types.len())..).zip(&contract.imports) {
        imports.import(IMPORT_MODULE, host.name, EntityType::Function(kind));
    }
    imports
}

fn global_section(contract: &Contract<'_>) -> GlobalSection {
    let mut globals = GlobalSection::new();
    for global in &contract.globals {
        let kind = GlobalType {
            val_type: encoded(global.kind),
            mutable: global.mutable,
            shared: false,
        };
        globals.global(kind, &expression(global.init));
    }
    for init in [Constant::I32(STACK_BYTES), Constant::I32(0)] {
        globals.global(
            GlobalType {
                val_type: wasm_encoder::ValType::I32,
                mutable: true,
                shared: false,
            },
            &expression(init),
        );
    }
    globals
}

fn exports(contract: &Contract<'_>, globals: Globals) -> ExportSection {
    let mut exports = ExportSection::new();
    for (name, function) in &contract.entries {
        exports.export(name, ExportKind::Func, *function);
    }
    if contract.memory.is_some() {
        exports.export("memory", ExportKind::Memory, 0);
    }
    exports.export(CAUSE_GLOBAL, ExportKind::Global, globals.cause);
    exports
}

fn elements(contract: &Contract<'_>) -> ElementSection {
    let mut elements = ElementSection::new();
    for segment in &contract.elements {
        elements.active(
            None,
            &expression(segment.offset),
            Elements::Functions((&segment.functions).into()),
        );
    }
    elements
}

fn data(contract: &Contract<'_>) -> DataSection {
    let mut data = DataSection::new();
    for segment in &contract.data {
        data.active(
            0,
            &expression(segment.offset),
            segment.bytes.iter().copied(),
        );
    }
    data
}

fn expression(constant: Constant) -> ConstExpr {
    match constant {
        Constant::I32(value) => ConstExpr::i32_const(value),
        Constant::I64(value) => ConstExpr::i64_const(value),
    }
}

fn encoded(kind: ValType) -> wasm_encoder::ValType {
    match kind {
        ValType::I32 => wasm_encoder::ValType::I32,
        ValType::I64 => wasm_encoder::ValType::I64,
    }
}

/// A count that the allow-list has bounded.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
