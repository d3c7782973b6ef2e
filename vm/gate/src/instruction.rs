//! The instructions that a contract may use, and what each costs (docs/spec/vm.md, 3.2).
//!
//! An instruction is allowed exactly if it has a cost: one list decides both.

use wasmparser::Operator;

/// Cost of a call of a defined function: registers are saved, gas goes through a global, a frame is set up.
const CALL: u64 = 5;
/// Gas of each page that `memory.grow` asks for: what filling it costs.
pub(crate) const GROW_PAGE: u64 = 8192;
/// `memory.copy` and `memory.fill` pay one gas for so many bytes, as a power of two.
pub(crate) const BULK_BYTES_LOG2: u32 = 3;

const CALL_INDIRECT: u64 = 8;
const LOAD: u64 = 3;
const DIVIDE: u64 = 14;
const BR_TABLE: u64 = 2;
const GROW: u64 = 100;
const COPY: u64 = 20;
const FILL: u64 = 300;

/// The cost of an instruction in gas, or `None` if no contract may use it. A call of a host
/// function costs the price of that function instead of [`CALL`].
pub(crate) fn cost(operator: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match operator {
        O::Block { .. } | O::Loop { .. } | O::Else | O::End | O::Nop | O::Drop => 0,

        O::Unreachable | O::If { .. } | O::Br { .. } | O::BrIf { .. } | O::Return | O::Select => 1,
        O::LocalGet { .. } | O::LocalSet { .. } | O::LocalTee { .. } => 1,
        O::GlobalGet { .. } | O::GlobalSet { .. } => 1,
        O::I32Const { .. } | O::I64Const { .. } => 1,

        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } => LOAD,
        O::I32Load16S { .. } | O::I32Load16U { .. } => LOAD,
        O::I64Load { .. } | O::I64Load8S { .. } | O::I64Load8U { .. } => LOAD,
        O::I64Load16S { .. } | O::I64Load16U { .. } => LOAD,
        O::I64Load32S { .. } | O::I64Load32U { .. } => LOAD,
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } => 1,
        O::I64Store { .. } | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => 1,
        O::MemorySize { .. } => 1,

        O::I32Eqz | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS => 1,
        O::I32GtU | O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => 1,
        O::I64Eqz | O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU | O::I64GtS => 1,
        O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => 1,

        O::I32Clz | O::I32Ctz | O::I32Popcnt | O::I32Add | O::I32Sub | O::I32Mul => 1,
        O::I32And | O::I32Or | O::I32Xor | O::I32Shl | O::I32ShrS | O::I32ShrU => 1,
        O::I32Rotl | O::I32Rotr => 1,
        O::I64Clz | O::I64Ctz | O::I64Popcnt | O::I64Add | O::I64Sub | O::I64Mul => 1,
        O::I64And | O::I64Or | O::I64Xor | O::I64Shl | O::I64ShrS | O::I64ShrU => 1,
        O::I64Rotl | O::I64Rotr => 1,

        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U => 1,
        O::I32Extend8S | O::I32Extend16S => 1,
        O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => 1,

        O::BrTable { .. } => BR_TABLE,
        O::Call { .. } => CALL,
        O::CallIndirect { .. } => CALL_INDIRECT,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => DIVIDE,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => DIVIDE,
        O::MemoryGrow { .. } => GROW,
        O::MemoryCopy { .. } => COPY,
        O::MemoryFill { .. } => FILL,

        _ => return None,
    })
}

/// The instruction's name in the text format, as in `i32.trunc_f64_s`.
pub(crate) fn name(operator: &Operator<'_>) -> String {
    const DOTTED: &[&str] = &[
        "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
        "local", "global", "memory", "table", "ref", "struct", "array", "data", "elem", "any",
        "extern", "cont", "atomic",
    ];
    let (name, _) = described(operator);
    match name.split_once('_') {
        Some((head, tail)) if DOTTED.contains(&head) => format!("{head}.{tail}"),
        _ => name.to_owned(),
    }
}

/// Why the instruction is not allowed, and what to do instead where that is clear.
pub(crate) fn rule(operator: &Operator<'_>) -> Ban {
    let (name, proposal) = described(operator);
    if name.contains("f32") || name.contains("f64") || proposal == "saturating_float_to_int" {
        return Ban::Float;
    }
    Ban::Rule(match proposal {
        "bulk_memory" if name.starts_with("table") => "a table is fixed once the module is made",
        "bulk_memory" => {
            "segments are active and copied once; only `memory.copy` and `memory.fill` are allowed"
        }
        "simd" | "relaxed_simd" => {
            "SIMD is not allowed; build without the target feature `simd128`"
        }
        "tail_call" => "tail calls are not allowed; build without the target feature `tail-call`",
        "reference_types" | "function_references" | "gc" | "custom_descriptors" => {
            "reference types are not allowed; build without the target feature `reference-types`"
        }
        "exceptions" | "legacy_exceptions" => {
            "exceptions are not allowed; build with `panic = \"abort\"`"
        }
        "threads" | "shared_everything_threads" | "acquire_release_atomics" => {
            "threads and atomics are not allowed; build without the target feature `atomics`"
        }
        "stack_switching" => "stack switching is not allowed",
        "memory_control" => "memory control is not allowed",
        "wide_arithmetic" => {
            "wide arithmetic is not allowed; build without the target feature `wide-arithmetic`"
        }
        _ => "not on the list of allowed instructions (docs/spec/vm.md, 3.2)",
    })
}

