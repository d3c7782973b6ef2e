//! A function body: its locals, its instructions and its blocks.

use twinroot_abi::ValType;
use wasmparser::{FunctionBody, Operator};

use crate::ReferenceError;
use crate::block::Blocks;
use crate::limit::LOCALS;
use crate::module::{Signature, value_type};

/// Body of a defined function.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    /// Types of the declared locals; parameters are not among them.
    pub(crate) locals: Vec<ValType>,
    /// The instructions, by place (docs/spec/vm.md, 3.1).
    pub(crate) code: Vec<Operator<'a>>,
    pub(crate) blocks: Blocks,
}

impl<'a> Body<'a> {
    pub(crate) fn read(
        body: &FunctionBody<'a>,
        signature: &Signature,
    ) -> Result<Self, ReferenceError> {
        let mut locals = Vec::new();
        let mut declared: u64 = 0;
        for run in body.get_locals_reader()? {
            let (count, kind) = run?;
            declared = declared.saturating_add(u64::from(count));
            if declared > LOCALS {
                return Err(ReferenceError::forbidden("more locals than are allowed"));
            }
            let kind = value_type(kind)?;
            locals.extend((0..count).map(|_| kind));
        }
        let code = body
            .get_operators_reader()?
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        let blocks = Blocks::of(&code, usize::from(signature.result.is_some()))?;
        Ok(Self {
            locals,
            code,
            blocks,
        })
    }
}
