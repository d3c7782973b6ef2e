//! What a function's frame takes of the stack (docs/spec/vm.md, 4.2).
//!
//! Engines lay frames out as they like, so the native stack says nothing that two machines agree
//! on. What is counted here is what the module itself says of a frame.

use wasmparser::{FuncValidatorAllocations, Parser, ValidPayload, Validator, WasmFeatures};

use crate::GateError;
use crate::contract::{Body, Signature};

pub(crate) const FRAME: u64 = 64;
pub(crate) const SLOT: u64 = 8;
pub(crate) const PARAM: u64 = 16;

/// Bytes of a function's frame.
pub(crate) fn frame_bytes(signature: &Signature, body: &Body<'_>, height: u32) -> u64 {
    let params = u64::try_from(signature.params.len()).unwrap_or(u64::MAX);
    let slots = u64::from(body.local_count()).saturating_add(u64::from(height));
    FRAME
        .saturating_add(SLOT.saturating_mul(slots))
        .saturating_add(PARAM.saturating_mul(params))
        .saturating_add(u64::try_from(body.code.len()).unwrap_or(u64::MAX))
}

/// Validates the module by the rules of WebAssembly; gives, for each defined function, the
/// greatest height of the operand stack after any of its instructions.
pub(crate) fn heights(canonical: &[u8]) -> Result<Vec<u32>, GateError> {
    // Data counts come with bulk memory; of its instructions the allow-list leaves copy and fill.
    let features =
        WasmFeatures::MUTABLE_GLOBAL | WasmFeatures::SIGN_EXTENSION | WasmFeatures::BULK_MEMORY;
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut bodies = Vec::new();
    for payload in parser.parse_all(canonical) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            bodies.push((function, body));
        }
    }
    let mut allocations = FuncValidatorAllocations::default();
    let mut heights = Vec::with_capacity(bodies.len());
    for (function, body) in bodies {
        let mut validator = function.into_validator(allocations);
        let mut height = 0;
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let mut operators = wasmparser::OperatorsReader::new(reader);
        while !operators.eof() {
            let offset = operators.original_position();
            validator.op(offset, &operators.read()?)?;
            height = height.max(validator.operand_stack_height());
        }
        operators.finish()?;
        heights.push(height);
        allocations = validator.into_allocations();
    }
    Ok(heights)
}