/// What an instruction that is not allowed offends.
pub(crate) enum Ban {
    Float,
    Rule(&'static str),
}

/// The parser's own name of the instruction, and the proposal that brought it.
fn described(operator: &Operator<'_>) -> (&'static str, &'static str) {
    macro_rules! describe {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $type:ty),* })? => $visit:ident ($($rest:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => (stringify!($visit), stringify!($proposal)),)*
                _ => ("unknown", "unknown"),
            }
        };
    }
    let (visit, proposal) = wasmparser::for_each_operator!(describe);
    (visit.strip_prefix("visit_").unwrap_or(visit), proposal)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every instruction that has a cost, found by trying all of its possible first bytes.
    fn costs_in_code() -> BTreeMap<String, u64> {
        let plain = (0..=0xff).map(|opcode| [opcode, 0]);
        let prefixed = (0..=0xff).map(|second| [0xfc, second]);
        plain
            .chain(prefixed)
            .filter_map(|start| {
                // An `if` around it, so that `else` stands where it may; then immediates, all zero.
                let mut bytes = vec![0x04, 0x40];
                bytes.extend(if start[0] == 0xfc {
                    &start[..]
                } else {
                    &start[..1]
                });
                bytes.extend([0; 24]);
                let mut operators =
                    wasmparser::OperatorsReader::new(wasmparser::BinaryReader::new(&bytes, 0));
                operators.read().unwrap();
                let operator = operators.read().ok()?;
                Some((name(&operator), cost(&operator)?))
            })
            .collect()
    }

    /// The rows "| `a` `b` | 1 | why |" of docs/spec/vm.md, 3.2.
    fn costs_in_spec() -> BTreeMap<String, u64> {
        let spec = include_str!("../../../docs/spec/vm.md");
        let section = spec
            .split("### 3.2")
            .nth(1)
            .unwrap()
            .split("\n### ")
            .next()
            .unwrap();
        let mut costs = BTreeMap::new();
        for row in section.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.split('|').collect();
            let cost = cells[2].trim().parse().unwrap();
            for name in cells[1].split('`').filter(|name| !name.trim().is_empty()) {
                assert_eq!(
                    costs.insert(name.to_owned(), cost),
                    None,
                    "{name} stands twice"
                );
            }
        }
        costs
    }

    #[test]
    fn the_spec_lists_the_same_costs() {
        assert_eq!(costs_in_spec(), costs_in_code());
    }

    /// The lines of docs/spec/fees-v1.txt (docs/spec/vm.md, 3.10).
    fn fees() -> String {
        let instructions = costs_in_code();
        let instructions = instructions
            .iter()
            .map(|(name, cost)| format!("{name} {cost}\n"));
        let numbers = [
            ("locals.free", crate::segment::FREE_LOCALS),
            ("locals.per_gas", crate::segment::LOCALS_PER_GAS),
            ("loop.least", 1),
            ("hoist.most", crate::charge::HOIST_LIMIT),
            ("memory.grow.page", GROW_PAGE),
            ("memory.bytes_per_gas", 1 << BULK_BYTES_LOG2),
            ("frame", crate::frame::FRAME),
            ("frame.slot", crate::frame::SLOT),
            ("frame.param", crate::frame::PARAM),
            ("frame.instruction", 1),
            ("stack.depth", crate::STACK_DEPTH),
            ("stack.bytes", u64::try_from(crate::STACK_BYTES).unwrap()),
            ("start", twinroot_abi::CALL_GAS),
            ("start.byte_hundredths", twinroot_abi::CODE_BYTE_CENTIGAS),
            ("key_gate", twinroot_abi::KEY_GATE_GAS),
            ("signature", twinroot_abi::SIGNATURE_GAS),
        ];
        let numbers = numbers.map(|(name, number)| format!("{name} {number}\n"));
        let host = twinroot_abi::HOST_FUNCTIONS.iter().map(|host| {
            let (name, base, byte) = (host.name, host.base, host.per_byte_centigas);
            format!("twinroot.{name} {base} {byte}\n")
        });
        instructions.chain(numbers).chain(host).collect()
    }

    #[test]
    fn the_fee_table_has_its_name() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec/fees-v1.txt");
        if std::env::var_os("TWINROOT_BLESS").is_some() {
            std::fs::write(file, fees()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), fees());
        let name = twinroot_types::hash(twinroot_types::Tag::FEES, &[fees().as_bytes()]);
        assert_eq!(twinroot_abi::Hash(name), twinroot_abi::FEE_TABLE);
    }

    #[test]
    fn names_are_those_of_the_text_format() {
        assert_eq!(name(&Operator::F64Add), "f64.add");
        assert_eq!(name(&Operator::I32TruncSatF32S), "i32.trunc_sat_f32_s");
        assert_eq!(name(&Operator::BrIf { relative_depth: 0 }), "br_if");
        assert_eq!(name(&Operator::TableGet { table: 0 }), "table.get");
    }
}
