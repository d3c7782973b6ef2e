//! Element and data segments: active, at a constant place, and inside their table or memory, so
//! that an instance can always be made (docs/spec/vm.md, 1.6).

use wasmparser::{DataKind, ElementItems, ElementKind};

use super::{at_most, constant, forbidden, number, widened};
use crate::contract::{Constant, Contract, Data, Elements};
use crate::label::Names;
use crate::{GateError, Measure, Shape, Site};

const PAGE_BYTES: u64 = 65_536;
const ACTIVE: &str = "a segment is active: copied once, before the contract runs";

pub(super) fn accept_elements(
    contract: &mut Contract<'_>,
    names: &Names,
    index: u32,
    element: wasmparser::Element<'_>,
) -> Result<(), GateError> {
    let site = Site::Element(index);
    let offset = match &element.kind {
        ElementKind::Active {
            table_index: None,
            offset_expr,
        } => constant(&site, offset_expr)?,
        ElementKind::Active { .. } => {
            return Err(forbidden(site, "an explicit table", super::REFERENCES));
        }
        ElementKind::Passive => return Err(forbidden(site, "a passive segment", ACTIVE)),
        ElementKind::Declared => return Err(forbidden(site, "a declared segment", ACTIVE)),
    };
    let ElementItems::Functions(items) = element.items else {
        return Err(forbidden(site, "element expressions", super::REFERENCES));
    };
    let taken: usize = contract
        .elements
        .iter()
        .map(|elements| elements.functions.len())
        .sum();
    let sum = number(taken).saturating_add(items.count());
    at_most(
        Site::Module,
        Measure::Elements,
        sum,
        Shape::V1.table_entries,
    )?;
    let functions: Vec<u32> = items.into_iter().collect::<Result<_, _>>()?;
    if let Some(function) = functions
        .iter()
        .find(|function| contract.host_function(**function).is_some())
    {
        return Err(GateError::ImportedElement {
            segment: index,
            function: names.label(*function),
        });
    }
    inside(
        site,
        offset,
        functions.len(),
        u64::from(contract.table.unwrap_or(0)),
    )?;
    contract.elements.push(Elements { offset, functions });
    Ok(())
}

pub(super) fn accept_data<'a>(
    contract: &mut Contract<'a>,
    index: u32,
    segment: wasmparser::Data<'a>,
) -> Result<(), GateError> {
    let site = Site::Data(index);
    let offset = match &segment.kind {
        DataKind::Active {
            memory_index: 0,
            offset_expr,
        } => constant(&site, offset_expr)?,
        DataKind::Active { .. } => {
            return Err(forbidden(
                site,
                "a second memory",
                "a module has at most one memory",
            ));
        }
        DataKind::Passive => return Err(forbidden(site, "a passive segment", ACTIVE)),
    };
    let taken: usize = contract.data.iter().map(|data| data.bytes.len()).sum();
    let sum = number(taken.saturating_add(segment.data.len()));
    at_most(Site::Module, Measure::DataBytes, sum, Shape::V1.data_bytes)?;
    let pages = contract.memory.map_or(0, |pages| pages.min);
    inside(
        site,
        offset,
        segment.data.len(),
        u64::from(pages).saturating_mul(PAGE_BYTES),
    )?;
    contract.data.push(Data {
        offset,
        bytes: segment.data,
    });
    Ok(())
}

fn inside(site: Site, offset: Constant, length: usize, size: u64) -> Result<(), GateError> {
    let start = match offset {
        Constant::I32(offset) => u64::from(offset.cast_unsigned()),
        // Of the wrong type: left to validation, which comes next.
        Constant::I64(_) => return Ok(()),
    };
    let end = start.saturating_add(widened(length));
    if end > size {
        Err(GateError::SegmentBounds { site, end, size })
    } else {
        Ok(())
    }
}
