//! Every rule of docs/spec/vm.md, 1, has a module that breaks it, and an error of its own.

use twinroot_abi::{POLICY_SECTION, POLICY_VERSION, Policy};
use twinroot_gate::{GateError, Measure, admit};
use twinroot_types::Limits;
use wasm_encoder::{Encode, SectionId};

fn wasm(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body})")).unwrap()
}

fn refusal(body: &str) -> GateError {
    admit(&wasm(body)).expect_err(body)
}

/// Asserts that each module is refused with an error that fits the pattern.
macro_rules! refused {
    ($pattern:pat => $($body:expr),+ $(,)?) => {
        $({
            let error = refusal(&$body);
            assert!(matches!(&error, $pattern), "{}: {error:?}", $body);
        })+
    };
}

#[test]
fn the_error_names_the_function_and_what_it_uses() {
    let error = refusal(r#"(func) (func $pay (param i32) f64.const 1 f64.const 2 f64.add drop)"#);
    let text = "function 1 (`pay`) uses `f64.const`: floats are not allowed, their results differ between machines; \
                use integers with a scale";
    assert_eq!(error.to_string(), text);
    let error = refusal(
        r#"(func) (func (export "pay") memory.size drop i32.const 0 i32.trunc_sat_f32_s drop)"#,
    );
    assert!(
        error
            .to_string()
            .starts_with("function 1 (`pay`) uses `i32.trunc_sat_f32_s`"),
        "{error}"
    );
}

#[test]
fn floats() {
    refused!(GateError::Float { .. } =>
        "(func (param f32))", "(func (result f64) unreachable)", "(func (local f64))",
        "(global f32 (f32.const 0))", "(global i32 (f32.const 0))",
        "(func (drop (f64.add (f64.const 1) (f64.const 2))))",
        "(func (block (result f32) unreachable) drop)",
        "(func (drop (i32.trunc_sat_f64_u (unreachable))))",
        r#"(memory (export "memory") 1) (func (drop (f32.load (i32.const 0))))"#,
    );
}

#[test]
fn features_beyond_the_list() {
    refused!(GateError::Forbidden { .. } =>
        "(func (param v128))", "(func (drop (v128.const i32x4 0 0 0 0)))",
        "(func (result i32 i32) unreachable)", "(func (block (result i32 i32) unreachable) drop drop)",
        "(func (param externref))", "(func (drop (ref.null func)))", "(table 1 externref)", "(table 1 funcref) (table 1 funcref)",
        "(table 1 funcref) (func (drop (table.get (i32.const 0))))",
        "(table 1 funcref) (func (drop (table.size)))",
        "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(table i64 1 funcref)",
        "(func (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))",
        "(func $f return_call $f)", "(table 1 funcref) (func (return_call_indirect (i32.const 0)))",
        "(tag (param i32))", "(func (block try_table (catch_all 0) end))",
        "(memory 1) (memory 1)", "(memory i64 1)", "(memory 1 2 shared)",
        r#"(memory (export "memory") 1) (func (drop (i32.atomic.load (i32.const 0))))"#,
        r#"(memory (export "memory") 1) (data "x")"#,
        r#"(memory (export "memory") 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))"#,
        "(table 1 funcref) (func $f) (elem func $f)", "(func $f) (elem declare func $f)",
        "(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))",
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(global i32 (i32.const 1)) (global i32 (global.get 0))",
        r#"(import "twinroot" "memory" (memory 1))"#, r#"(import "env" "t" (table 1 funcref))"#,
        r#"(import "env" "g" (global i32))"#,
        "(type (struct))", "(rec (type (func)) (type (func)))",
        "(func (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)) drop drop)",
        r#"(table 1 funcref (ref.null func)) (elem (table 0) (i32.const 0) func)"#,
    );
}

#[test]
fn a_start_function() {
    refused!(GateError::Start { .. } => "(func $f) (start $f)");
    let error = refusal("(func) (func $main) (start $main)");
    assert!(
        error
            .to_string()
            .starts_with("function 1 (`main`) is a start function"),
        "{error}"
    );
}

#[test]
fn imports() {
    refused!(GateError::UnknownImport { .. } =>
        r#"(import "env" "balance" (func (result i64)))"#, r#"(import "twinroot" "sudo" (func))"#);
    refused!(GateError::ImportType { .. } =>
        r#"(import "twinroot" "balance" (func))"#, r#"(import "twinroot" "balance" (func (result i32)))"#,
        r#"(import "twinroot" "transfer" (func (param i32 i32) (result i32)))"#);
    refused!(GateError::DuplicateImport { .. } =>
        r#"(import "twinroot" "value" (func (result i64))) (import "twinroot" "value" (func (result i64)))"#);
    let error = refusal(r#"(import "twinroot" "transfer" (func (param i32)))"#);
    let text = "the module imports `twinroot.transfer` as (i32) -> (), but it is (i32, i64) -> i32";
    assert_eq!(error.to_string(), text);
}

#[test]
fn sizes() {
    refused!(GateError::MemoryTooLarge { have: 65, limit: 64 } => r#"(memory (export "memory") 65)"#);
    refused!(GateError::TableTooLarge { have: 1025, limit: 1024 } => "(table 1025 funcref)");
    assert!(
        admit(&wasm(
            r#"(memory (export "memory") 64) (table 1024 funcref)"#
        ))
        .is_ok()
    );
    let long = vec![0; Limits::V1.code_bytes + 1];
    assert!(matches!(admit(&long), Err(GateError::TooLong { .. })));
}

fn measured(error: &GateError) -> Option<(Measure, usize)> {
    match error {
        GateError::Shape { measure, limit, .. } => Some((*measure, *limit)),
        _ => None,
    }
}

#[test]
fn shapes() {
    const TABLE: &str = "(table 1024 funcref) (func $f)";
    const MEMORY: &str = r#"(memory (export "memory") 8)"#;
    // How a part of that size looks, its measure, and the most that passes.
    type Part = dyn Fn(usize) -> String;
    let cases: &[(Measure, usize, &Part)] = &[
        (Measure::Params, 32, &|n| {
            format!("(func (param {}))", "i32 ".repeat(n))
        }),
        (Measure::Locals, 256, &|n| {
            format!("(func (local {}))", "i64 ".repeat(n))
        }),
        // A body of n bytes: no locals, an end, and long constants, since instructions take stack.
        (Measure::BodyBytes, 65_536, &|n| {
            let long = "(drop (i64.const -0x8000000000000000)) ".repeat((n - 2) / 12);
            format!("(func {long} {})", "nop ".repeat((n - 2) % 12))
        }),
        (Measure::Nesting, 128, &|n| {
            format!("(func {} {})", "block ".repeat(n), "end ".repeat(n))
        }),
        (Measure::Loops, 256, &|n| {
            format!("(func {})", "loop end ".repeat(n))
        }),
        (Measure::BrTable, 256, &|n| {
            format!("(func (br_table {} 0 (i32.const 0)))", "0 ".repeat(n))
        }),
        (Measure::Types, 1024, &|n| "(type (func)) ".repeat(n)),
        (Measure::Functions, 4096, &|n| "(func) ".repeat(n)),
        (Measure::Globals, 1024, &|n| {
            "(global i32 (i32.const 0)) ".repeat(n)
        }),
        (Measure::Elements, 1024, &|n| {
            format!(
                "{TABLE} (elem (i32.const 0) $f) (elem (i32.const 0) {})",
                "$f ".repeat(n - 1)
            )
        }),
        (Measure::Segments, 1024, &|n| {
            format!("{MEMORY} {}", r#"(data (i32.const 0) "") "#.repeat(n))
        }),
        (Measure::Segments, 1024, &|n| {
            format!("{TABLE} {}", "(elem (i32.const 0)) ".repeat(n))
        }),
    ];
    for (measure, limit, part) in cases {
        assert!(
            admit(&wasm(&part(*limit))).is_ok(),
            "{measure:?} of {limit}"
        );
        assert_eq!(
            measured(&refusal(&part(limit + 1))),
            Some((*measure, *limit))
        );
    }
}

#[test]
fn segments_that_do_not_fit() {
    refused!(GateError::SegmentBounds { .. } =>
        r#"(memory (export "memory") 1) (data (i32.const 65535) "xy")"#,
        r#"(memory (export "memory") 1) (data (i32.const -1) "x")"#,
        "(table 1 funcref) (func $f) (elem (i32.const 1) $f)");
    assert!(
        admit(&wasm(
            r#"(memory (export "memory") 1) (data (i32.const 65535) "x")"#
        ))
        .is_ok()
    );
}

#[test]
fn exports() {
    refused!(GateError::Export { .. } =>
        r#"(func (export "Go"))"#, r#"(func (export ""))"#, format!(r#"(func (export "{}"))"#, "a".repeat(65)),
        r#"(func (export "go") (param i32))"#, r#"(func (export "go") (result i32) unreachable)"#,
        r#"(table (export "t") 1 funcref)"#, r#"(memory (export "ram") 1)"#, "(memory 1)");
    refused!(GateError::ImportedExport { .. } => r#"(import "twinroot" "balance" (func $b (result i64))) (export "b" (func $b))"#);
    refused!(GateError::ImportedElement { segment: 0, .. } =>
        r#"(import "twinroot" "balance" (func $b (result i64))) (table 1 funcref) (elem (i32.const 0) $b)"#);
}

#[test]
fn modules_that_are_none() {
    refused!(GateError::Invalid { .. } =>
        "(func (result i32))", "(func i32.const 1)", "(func br 7)", "(func call 7)", "(func local.get 0)",
        "(global i64 (i32.const 0))", "(func i32.const 0 i32.load drop)", "(elem (i32.const 0))",
        r#"(func (export "a") (export "a"))"#);
    for bytes in [
        &b""[..],
        b"\0asm",
        b"\0asm\x02\0\0\0",
        b"\x7fELF",
        b"\0asm\x01\0\0\0\x0a",
    ] {
        assert!(
            matches!(admit(bytes), Err(GateError::Invalid { .. })),
            "{bytes:?}"
        );
    }
    let component = wat::parse_str("(component)").unwrap();
    assert!(matches!(
        admit(&component),
        Err(GateError::Forbidden { .. })
    ));
}

fn with_custom(mut module: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    module.push(SectionId::Custom.into());
    let mut body = Vec::new();
    name.encode(&mut body);
    body.extend_from_slice(data);
    body.encode(&mut module);
    module
}

#[test]
fn policy_sections() {
    let policy = Policy::KOfNEqual { k: 2, params: 9 };
    let section = [
        &[POLICY_VERSION, 1][..],
        &policy.to_bytes()[..policy.size()],
    ]
    .concat();
    let one = with_custom(wasm("(func)"), POLICY_SECTION, &section);
    assert_eq!(admit(&one).unwrap().policies, [policy]);
    let two = with_custom(one, POLICY_SECTION, &section);
    assert!(matches!(admit(&two), Err(GateError::PolicySection { .. })));
    let bad = with_custom(wasm("(func)"), POLICY_SECTION, &section[..3]);
    assert!(matches!(admit(&bad), Err(GateError::PolicySection { .. })));
}

#[test]
fn canonical() {
    let raw = with_custom(
        wasm(r#"(func $named (export "go"))"#),
        "producers",
        b"whoever",
    );
    let policies = with_custom(raw.clone(), POLICY_SECTION, &[POLICY_VERSION, 0]);
    for wasm in [raw, with_custom(policies, "build", &[1; 100])] {
        let module = admit(&wasm).unwrap();
        assert!(module.canonical.len() < wasm.len());
        assert_eq!(admit(&module.canonical), Ok(module));
    }
}

#[test]
fn what_a_linker_writes_passes() {
    let module = admit(&wasm(
        r#"(type $t (func))
        (import "twinroot" "ret" (func $ret (param i32 i32)))
        (table 1 1 funcref) (memory (export "memory") 17)
        (global $sp (mut i32) (i32.const 1048576))
        (global (export "__data_end") i32 (i32.const 1048584))
        (global (export "__heap_base") i32 (i32.const 1048592))
        (func (export "pay") (call $ret (i32.const 0) (i32.const 8)))
        (data (i32.const 1048576) "12345678")"#,
    ))
    .unwrap();
    assert_eq!(module.entries.iter().collect::<Vec<_>>(), ["pay"]);
    let exports: Vec<String> = wasmparser::Parser::new(0)
        .parse_all(&module.metered)
        .filter_map(|payload| match payload.unwrap() {
            wasmparser::Payload::ExportSection(exports) => Some(exports),
            _ => None,
        })
        .flatten()
        .map(|export| export.unwrap().name.to_owned())
        .collect();
    assert_eq!(exports, ["pay", "memory", "twinroot.cause"]);
}

#[test]
fn a_data_count_is_harmless() {
    let mut module = wasm_encoder::Module::new();
    let mut memories = wasm_encoder::MemorySection::new();
    let kind = wasm_encoder::MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    memories.memory(kind);
    let mut exports = wasm_encoder::ExportSection::new();
    exports.export("memory", wasm_encoder::ExportKind::Memory, 0);
    let mut data = wasm_encoder::DataSection::new();
    data.active(0, &wasm_encoder::ConstExpr::i32_const(0), *b"x");
    module.section(&memories).section(&exports);
    module
        .section(&wasm_encoder::DataCountSection { count: 1 })
        .section(&data);
    assert!(admit(&module.finish()).is_ok());
}
