//! Function bodies: locals, block types and instructions (docs/spec/vm.md, 1.7).

use wasmparser::{BlockType, FunctionBody, Operator};

use super::{MULTI_VALUE, at_most, forbidden, number, value_type};
use crate::contract::{Body, Instruction};
use crate::instruction::{Ban, cost, name, rule};
use crate::{FunctionLabel, GateError, Measure, Shape, Site};

/// `module` is what `body` was read from.
pub(super) fn accept<'a>(
    module: &'a [u8],
    label: FunctionLabel,
    body: &FunctionBody<'a>,
) -> Result<Body<'a>, GateError> {
    let site = Site::Function(label);
    at_most(
        site.clone(),
        Measure::BodyBytes,
        number(body.as_bytes().len()),
        Shape::V1.body_bytes,
    )?;
    let locals = locals(&site, body)?;
    let mut operators = body.get_operators_reader()?;
    let mut code = Vec::new();
    let (mut nesting, mut loops) = (0_u32, 0_u32);
    while !operators.eof() {
        let start = operators.original_position();
        let operator = operators.read()?;
        if cost(&operator).is_none() {
            return Err(match rule(&operator) {
                Ban::Float => GateError::Float {
                    site,
                    feature: name(&operator),
                },
                Ban::Rule(rule) => GateError::Forbidden {
                    site,
                    feature: name(&operator),
                    rule,
                },
            });
        }
        match &operator {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                if matches!(operator, Operator::Loop { .. }) {
                    loops = loops.saturating_add(1);
                    at_most(site.clone(), Measure::Loops, loops, Shape::V1.loops)?;
                }
                match blockty {
                    BlockType::Empty => {}
                    BlockType::Type(kind) => drop(value_type(&site, *kind)?),
                    BlockType::FuncType(_) => {
                        return Err(forbidden(site, "a block with a function type", MULTI_VALUE));
                    }
                }
                nesting = nesting.saturating_add(1);
                at_most(site.clone(), Measure::Nesting, nesting, Shape::V1.nesting)?;
            }
            Operator::End => nesting = nesting.saturating_sub(1),
            Operator::BrTable { targets } => {
                at_most(
                    site.clone(),
                    Measure::BrTable,
                    targets.len(),
                    Shape::V1.br_table,
                )?;
            }
            _ => {}
        }
        let range = usize::try_from(start)
            .ok()
            .zip(usize::try_from(operators.original_position()).ok());
        let bytes = range
            .and_then(|(start, end)| module.get(start..end))
            .unwrap_or_default();
        code.push(Instruction { operator, bytes });
    }
    operators.finish()?;
    Ok(Body { locals, code })
}

fn locals(
    site: &Site,
    body: &FunctionBody<'_>,
) -> Result<Vec<(u32, twinroot_abi::ValType)>, GateError> {
    let mut locals = Vec::new();
    let mut sum = 0_u32;
    for run in body.get_locals_reader()? {
        let (count, kind) = run?;
        sum = sum.saturating_add(count);
        at_most(site.clone(), Measure::Locals, sum, Shape::V1.locals)?;
        locals.push((count, value_type(site, kind)?));
    }
    Ok(locals)
}
