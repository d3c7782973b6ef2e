//! Bytes into programs that the gate accepts.

use arbitrary::{Arbitrary, Unstructured};
use twinroot_abi::{HOST_FUNCTIONS, HostFunction, IMPORT_MODULE, ValType};
use twinroot_gate::{Module, admit};

use crate::written::written;

/// What the entries of a generated module look like, and its memory.
const SHAPE: &str = r#"
    (func (export "first")) (func (export "second")) (func (export "third"))
    (memory (export "memory") 1)"#;

/// Imports of every host function there is, by its name.
pub(crate) fn imports() -> String {
    let kinds = |word: &str, kinds: &[ValType]| -> String {
        let kinds = kinds.iter().map(|kind| match kind {
            ValType::I32 => format!(" ({word} i32)"),
            ValType::I64 => format!(" ({word} i64)"),
        });
        kinds.collect()
    };
    let import = |function: &HostFunction| {
        let name = function.name;
        let params = kinds("param", function.params);
        let result = kinds("result", function.result.as_slice());
        format!("(import \"{IMPORT_MODULE}\" \"{name}\" (func ${name}{params}{result}))\n")
    };
    HOST_FUNCTIONS.iter().map(import).collect()
}

/// A program and where its inputs come from.
#[derive(Clone, Debug)]
pub struct Program {
    /// The module, through the gate.
    pub module: Module,
    /// What its inputs are drawn from.
    pub seed: u64,
}

/// The program that the bytes say, if they say one: a byte for who writes it, 8 for the inputs, and what
/// is drawn from while it is written.
///
/// # Panics
/// Where the gate refuses a program that a person might have written: this crate is at fault.
#[must_use]
pub fn program(bytes: &[u8]) -> Option<Program> {
    let (author, rest) = bytes.split_first()?;
    let (seed, choices) = rest.split_first_chunk()?;
    let module = if author % 2 == 0 {
        let text = written(&mut Unstructured::new(choices));
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        admit(&module).unwrap_or_else(|error| panic!("{error}\n{text}"))
    } else {
        admit(&smith(choices)?).ok()?
    };
    Some(Program {
        module,
        seed: u64::from_le_bytes(*seed),
    })
}

/// A module that is likely to pass: nothing but what wasm-smith can leave out is left out.
pub(crate) fn smith(choices: &[u8]) -> Option<Vec<u8>> {
    let mut choices = Unstructured::new(choices);
    let config = wasm_smith::Config {
        module_shape: Some(wat::parse_str(format!("(module {} {SHAPE})", imports())).unwrap()),
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        // A program that traps at once says little; half of them do not.
        disallow_traps: bool::arbitrary(&mut choices).ok()?,
        max_funcs: 8,
        max_instructions: 200,
        max_table_elements: 16,
        max_data_segments: 2,
        ..wasm_smith::Config::arbitrary(&mut choices).ok()?
    };
    let module = wasm_smith::Module::new(config, &mut choices).ok()?;
    Some(module.to_bytes())
}
